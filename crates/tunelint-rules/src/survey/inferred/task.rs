//! Task inference.
//!
//! Correct for 94% of 277 datasets made from templates (classification 98 of 98, summarization 34 of
//! 35, extraction 79 of 86, generation 50 of 58): a hint, which is always shown as inferred.

use super::markers::Markers;
use super::plateau::LEAST;
use crate::survey::{Sketch, SketchEntry, Traits};
use tunelint_layouts::provider::task::Task;

/// An inferred task, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskGuess {
    /// The inferred task.
    pub task: Task,
    /// The evidence, as a clause for reports.
    pub evidence: String,
}

/// Measurements on the sketch: shares (0 to 1) and medians.
struct Measures {
    many_prompts: f64,
    copied: f64,
    summary_words: f64,
    structured: f64,
    input: f64,
    output: f64,
    ratio: f64,
    overlap: f64,
}

/// Infers the task; `labels` is the number of labels, if the outputs are labels. `None` with fewer
/// than [`LEAST`] distinct inputs.
pub fn infer(
    sketch: &Sketch,
    labels: Option<usize>,
    markers: Option<&Markers>,
) -> Option<TaskGuess> {
    if sketch.len() < LEAST {
        return None;
    }
    let of = Measures::new(sketch);
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let (task, evidence) = if of.many_prompts >= 0.5 {
        (
            Task::Chat,
            format!(
                "{} of examples have several user messages",
                percent(of.many_prompts)
            ),
        )
    } else if let Some(labels) = labels {
        (
            Task::Classification,
            match labels {
                1 => "all outputs are the same label".to_owned(),
                _ => format!("outputs are one of {labels} labels"),
            },
        )
    } else if of.copied >= 0.4 && of.output <= 0.5 * of.input {
        let evidence = format!("{} of outputs occur in their input", percent(of.copied));
        let searches = markers.is_some_and(searches_documents);
        (
            if searches {
                Task::DocumentSearch
            } else {
                Task::Extraction
            },
            evidence,
        )
    } else if of.summary_words >= 0.5 && of.ratio <= 0.6 && of.output >= 20.0 {
        (
            Task::Summarization,
            format!("{} of inputs ask for a summary", percent(of.summary_words)),
        )
    } else if of.condenses() {
        (
            Task::Summarization,
            format!(
                "outputs are {} as long as their input and reuse its words",
                percent(of.ratio)
            ),
        )
    } else {
        (
            Task::Generation,
            "no evidence for a more specific task".to_owned(),
        )
    };
    Some(TaskGuess { task, evidence })
}

/// Whether the inputs have markers for both a document and a question.
fn searches_documents(markers: &Markers) -> bool {
    let has = |names: &[&str]| {
        markers
            .markers
            .iter()
            .any(|marker| names.contains(&marker.key.value.trim_matches(['<', '>'])))
    };
    has(&["context", "document", "passage", "text"]) && has(&["question", "query"])
}

impl Measures {
    fn new(sketch: &Sketch) -> Self {
        let studied: Vec<(&SketchEntry, Traits)> = sketch.studied().collect();
        let share = |of: &dyn Fn(&SketchEntry, Traits) -> bool| {
            let found = studied.iter().filter(|(entry, traits)| of(entry, *traits));
            found.count() as f64 / studied.len().max(1) as f64
        };
        let middle = |of: &dyn Fn(&SketchEntry, Traits) -> f64| {
            median(studied.iter().map(|(entry, traits)| of(entry, *traits)))
        };
        let output = |entry: &SketchEntry| entry.output.as_ref().map_or(0, |cut| cut.chars) as f64;
        let structured = |entry: &SketchEntry| {
            let head = entry.output.as_ref().map_or("", |cut| cut.head());
            head.trim_start().starts_with(['{', '[', '<', '`'])
        };
        Self {
            many_prompts: share(&|_, traits| traits.many_prompts),
            copied: share(&|_, traits| traits.reuse.copied),
            summary_words: share(&|_, traits| traits.asks_for_summary),
            structured: share(&|entry, _| structured(entry)),
            input: middle(&|entry, _| entry.input.chars as f64),
            output: middle(&|entry, _| output(entry)),
            ratio: middle(&|entry, _| output(entry) / (entry.input.chars as f64).max(1.0)),
            overlap: middle(&|_, traits| f64::from(traits.reuse.overlap) / 100.0),
        }
    }

    fn condenses(&self) -> bool {
        self.structured < 0.2
            && self.input >= 600.0
            && self.ratio <= 0.35
            && self.output >= 80.0
            && self.overlap >= 0.55
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

//! The inferred format of a dataset: each part with its evidence, or the reason why it was not
//! inferred.

use serde::Serialize;

use tunelint_data::text::printable::{counted, grouped, printable};
use tunelint_data::text::redaction::redact_secrets;
use tunelint_layouts::provider::task::Task;
use tunelint_rules::survey::Survey;
use tunelint_rules::survey::inferred::common::Common;
use tunelint_rules::survey::inferred::outputs::ENOUGH;
use tunelint_rules::survey::inferred::plateau::LEAST;
use tunelint_rules::survey::inferred::{Inferred, Majority};

/// The number of characters shown of a shared text.
const SHOWN: usize = 200;

/// An inferred part of the format.
#[derive(Serialize)]
pub struct FormatRow {
    /// Which part of the format.
    pub part: &'static str,
    /// Its value.
    pub value: String,
    /// How many examples share it, in words.
    pub evidence: String,
    /// Whether the value is text from the data.
    #[serde(skip)]
    pub is_text: bool,
}

/// A part of the format that was not inferred.
#[derive(Serialize)]
pub struct NotInferred {
    /// Which part of the format.
    pub part: &'static str,
    /// Why not.
    pub why: String,
}

/// Describes the format that `survey` inferred, and lists what it did not infer. The survey must be
/// complete. `task` is the task that the user set, if any.
pub fn describe(task: Option<Task>, survey: &Survey) -> (Vec<FormatRow>, Vec<NotInferred>) {
    let inferred = &survey.inferred;
    let mut description = Description {
        form: Vec::new(),
        silent: Vec::new(),
        inputs: inferred.inputs,
        of_examples: match survey.sketch.is_whole() {
            true => "example",
            false => "sampled example",
        },
    };
    description.task(task, inferred);
    description.texts(inferred);
    description.markers(inferred);
    description.outputs(inferred);
    description.labels(survey);
    (description.form, description.silent)
}

struct Description {
    form: Vec<FormatRow>,
    silent: Vec<NotInferred>,
    inputs: usize,
    /// What shares of inputs are counted in.
    of_examples: &'static str,
}

/// What shares of outputs are counted in: the output of the first example of each input.
const OF_INPUTS: &str = "distinct input";

impl Description {
    fn add(&mut self, part: &'static str, value: String, evidence: String) {
        self.form.push(FormatRow {
            part,
            value,
            evidence,
            is_text: false,
        });
    }

    /// Adds a text that most `items` share.
    fn add_text(&mut self, part: &'static str, found: Option<&Common>, items: &str) {
        self.add_shared(part, found, items, found.map_or(String::new(), excerpt));
        if let (Some(_), Some(last)) = (found, self.form.last_mut()) {
            last.is_text = true;
        }
    }

    /// Adds a part that was not inferred. The reason is that there are fewer than `least` distinct
    /// inputs, or else `otherwise`.
    fn add_missing(&mut self, part: &'static str, least: usize, otherwise: &str) {
        let why = match self.inputs < least {
            true => format!("needs {least} distinct inputs, found {}", self.inputs),
            false => otherwise.to_owned(),
        };
        self.silent.push(NotInferred { part, why });
    }

    /// Adds a value that most `items` share.
    fn add_shared<T>(
        &mut self,
        part: &'static str,
        found: Option<&Majority<T>>,
        items: &str,
        value: String,
    ) {
        if let Some(found) = found {
            let of = counted(found.of as u64, items);
            self.add(part, value, format!("{} of {of}", found.percent()));
        }
    }

    fn task(&mut self, named: Option<Task>, inferred: &Inferred) {
        match (named, &inferred.task) {
            (Some(task), _) => self.add("task", task.as_str().to_owned(), "given".to_owned()),
            (None, Some(guess)) => {
                let evidence = format!("inferred: {}", guess.evidence);
                self.add("task", guess.task.as_str().to_owned(), evidence);
            }
            (None, None) => self.add_missing("task", LEAST, "no evidence for a task"),
        }
    }

    fn texts(&mut self, inferred: &Inferred) {
        for (part, found) in [
            ("system prompt", &inferred.system),
            ("system prompt preamble", &inferred.system_preamble),
            ("preamble", &inferred.preamble),
            ("suffix", &inferred.suffix),
        ] {
            self.add_text(part, found.as_ref(), self.of_examples);
        }
        if inferred.preamble.is_none() {
            self.add_missing("preamble", LEAST, "too few inputs share one");
        }
        if inferred.suffix.is_none() {
            self.add_missing("suffix", LEAST, "too few inputs share one");
        }
    }

    fn markers(&mut self, inferred: &Inferred) {
        let markers = inferred.markers.iter().flat_map(|markers| &markers.markers);
        let mut any = false;
        for marker in markers {
            any = true;
            let form = shown(&marker.form);
            self.add_shared("section marker", Some(&marker.key), self.of_examples, form);
        }
        if !any {
            self.add_missing("section markers", LEAST, "too few inputs share one");
        }
    }

    fn outputs(&mut self, inferred: &Inferred) {
        let outputs = &inferred.outputs;
        self.add_text("stop suffix", outputs.stop.as_ref(), OF_INPUTS);
        match &outputs.shape {
            Some(shape) => {
                let name = shape.value.plural().to_owned();
                self.add_shared("output format", Some(shape), OF_INPUTS, name);
            }
            None => self.add_missing("output format", ENOUGH, "too few outputs share one"),
        }
        if let Some(keys) = &outputs.keys {
            let listed: Vec<String> = keys.value.iter().map(|key| shown(key)).collect();
            self.add_shared("output keys", Some(keys), OF_INPUTS, listed.join(", "));
        }
        match &outputs.script {
            Some(script) => {
                let name = script.value.to_owned();
                self.add_shared("output script", Some(script), OF_INPUTS, name);
            }
            None => self.add_missing("output script", ENOUGH, "too few outputs share one"),
        }
    }

    fn labels(&mut self, survey: &Survey) {
        match &survey.inferred.labels {
            Some(labels) => {
                let known = labels.labels.len() - labels.unknown.len();
                let mut evidence = format!(
                    "{} share {}",
                    counted(labels.total, "output"),
                    counted(known as u64, "label")
                );
                if !labels.unknown.is_empty() {
                    evidence.push_str(&format!(", {} unknown", labels.unknown.len()));
                }
                self.add("labels", "closed set".to_owned(), evidence);
            }
            None => {
                let distinct = survey.output_counts.iter().count() as u64;
                let otherwise = match survey.output_counts.is_open() {
                    true => "outputs vary too much to be labels".to_owned(),
                    false => format!("{} distinct outputs are not labels", grouped(distinct)),
                };
                self.add_missing("labels", LEAST, &otherwise);
            }
        }
    }
}

/// The start of a shared text, safe to print.
fn excerpt(found: &Common) -> String {
    let mut start: String = found.value.chars().take(SHOWN).collect();
    if found.value.chars().nth(SHOWN).is_some() {
        start.push('…');
    }
    shown(&start)
}

/// Text from the data, with secrets redacted and control characters escaped.
pub(super) fn shown(text: &str) -> String {
    printable(&redact_secrets(text)).into_owned()
}

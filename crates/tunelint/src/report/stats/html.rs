//! The format `html`: charts and tables, with the findings of a check below.

use std::collections::BTreeSet;

use serde::Serialize;
use tunelint_core::printable::grouped;

use super::human::range;
use crate::exit::Failure;
use crate::page;
use crate::report::html::Above;
use tunelint_core::describe::distribution::Distribution;
use tunelint_core::describe::sequences::SequenceRow;
use tunelint_core::describe::targets::{SizeAdvice, Training, percent};
use tunelint_core::describe::{LabelRow, SourceStats, StatsDocument};

/// Labels that are listed.
const LABELS: usize = 50;

/// The page, for the findings of a check to stand below.
pub fn page(document: &StatsDocument) -> Result<Above, Failure> {
    let page = StatsPage::new(document);
    let sections = page.sections();
    let html = page::render("stats.html", page);
    Ok(Above {
        command: "stats",
        sections,
        html: html.map_err(|error| Failure::io("write", "the report", &error))?,
    })
}

/// The data of the template `stats.html`.
#[derive(Serialize)]
struct StatsPage<'d> {
    /// How tokens were counted.
    tokens_by: BTreeSet<&'d str>,
    sources: Vec<SourceSection<'d>>,
    lengths: Vec<LengthChart<'d>>,
    sequences: Vec<SequenceSection<'d>>,
    advice: bool,
    limits: bool,
    steps: bool,
    guidance: bool,
    training: Vec<&'d Training>,
}

/// A source with its charts.
#[derive(Serialize)]
struct SourceSection<'d> {
    #[serde(flatten)]
    source: &'d SourceStats,
    label_bars: Vec<HtmlBar>,
    more_labels: u64,
    sentences: Vec<Advised<'d>>,
}

/// The sequences of a source.
#[derive(Serialize)]
struct SequenceSection<'d> {
    path: &'d str,
    of: &'d SequenceRow,
    bars: Vec<HtmlBar>,
    sentences: Vec<String>,
}

/// The chart of a distribution.
#[derive(Serialize)]
struct LengthChart<'d> {
    path: &'d str,
    what: &'static str,
    of: &'d Distribution,
    bars: Vec<HtmlBar>,
}

/// The name and shown value of a bar, and its width in percent of the longest one.
#[derive(Serialize)]
struct HtmlBar {
    name: String,
    value: String,
    width: f64,
}

/// A recommendation, compared with the dataset.
#[derive(Serialize)]
struct Advised<'d> {
    #[serde(flatten)]
    advice: &'d SizeAdvice,
    sentence: String,
    is_enough: bool,
}

impl<'d> StatsPage<'d> {
    fn new(document: &'d StatsDocument) -> Self {
        let sources = &document.sources;
        // Sources with the same target have the same training settings.
        let mut training: Vec<&Training> = Vec::new();
        for of in sources.iter().flat_map(|source| &source.training) {
            let same = |other: &&Training| (&other.target, &other.field) == (&of.target, &of.field);
            if !training.iter().any(same) {
                training.push(of);
            }
        }
        Self {
            tokens_by: sources
                .iter()
                .map(|of| of.size.tokens_by.as_str())
                .collect(),
            sources: sources.iter().map(SourceSection::new).collect(),
            lengths: lengths(sources),
            sequences: sequences(sources),
            advice: sources.iter().any(|source| !source.advice.is_empty()),
            limits: sources.iter().any(|source| !source.limits.is_empty()),
            steps: sources.iter().any(|source| !source.steps.is_empty()),
            guidance: sources.iter().any(|source| !source.guidance.is_empty()),
            training,
        }
    }

    /// Id and title of each section of the page.
    fn sections(&self) -> Vec<(&'static str, &'static str)> {
        let labels = self.sources.iter().any(|of| !of.label_bars.is_empty());
        let all = [
            (true, "size", "Size"),
            (!self.sequences.is_empty(), "sequences", "Sequences"),
            (true, "lengths", "Lengths"),
            (labels, "labels", "Labels"),
            (true, "form", "Inferred format"),
            (self.limits, "limits", "Limits"),
            (self.advice, "examples", "Number of examples"),
            (!self.training.is_empty(), "training", "Training"),
            (self.guidance, "guidance", "Guidance"),
        ];
        let present = all.into_iter().filter(|(is_present, ..)| *is_present);
        present.map(|(_, id, title)| (id, title)).collect()
    }
}

impl<'d> SourceSection<'d> {
    fn new(source: &'d SourceStats) -> Self {
        let labels = source.labels.iter().take(LABELS);
        let label = |of: &LabelRow| (of.label.clone(), of.count, Some(of.percent));
        let sentences = source.advice.iter().map(|advice| Advised {
            advice,
            sentence: advice.sentence(),
            is_enough: advice.examples >= advice.min,
        });
        Self {
            label_bars: bars(labels.map(label)),
            more_labels: source.labels.len().saturating_sub(LABELS) as u64,
            sentences: sentences.collect(),
            source,
        }
    }
}

/// The charts of all distributions: first the inputs of all sources, then the outputs.
fn lengths(sources: &[SourceStats]) -> Vec<LengthChart<'_>> {
    let inputs = sources.iter().map(|of| ("Inputs", of, &of.inputs));
    let outputs = sources.iter().map(|of| ("Outputs", of, &of.outputs));
    let all = inputs.chain(outputs);
    let present = all.filter(|(.., of)| of.longest_record.is_some());
    let lengths = present.map(|(what, source, of)| LengthChart {
        path: &source.path,
        what,
        of,
        bars: bars(of.bins.iter().map(|bin| (range(bin), bin.count, None))),
    });
    lengths.collect()
}

/// The sequences of the sources whose model is known.
fn sequences(sources: &[SourceStats]) -> Vec<SequenceSection<'_>> {
    let known = sources
        .iter()
        .filter_map(|source| Some((source, source.sequences.as_ref()?)));
    let sections = known.map(|(source, of)| SequenceSection {
        path: &source.path,
        of,
        bars: bars(
            of.lengths
                .bins
                .iter()
                .map(|bin| (range(bin), bin.count, None)),
        ),
        sentences: super::human::sentences(of),
    });
    sections.collect()
}

/// A bar for each row. The longest one has the full width.
fn bars(rows: impl Iterator<Item = (String, u64, Option<f64>)>) -> Vec<HtmlBar> {
    let rows: Vec<_> = rows.collect();
    let most = rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let bar = |(name, count, share): (String, u64, Option<f64>)| HtmlBar {
        name,
        value: match share {
            Some(share) => format!("{} ({share}%)", grouped(count)),
            None => grouped(count),
        },
        width: percent(count, most),
    };
    rows.into_iter().map(bar).collect()
}

//! A set as a page for a browser: pictures and tables, and below them what a check finds in it.

use std::collections::BTreeSet;

use serde::Serialize;
use tunelint_core::printable::grouped;

use super::super::check;
use super::document::{Distribution, Document, Label, Source, percent};
use super::human::range;
use super::targets::{Advice, Training};
use crate::cli::Check;
use crate::exit::{Exit, Failure};
use crate::page;
use crate::report::{Above, Format, Html};

/// Labels that are listed.
const LABELS: usize = 50;

/// Writes the page; `check` sees the same sources.
pub fn page(document: &Document, check: Check) -> Result<Exit, Failure> {
    let set = Set::new(document);
    let sections = set.sections();
    let html = page::render("stats.html", set);
    let above = Above {
        command: "stats",
        sections,
        html: html.map_err(|error| Failure::io("write", "the report", &error))?,
    };
    let check = Check {
        format: Format::Html,
        ..check
    };
    let below = |_, style, out| Box::new(Html::new(style, out).below(above)) as _;
    // Whether the data is good enough is not what was asked.
    Ok(match check::run_into(check, below)? {
        Exit::Findings => Exit::Clean,
        exit => exit,
    })
}

/// The document as the page shows it.
#[derive(Serialize)]
struct Set<'d> {
    /// How tokens were counted.
    tokens_by: BTreeSet<&'d str>,
    sources: Vec<Drawn<'d>>,
    lengths: Vec<Lengths<'d>>,
    advice: bool,
    limits: bool,
    steps: bool,
    training: Vec<&'d Training>,
}

/// A source with its pictures.
#[derive(Serialize)]
struct Drawn<'d> {
    #[serde(flatten)]
    source: &'d Source,
    label_bars: Vec<Bar>,
    more_labels: u64,
    sentences: Vec<Advised<'d>>,
}

/// The picture of a distribution.
#[derive(Serialize)]
struct Lengths<'d> {
    path: &'d str,
    what: &'static str,
    of: &'d Distribution,
    bars: Vec<Bar>,
}

/// A name, how many there are in words, and a width in percent of the longest bar.
#[derive(Serialize)]
struct Bar {
    name: String,
    said: String,
    width: f64,
}

/// How the set compares with what a target asks for.
#[derive(Serialize)]
struct Advised<'d> {
    #[serde(flatten)]
    advice: &'d Advice,
    sentence: String,
    is_enough: bool,
}

impl<'d> Set<'d> {
    fn new(document: &'d Document) -> Self {
        let sources = &document.sources;
        // Several sources for one target would say the same.
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
            sources: sources.iter().map(Drawn::new).collect(),
            lengths: lengths(sources),
            advice: sources.iter().any(|source| !source.advice.is_empty()),
            limits: sources.iter().any(|source| !source.limits.is_empty()),
            steps: sources.iter().any(|source| !source.steps.is_empty()),
            training,
        }
    }

    /// Ids and names of the sections that the page has.
    fn sections(&self) -> Vec<(&'static str, &'static str)> {
        let labels = self.sources.iter().any(|of| !of.label_bars.is_empty());
        let all = [
            (true, "size", "Size"),
            (true, "lengths", "Lengths"),
            (labels, "labels", "Labels"),
            (true, "form", "Common form"),
            (self.limits, "limits", "Limits"),
            (self.advice, "examples", "Number of examples"),
            (!self.training.is_empty(), "training", "Training"),
        ];
        let there = all.into_iter().filter(|(is_there, ..)| *is_there);
        there.map(|(_, id, name)| (id, name)).collect()
    }
}

impl<'d> Drawn<'d> {
    fn new(source: &'d Source) -> Self {
        let labels = source.labels.iter().take(LABELS);
        let label = |of: &Label| (of.label.clone(), of.count, Some(of.percent));
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

/// The pictures of all distributions: those of the inputs beside each other, then the outputs.
fn lengths(sources: &[Source]) -> Vec<Lengths<'_>> {
    let inputs = sources.iter().map(|of| ("Inputs", of, &of.inputs));
    let outputs = sources.iter().map(|of| ("Outputs", of, &of.outputs));
    let there = inputs.chain(outputs);
    let there = there.filter(|(.., of)| of.longest_record.is_some());
    let lengths = there.map(|(what, source, of)| Lengths {
        path: &source.path,
        what,
        of,
        bars: bars(of.bins.iter().map(|bin| (range(bin), bin.count, None))),
    });
    lengths.collect()
}

/// A bar for each row, the longest of them as wide as there is room.
fn bars(rows: impl Iterator<Item = (String, u64, Option<f64>)>) -> Vec<Bar> {
    let rows: Vec<_> = rows.collect();
    let most = rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let bar = |(name, count, share): (String, u64, Option<f64>)| Bar {
        name,
        said: match share {
            Some(share) => format!("{} ({share} %)", grouped(count)),
            None => grouped(count),
        },
        width: percent(count, most),
    };
    rows.into_iter().map(bar).collect()
}

//! What the data itself says its form is, and how a text departs from it.
//!
//! `Inferred::from_sketch` reads what was gathered; every part is absent where the evidence is not enough.
//! A rule that needs an inference is built from it as it would be from a setting.

pub mod common;
pub mod labels;
mod majority;
pub mod markers;
pub mod numbers;
pub mod outputs;
pub mod parity;
pub mod plateau;
pub mod preamble;
pub mod script;
pub mod shape;
pub mod task;

pub use common::Common;
pub use majority::Majority;

use std::collections::BTreeSet;

use super::boilerplate::boilerplate;
use super::{Cut, OutputCounts, Sketch};
use labels::LabelSet;
use markers::{Marker, Markers};
use outputs::Outputs;
use task::TaskGuess;

/// The share of examples that must have one system text.
const ONE_SYSTEM: f64 = 0.9;

/// The common form of a set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inferred {
    /// Distinct inputs that were looked at.
    pub inputs: usize,
    /// Whether these were all examples, each with an input of its own: what none of them shows,
    /// no example does.
    pub saw_all: bool,
    /// The system text that nearly all examples have.
    pub system: Option<Common>,
    /// What most system texts start with, where they differ.
    pub system_preamble: Option<Common>,
    /// What most first prompts start with.
    pub preamble: Option<Common>,
    /// What most first prompts end with.
    pub suffix: Option<Common>,
    /// The markers of the first prompts.
    pub markers: Option<Markers>,
    /// The form of the last answers.
    pub outputs: Outputs,
    /// The labels that these are drawn from.
    pub labels: Option<LabelSet>,
    /// What the model is tuned for.
    pub task: Option<TaskGuess>,
    /// Lines that many inputs share, as hashes: see [`crate::survey::similarity`].
    pub boilerplate: BTreeSet<u64>,
}

impl Inferred {
    /// Infers it from the sketch of `examples` examples, and from how often each output occurs.
    pub fn from_sketch(sketch: &Sketch, output_counts: &OutputCounts, examples: u64) -> Self {
        let prompts: Vec<&Cut> = sketch.entries().map(|entry| &entry.input).collect();
        let systems: Vec<Option<&Cut>> = sketch.with_systems().map(|(_, system)| system).collect();
        let system = common::same(systems.iter().map(|cut| cut.map(Cut::head)), ONE_SYSTEM);
        let given: Vec<&Cut> = systems.into_iter().flatten().collect();
        let system_preamble = match &system {
            None => common::beginning(&given).filter(|found| found.of == sketch.len()),
            Some(_) => None,
        };
        let preamble = common::beginning(&prompts);
        let usual = preamble.as_ref().filter(|found| found.is_usual());
        let markers = Markers::infer(sketch.entries(), usual.map(|found| found.value.as_str()));
        let outputs = Outputs::infer(sketch);
        let stop = outputs.stop.as_ref().map_or("", |stop| stop.value.as_str());
        let labels = LabelSet::infer(output_counts, stop);
        let kinds = labels.as_ref().map(|set| set.labels.len());
        Self {
            inputs: sketch.len(),
            saw_all: sketch.is_whole() && examples == sketch.len() as u64,
            task: task::infer(sketch, kinds, markers.as_ref()),
            suffix: common::ending(&prompts),
            boilerplate: boilerplate(sketch),
            system,
            system_preamble,
            preamble,
            markers,
            outputs,
            labels,
        }
    }

    /// The preamble that is expected of every first prompt.
    pub fn usual_preamble(&self) -> Option<&Common> {
        self.preamble.as_ref().filter(|found| found.is_usual())
    }

    /// The markers that are expected in `text`. Those of a preamble that it lacks are not: one
    /// cause, one finding.
    pub fn expected_markers(&self, text: &str) -> impl Iterator<Item = &Marker> {
        let preamble = self.usual_preamble().map(|found| found.value.as_str());
        let lacks = preamble.is_some_and(|preamble| !text.starts_with(preamble));
        let markers = self.markers.iter().flat_map(|markers| &markers.markers);
        markers.filter(move |marker| !(lacks && marker.in_preamble))
    }

    /// Whether an example may depart from what `majority` has: all of them do not, if everything
    /// was looked at.
    pub fn may_depart<T>(&self, majority: &Majority<T>) -> bool {
        !(self.saw_all && majority.holders == majority.of)
    }
}

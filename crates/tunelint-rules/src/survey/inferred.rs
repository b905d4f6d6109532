//! The inferred format of a dataset, and how a text differs from it.
//!
//! [`Inferred::from_sketch`] infers it from the survey. Every part is `None` without enough evidence.
//! Rules take an inferred part as they would take a setting.

pub mod common;
pub mod dates;
pub mod extraction;
pub mod fences;
pub mod frame;
mod frequent_words;
pub mod json_structure;
pub mod labels;
pub mod language;
mod majority;
pub mod markers;
pub mod names;
pub mod numbers;
pub mod other_task;
pub mod outputs;
pub mod parity;
pub mod pattern;
pub mod patterns;
pub mod plateau;
pub mod preamble;
pub mod script;
pub mod second_half;
pub mod shape;
pub mod task;
pub mod tokens;
pub mod xml;
pub mod xml_syntax;

pub use common::Common;
use majority::AMONG_NEAR;
pub use majority::Majority;
use plateau::LEAST;

use std::collections::BTreeSet;

use super::boilerplate::boilerplate;
use super::{Cut, OutputCounts, Sketch};
use common::Counted;
use fences::FenceLanguages;
use json_structure::JsonStructure;
use labels::LabelSet;
use language::UsualLanguage;
use markers::{Marker, Markers};
use outputs::Outputs;
use patterns::Patterns;
use task::TaskGuess;
use xml::XmlTags;

/// The minimum share of examples with the same system prompt.
const ONE_SYSTEM: f64 = 0.9;

/// The minimum number of distinct inputs for each label where most examples repeat an input.
const INPUTS_PER_LABEL: usize = 5;

/// The inferred format of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inferred {
    /// The number of distinct inputs in the sketch.
    pub inputs: usize,
    /// Whether the sketch holds every example (all inputs are distinct and fit in it): what is not
    /// in the sketch is not in the dataset.
    pub saw_all: bool,
    /// Whether it was saved, so that the prompts must have it, rather than inferred from them.
    pub is_saved: bool,
    /// The system prompt that nearly all examples share.
    pub system: Option<Common>,
    /// The preamble of the system prompts, if these differ.
    pub system_preamble: Option<Common>,
    /// The preamble of the first prompts.
    pub preamble: Option<Common>,
    /// The second half of the system prompts' preamble, if its middle varies.
    pub system_second_half: Option<Common>,
    /// The second half of the first prompts' preamble, if its middle varies.
    pub second_half: Option<Common>,
    /// What the first prompts with the usual preamble have only once: the part before its markers.
    pub preamble_once: Option<Common>,
    /// The preamble of a second task: of nearly all first prompts without the usual one.
    pub other_preamble: Option<Common>,
    /// The suffix of nearly all first prompts without the usual one.
    pub other_suffix: Option<Common>,
    /// `false` if nearly no first prompt ends with a line break.
    pub input_breaks: Option<Majority<bool>>,
    /// The suffix of the first prompts.
    pub suffix: Option<Common>,
    /// The section markers of the first prompts.
    pub markers: Option<Markers>,
    /// The format of the last outputs.
    pub outputs: Outputs,
    /// The patterns of the last outputs.
    pub patterns: Patterns,
    /// The structure of the last outputs, if nearly all are JSON objects.
    pub json: Option<JsonStructure>,
    /// The tags of the last outputs, if nearly all are XML.
    pub xml: Option<XmlTags>,
    /// How the last outputs name the language of code blocks.
    pub fences: FenceLanguages,
    /// `true` if nearly all of the last outputs are passages of their inputs.
    pub extracted: Option<Majority<bool>>,
    /// The language of nearly all long outputs; only found for the rule that needs it.
    pub language: Option<UsualLanguage>,
    /// The labels, if the outputs are labels.
    pub labels: Option<LabelSet>,
    /// The task.
    pub task: Option<TaskGuess>,
    /// The hashes of lines that many inputs share: see [`crate::survey::similarity`].
    pub boilerplate: BTreeSet<u64>,
}

impl Inferred {
    /// Infers the format from the sketch of `examples` examples and from the counts of outputs.
    pub fn from_sketch(sketch: &Sketch, output_counts: &OutputCounts, examples: u64) -> Self {
        let prompts: Vec<Counted<'_>> = sketch
            .entries()
            .map(|entry| (&entry.input, entry.examples()))
            .collect();
        let Systems {
            shared: system,
            preamble: system_preamble,
            second_half: system_second_half,
        } = Systems::infer(sketch);
        let preamble = common::beginning(&prompts);
        let usual = preamble.as_ref().filter(|found| found.is_usual());
        let suffix = common::ending(&prompts);
        let usual_suffix = suffix.as_ref().filter(|found| found.is_usual());
        let markers = Markers::infer(sketch.entries(), usual.map(|found| found.value.as_str()));
        let outputs = Outputs::infer(sketch);
        let stop = outputs.stop.as_ref().map_or("", |stop| stop.value.as_str());
        // Where most examples repeat an input, outputs are frequent because inputs are.
        let repeats = sketch.is_whole() && examples > 2 * sketch.len() as u64;
        let labels = LabelSet::infer(output_counts, stop)
            .filter(|set| !repeats || sketch.len() >= INPUTS_PER_LABEL * set.labels.len());
        let label_count = labels.as_ref().map(|set| set.labels.len());
        Self {
            inputs: sketch.len(),
            saw_all: sketch.is_whole() && examples == sketch.len() as u64,
            is_saved: false,
            task: task::infer(sketch, label_count, markers.as_ref()),
            other_preamble: usual
                .and_then(|usual| other_task::with_preamble(&prompts, &usual.value)),
            other_suffix: usual_suffix
                .and_then(|usual| other_task::with_suffix(&prompts, &usual.value)),
            input_breaks: input_breaks(&prompts),
            second_half: usual
                .and_then(|usual| second_half::infer(&prompts, &usual.value, markers.as_ref())),
            preamble_once: usual
                .and_then(|usual| second_half::once(&prompts, &usual.value, markers.as_ref())),
            boilerplate: boilerplate(sketch),
            patterns: Patterns::infer(sketch, &outputs),
            json: JsonStructure::infer(sketch, &outputs),
            xml: XmlTags::infer(sketch, &outputs),
            fences: FenceLanguages::infer(sketch),
            extracted: extraction::infer(sketch, &outputs),
            system,
            system_preamble,
            system_second_half,
            preamble,
            suffix,
            markers,
            outputs,
            labels,
            language: None,
        }
    }

    /// The preamble, if common enough to be expected of every first prompt.
    pub fn usual_preamble(&self) -> Option<&Common> {
        self.preamble.as_ref().filter(|found| found.is_usual())
    }

    /// Whether a first prompt belongs to a second task, of which no format is known.
    pub fn is_of_other_task(&self, text: &str) -> bool {
        let starts = |other: &Common| text.starts_with(&other.value);
        let ends = |other: &Common| text.ends_with(&other.value);
        self.other_preamble.as_ref().is_some_and(starts)
            || self.other_suffix.as_ref().is_some_and(ends)
    }

    /// The markers that are expected in `text`. If the preamble is missing, its markers are not
    /// expected: one cause, one finding. None are in a prompt of another task.
    pub fn expected_markers(&self, text: &str) -> impl Iterator<Item = &Marker> {
        let preamble = self.usual_preamble().map(|found| found.value.as_str());
        let lacks = preamble.is_some_and(|preamble| !text.starts_with(preamble));
        let markers = self.markers.iter().filter(|_| !self.is_of_other_task(text));
        let markers = markers.flat_map(|markers| &markers.markers);
        markers.filter(move |marker| !(lacks && marker.in_preamble))
    }

    /// Whether an example can deviate from `majority`: not if every example was seen and none does.
    /// If not, rules skip the second pass.
    pub fn may_depart<T>(&self, majority: &Majority<T>) -> bool {
        !(self.saw_all && majority.holders == majority.of)
    }
}

/// Whether the prompts end with a line break, if nearly none do.
fn input_breaks(prompts: &[Counted<'_>]) -> Option<Majority<bool>> {
    let ends = prompts.iter();
    let ends = ends.map(|(cut, examples)| (cut.tail().ends_with('\n'), *examples));
    let usual = Majority::weighted(ends).filter(|usual| !usual.value)?;
    usual.when(LEAST, AMONG_NEAR)
}

/// What the system prompts share.
struct Systems {
    /// The system prompt that nearly all examples have.
    shared: Option<Common>,
    /// The preamble of those that differ.
    preamble: Option<Common>,
    /// Its second half, if its middle varies.
    second_half: Option<Common>,
}

impl Systems {
    fn infer(sketch: &Sketch) -> Self {
        let systems: Vec<(Option<&Cut>, usize)> = sketch
            .with_systems()
            .map(|(entry, system)| (system, entry.examples()))
            .collect();
        let heads = systems.iter();
        let heads = heads.map(|(cut, examples)| (cut.map(Cut::head), *examples));
        let shared = common::same(heads, ONE_SYSTEM);
        let with_one = systems.iter();
        let with_one = with_one.filter_map(|(cut, examples)| Some(((*cut)?, *examples)));
        let with_one: Vec<Counted<'_>> = with_one.collect();
        let preamble = match &shared {
            None if with_one.len() == systems.len() => common::beginning(&with_one),
            _ => None,
        };
        let usual = preamble.as_ref().filter(|found| found.is_usual());
        let second_half = usual.and_then(|usual| second_half::infer(&with_one, &usual.value, None));
        Self {
            shared,
            preamble,
            second_half,
        }
    }
}

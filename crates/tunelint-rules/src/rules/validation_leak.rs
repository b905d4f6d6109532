//! A validation example that stands in the training set.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule,
};
use crate::survey::similarity::{Common, NEAR, Runs, bands};
use crate::survey::{Kept, Leaks, Needs, Normalizer, Sighting, Spot, Survey};
use tunelint_data::text::position::Span;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "validation-leak",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::DropsRecord)
.inferring();

/// Builds the rule, where a validation set was named: first for examples that are the same, then,
/// once it is known what all examples have in common, for those that are nearly so.
pub fn build(context: &RuleContext) -> Option<Check> {
    let validation = context.validation.clone()?;
    match &context.inferred {
        None => Some(Check::survey(ValidationLeak { validation })),
        Some(inferred) => {
            let rule = NearLeak::new(&validation, Common::of(inferred));
            (!rule.examples.is_empty()).then(|| Check::dataset(rule))
        }
    }
}

struct ValidationLeak {
    validation: Arc<Leaks>,
}

impl SurveyRule for ValidationLeak {
    fn needs(&self) -> Needs {
        Needs {
            seen: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        for leak in self.validation.find(&survey.seen) {
            let (validation, training) = (leak.validation, leak.training);
            let exact = validation.same_text(&training);
            let severity = if exact {
                Severity::Error
            } else {
                Severity::Warning
            };
            findings.report_at(validation.spot().location(), severity, || {
                let record = training.spot().record();
                let message = match () {
                    () if exact => format!("this validation example is training record {record}, word for word"),
                    () if validation.same_output(&training) => {
                        format!("this validation example is training record {record} but for case, spacing or punctuation")
                    }
                    () => format!("the input of this validation example is that of training record {record}"),
                };
                Message::new(message)
                    .identity(&validation.identity())
                    .fix(Fix::dropping())
                    .help("remove it from one of the two sets: a model is not judged by what it has seen")
                    .related("in training", training.spot().location())
            });
        }
    }
}

/// Looks for training examples that are nearly validation examples.
struct NearLeak {
    common: Common,
    /// What is compared of each validation example.
    examples: Vec<(Sighting, Runs)>,
    /// Which of them have a band: its number and value.
    bands: BTreeMap<(usize, u32), Vec<usize>>,
}

/// The nearest training example of each validation example: how near, in thousandths, and where.
#[derive(Default, Serialize, Deserialize)]
struct Nearest(BTreeMap<usize, (u32, Spot)>);

/// As near as can be: the input is the same, which was said before.
const SAME: u32 = 1_001;

impl NearLeak {
    fn new(validation: &Leaks, common: Common) -> Self {
        let mut rule = Self {
            common,
            examples: Vec::new(),
            bands: BTreeMap::new(),
        };
        for Kept { seen, turns } in validation.records() {
            let Some(rest) = rule
                .common
                .rest_of(turns.iter().map(|(role, text)| (*role, text.as_str())))
            else {
                continue;
            };
            let index = rule.examples.len();
            for (band, value) in bands(&rest).into_iter().enumerate() {
                rule.bands.entry((band, value)).or_default().push(index);
            }
            rule.examples.push((*seen, Runs::of(&rest)));
        }
        rule
    }

    /// The validation examples that may be near a text.
    fn candidates(&self, rest: &str) -> Vec<usize> {
        let found = bands(rest).into_iter().enumerate();
        let found = found.filter_map(|band| self.bands.get(&band)).flatten();
        let mut indices: Vec<usize> = found.copied().collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

impl Nearest {
    fn note(&mut self, index: usize, near: u32, spot: Spot) {
        let best = self.0.entry(index).or_insert((near, spot));
        // Of equally near ones the first.
        if near > best.0 || near == best.0 && spot < best.1 {
            *best = (near, spot);
        }
    }
}

impl DatasetRule for NearLeak {
    type Tally = Nearest;

    fn observe(&self, example: &Example<'_>, tally: &mut Nearest) {
        let Some(rest) = self.common.rest(example) else {
            return;
        };
        let candidates = self.candidates(&rest);
        if candidates.is_empty() {
            return;
        }
        let seen = Sighting::of(example, &mut Normalizer::default());
        let runs = Runs::of(&rest);
        let spot = Spot::new(&example.record, Span::at(0));
        for index in candidates {
            let Some((validation, theirs)) = self.examples.get(index) else {
                continue;
            };
            let similarity = runs.similarity(theirs);
            if validation.same_input(&seen) {
                tally.note(index, SAME, spot);
            } else if similarity >= NEAR {
                tally.note(index, (similarity * 1_000.0) as u32, spot);
            }
        }
    }

    fn merge(&self, into: &mut Nearest, from: Nearest) {
        for (index, (near, spot)) in from.0 {
            into.note(index, near, spot);
        }
    }

    fn shift(&self, tally: &mut Nearest, by: u32) {
        let nearest = tally.0.values_mut();
        nearest.for_each(|(_, spot)| spot.shift(by));
    }

    fn finish(&self, tally: Nearest, findings: &mut Findings<'_>) {
        for (index, (near, training)) in tally.0.into_iter().filter(|(_, (near, _))| *near < SAME) {
            let Some((validation, _)) = self.examples.get(index) else {
                continue;
            };
            findings.report_at(validation.spot().location(), Severity::Warning, || {
                Message::new(format!(
                    "this validation example is nearly training record {}: {} % of their runs of five characters are the same",
                    training.record(),
                    near / 10
                ))
                .identity(&validation.identity())
                .help("remove it from one of the two sets, if the one is a variant of the other")
                .related("in training", training.location())
            });
        }
    }
}

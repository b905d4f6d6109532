//! An example without a weight, where others have one and the target wants all or none.

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("missing-weight", Level::Profile, Scope::Dataset);

/// The field of the record that weighs the example as a whole.
const FIELD: &str = "weight";

/// Builds the rule, where a target wants a weight in all examples or in none.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("sample-weight-in-all");
    (!facts.is_empty()).then(|| Check::dataset(MissingWeight { facts }))
}

struct MissingWeight {
    facts: Vec<TargetFact>,
}

/// How many examples have a weight, and how many have none.
#[derive(Default, Serialize, Deserialize)]
pub struct Weights {
    with: u64,
    without: u64,
    /// The first of each.
    first_with: Option<Location>,
    first_without: Option<Location>,
}

impl DatasetRule for MissingWeight {
    type Tally = Weights;

    fn observe(&self, example: &Example<'_>, tally: &mut Weights) {
        let fields = example.settings.iter().chain(&example.extras);
        let weight = fields.clone().find(|field| field.key == FIELD);
        match weight {
            Some(weight) => {
                tally.with += 1;
                let place = || example.record.locate(weight.span);
                tally.first_with.get_or_insert_with(place);
            }
            None => {
                tally.without += 1;
                let place = || example.record.locate(example.record.span());
                tally.first_without.get_or_insert_with(place);
            }
        }
    }

    fn merge(&self, into: &mut Weights, from: Weights) {
        into.with += from.with;
        into.without += from.without;
        into.first_with = into.first_with.take().or(from.first_with);
        into.first_without = into.first_without.take().or(from.first_without);
    }

    fn shift(&self, tally: &mut Weights, by: u32) {
        let places = [&mut tally.first_with, &mut tally.first_without];
        for place in places.into_iter().flatten() {
            place.source.0 += by;
        }
    }

    fn finish(&self, tally: Weights, findings: &mut Findings<'_>) {
        let (Some(first), Some(with)) = (tally.first_without, tally.first_with) else {
            return;
        };
        for fact in &self.facts {
            findings.report_at(first.clone(), fact.severity(), || {
                Message::new(format!(
                    "{} of {} examples have no `{FIELD}`: {}",
                    grouped(tally.without),
                    grouped(tally.with + tally.without),
                    fact.does("a set in which only some have one")
                ))
                .related("the first that has one", with.clone())
                .help(format!(
                    "give the others `\"{FIELD}\": 1`, or take it out of all"
                ))
                .targets(&fact.targets)
            });
        }
    }
}

//! Flags datasets in which only some examples have a weight, where the target wants all or none.

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("missing-weight", Level::Profile, Scope::Dataset);

/// The record field with the weight of the whole example.
const FIELD: &str = "weight";

/// Builds the check; `None` if no target requires a weight in all examples or in none.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("sample-weight-in-all");
    (!facts.is_empty()).then(|| Check::dataset(MissingWeight { facts }))
}

struct MissingWeight {
    facts: Vec<TargetFact>,
}

/// The number of examples with and without a weight.
#[derive(Default, Serialize, Deserialize)]
pub struct Weights {
    with: u64,
    without: u64,
    /// The first example of each kind.
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

    fn renumber_sources(&self, tally: &mut Weights, by: u32) {
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
            findings.report_at(first.clone(), fact.impact(), || {
                Message::new(format!(
                    "{} of {} examples have no `{FIELD}`: {}",
                    grouped(tally.without),
                    grouped(tally.with + tally.without),
                    fact.describe_effect("datasets with weights in only some examples")
                ))
                .related("first example with a weight", with.clone())
                .help(format!(
                    "add `\"{FIELD}\": 1` to these examples, or remove the field from all"
                ))
            });
        }
    }
}

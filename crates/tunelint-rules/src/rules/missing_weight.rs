//! Flags datasets in which only some examples have a weight, where the target wants all or none.

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use crate::survey::presence::Presence;
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

impl DatasetRule for MissingWeight {
    type Tally = Presence;

    fn observe(&self, example: &Example<'_>, tally: &mut Presence) {
        let mut fields = example.settings.iter().chain(&example.extras);
        let weight = fields.find(|field| field.key == FIELD);
        let span = weight.map_or(example.record.span(), |weight| weight.span);
        tally.add(weight.is_some(), || example.record.locate(span));
    }

    fn merge(&self, into: &mut Presence, from: Presence) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Presence, by: u32) {
        tally.renumber_sources(by);
    }

    fn finish(&self, tally: Presence, findings: &mut Findings<'_>) {
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

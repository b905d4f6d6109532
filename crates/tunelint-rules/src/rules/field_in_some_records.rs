//! Flags fields that only some records have, where the target wants them in all or none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use crate::survey::presence::Presence;
use tunelint_data::record::Body;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::field::values_at;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("field-in-some-records", Level::Profile, Scope::Dataset);

/// The key under which a profile lists the places of such fields.
const FACT: &str = "same-fields";

/// Builds the check; `None` if no target has such fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut places: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for profile in &context.profiles {
        let Some(fact) = profile.requires.get(FACT) else {
            continue;
        };
        for place in &fact.fields {
            let facts = places.entry(place).or_default();
            facts.push((profile.name.as_str(), fact));
        }
    }
    let fields = places.into_iter().flat_map(|(place, facts)| {
        let facts = TargetFact::of(facts.into_iter()).into_iter();
        facts.map(move |fact| (place.to_owned(), fact))
    });
    let fields: Vec<_> = fields.collect();
    (!fields.is_empty()).then(|| Check::dataset(FieldInSomeRecords { fields }))
}

struct FieldInSomeRecords {
    /// The places of fields, with what targets do if only some records have them.
    fields: Vec<(String, TargetFact)>,
}

/// For each of the fields, by its index: how many records have it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Presences(BTreeMap<usize, Presence>);

impl DatasetRule for FieldInSomeRecords {
    type Tally = Presences;

    fn observe(&self, example: &Example<'_>, tally: &mut Presences) {
        let Body::Json(json) = &example.record.body else {
            return;
        };
        for (at, (place, fact)) in self.fields.iter().enumerate() {
            if !fact.is_of(example.layout) {
                continue;
            }
            let is_there = !values_at(json.root(), place).is_empty();
            let presence = tally.0.entry(at).or_default();
            presence.add(is_there, || example.record.locate(example.record.span()));
        }
    }

    fn merge(&self, into: &mut Presences, from: Presences) {
        for (at, from) in from.0 {
            into.0.entry(at).or_default().merge(from);
        }
    }

    fn renumber_sources(&self, tally: &mut Presences, by: u32) {
        tally.0.values_mut().for_each(|of| of.renumber_sources(by));
    }

    fn finish(&self, tally: Presences, findings: &mut Findings<'_>) {
        for (at, presence) in tally.0 {
            let Some((place, fact)) = self.fields.get(at) else {
                continue;
            };
            let (Some(with), Some(without)) = (presence.first_with, presence.first_without) else {
                continue;
            };
            // The smaller group is more likely to be the mistake.
            let (first, other, words) = match presence.with <= presence.without {
                true => (with, without, "first record without it"),
                false => (without, with, "first record with it"),
            };
            findings.report_at(first, fact.impact(), || {
                let key = place.rsplit('/').next().unwrap_or_default();
                Message::new(format!(
                    "{} of {} records have {}: {}",
                    grouped(presence.with),
                    grouped(presence.with + presence.without),
                    quoted(key, 40),
                    fact.describe_effect("datasets in which only some records have it")
                ))
                .related(words, other.clone())
                .help("add it to all records, or train on the two kinds separately")
            });
        }
    }
}

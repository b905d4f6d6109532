//! Flags fields that only some records have, where the target wants them in all or none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::text::position::Location;
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

#[derive(Debug, Default, Serialize, Deserialize)]
struct Presence {
    with: u64,
    without: u64,
    /// The first record of each kind.
    first_with: Option<Location>,
    first_without: Option<Location>,
}

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
            let presence = tally.0.entry(at).or_default();
            let locate = || example.record.locate(example.record.span());
            if values_at(json.root(), place).is_empty() {
                presence.without += 1;
                presence.first_without.get_or_insert_with(locate);
            } else {
                presence.with += 1;
                presence.first_with.get_or_insert_with(locate);
            }
        }
    }

    fn merge(&self, into: &mut Presences, from: Presences) {
        for (at, from) in from.0 {
            let known = into.0.entry(at).or_default();
            known.with += from.with;
            known.without += from.without;
            known.first_with = known.first_with.take().or(from.first_with);
            known.first_without = known.first_without.take().or(from.first_without);
        }
    }

    fn renumber_sources(&self, tally: &mut Presences, by: u32) {
        let places = tally.0.values_mut();
        let places = places.flat_map(|of| [&mut of.first_with, &mut of.first_without]);
        places.flatten().for_each(|place| place.source.0 += by);
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

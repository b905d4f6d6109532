//! Flags fields that only some records or messages have, where the target wants them in all or none.

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

/// The key under which a profile lists the places of such fields of records.
const OF_RECORDS: &str = "same-fields";
/// The key under which it lists those of messages.
const OF_MESSAGES: &str = "same-message-fields";

/// Builds the check; `None` if no target has such fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    let of = |key, unit| {
        context
            .requires(key)
            .into_iter()
            .map(move |fact| (unit, fact))
    };
    let facts = of(OF_RECORDS, Unit::Record).chain(of(OF_MESSAGES, Unit::Message));
    let fields = facts.flat_map(|(unit, fact)| {
        let places = fact.fields.clone().into_iter();
        places.map(move |place| Field {
            place,
            unit,
            fact: fact.clone(),
        })
    });
    let fields: Vec<Field> = fields.collect();
    (!fields.is_empty()).then(|| Check::dataset(FieldInSomeRecords { fields }))
}

struct FieldInSomeRecords {
    fields: Vec<Field>,
}

/// A field that a target wants in all or none.
struct Field {
    place: String,
    unit: Unit,
    /// What targets do if only some have it.
    fact: TargetFact,
}

/// What has the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Record,
    Message,
}

impl Unit {
    fn plural(self) -> &'static str {
        match self {
            Self::Record => "records",
            Self::Message => "messages",
        }
    }
}

/// For each of the fields, by its index: how many records or messages have it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Presences(BTreeMap<usize, Presence>);

impl DatasetRule for FieldInSomeRecords {
    type Tally = Presences;

    fn observe(&self, example: &Example<'_>, tally: &mut Presences) {
        let record = &example.record;
        let Body::Json(json) = &record.body else {
            return;
        };
        for (at, Field { place, unit, fact }) in self.fields.iter().enumerate() {
            if !fact.is_of(example.layout) {
                continue;
            }
            let presence = tally.0.entry(at).or_default();
            match (unit, place.rsplit_once('/')) {
                (Unit::Message, Some((messages, key))) => {
                    for message in values_at(json.root(), messages) {
                        let is_there = !values_at(message, key).is_empty();
                        presence.add(is_there, || record.locate(message.span()));
                    }
                }
                _ => {
                    let is_there = !values_at(json.root(), place).is_empty();
                    presence.add(is_there, || record.locate(record.span()));
                }
            }
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
            let Some(Field { place, unit, fact }) = self.fields.get(at) else {
                continue;
            };
            let (Some(with), Some(without)) = (presence.first_with, presence.first_without) else {
                continue;
            };
            // The smaller group is more likely to be the mistake.
            let (first, other, words) = match presence.with <= presence.without {
                true => (with, without, "first without it"),
                false => (without, with, "first with it"),
            };
            findings.report_at(first, fact.impact(), || {
                let key = place.rsplit('/').next().unwrap_or_default();
                let units = unit.plural();
                Message::new(format!(
                    "{} of {} {units} have {}: {}",
                    grouped(presence.with),
                    grouped(presence.with + presence.without),
                    quoted(key, 40),
                    fact.describe_effect(&format!("datasets in which only some {units} have it"))
                ))
                .related(words, other.clone())
                .help(format!(
                    "add it to all {units}, or train on the two kinds separately"
                ))
            });
        }
    }
}

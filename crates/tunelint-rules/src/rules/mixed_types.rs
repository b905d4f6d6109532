//! Flags fields whose JSON type changes between records, where the target's loader needs one type.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::profile::ValueType;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("mixed-types", Level::Profile, Scope::Dataset);

/// A file with more places than this has data in its keys.
const MAX_PLACES: usize = 300;
/// Deeper values are not compared.
const MAX_DEPTH: usize = 8;

/// Builds the check; `None` if no target needs one type.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("one-type");
    (!facts.is_empty()).then(|| Check::dataset(MixedTypes { facts }))
}

struct MixedTypes {
    facts: Vec<TargetFact>,
}

/// The types at each place, such as `messages/*/content`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Types(BTreeMap<String, BTreeMap<ValueType, Seen>>);

/// How many values have a type, and the first of them.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    count: u64,
    first: Location,
}

impl Types {
    fn add(&mut self, place: &str, value: Value<'_>, example: &Example<'_>) {
        if !self.0.contains_key(place) && self.0.len() >= MAX_PLACES {
            return;
        }
        let types = self.0.entry(place.to_owned()).or_default();
        let seen = types.entry(ValueType::of(value)).or_insert_with(|| Seen {
            count: 0,
            first: example.record.locate(value.span()),
        });
        seen.count += 1;
    }

    /// Adds the types in `value` and of everything in it.
    fn observe(&mut self, place: &mut String, depth: usize, value: Value<'_>, of: &Example<'_>) {
        // Null goes with every type.
        if value.kind() == Kind::Null || depth > MAX_DEPTH {
            return;
        }
        if depth > 0 {
            self.add(place, value, of);
        }
        let length = place.len();
        for entry in value.entries() {
            if depth > 0 {
                place.push('/');
            }
            place.push_str(entry.key);
            self.observe(place, depth + 1, entry.value, of);
            place.truncate(length);
        }
        for item in value.items() {
            place.push_str("/*");
            self.observe(place, depth + 1, item, of);
            place.truncate(length);
        }
    }
}

impl DatasetRule for MixedTypes {
    type Tally = Types;

    fn observe(&self, example: &Example<'_>, tally: &mut Types) {
        if let Body::Json(json) = &example.record.body {
            tally.observe(&mut String::new(), 0, json.root(), example);
        }
    }

    fn merge(&self, into: &mut Types, from: Types) {
        for (place, types) in from.0 {
            if !into.0.contains_key(&place) && into.0.len() >= MAX_PLACES {
                continue;
            }
            let known = into.0.entry(place).or_default();
            for (kind, seen) in types {
                match known.get_mut(&kind) {
                    Some(known) => known.count += seen.count,
                    None => drop(known.insert(kind, seen)),
                }
            }
        }
    }

    fn renumber_sources(&self, tally: &mut Types, by: u32) {
        let all = tally.0.values_mut().flat_map(BTreeMap::values_mut);
        all.for_each(|seen| seen.first.source.0 += by);
    }

    fn finish(&self, tally: Types, findings: &mut Findings<'_>) {
        for (place, types) in tally.0 {
            let mut types: Vec<(ValueType, Seen)> = types.into_iter().collect();
            types.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
            let [(usual, most), others @ ..] = types.as_slice() else {
                continue;
            };
            let Some((other, rare)) = others.last() else {
                continue;
            };
            for fact in &self.facts {
                findings.report_at(rare.first.clone(), fact.impact(), || {
                    Message::new(format!(
                        "{} is {} {} and {} {}: {}",
                        quoted(&place, 60),
                        other.describe(),
                        times(rare.count),
                        usual.describe(),
                        times(most.count),
                        fact.describe_effect("fields of several types")
                    ))
                    .related("first value of the usual type", most.first.clone())
                    .help("write the field in one type in all records")
                });
            }
        }
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        many => format!("{} times", grouped(many)),
    }
}

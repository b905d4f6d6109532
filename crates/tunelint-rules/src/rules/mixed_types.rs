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

/// Builds the check, unless the data will be converted or no target needs one type.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("one-type");
    let applies = !context.will_convert && !facts.is_empty();
    applies.then(|| Check::dataset(MixedTypes { facts }))
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
    /// The types at a place. Beyond the most places, the first in order are kept, so that the
    /// result does not depend on the order of the records; `None` for the others.
    fn types_at(&mut self, place: &str) -> Option<&mut BTreeMap<ValueType, Seen>> {
        if !self.0.contains_key(place) {
            let last = self.0.last_key_value().map(|(last, _)| last.as_str());
            if self.0.len() >= MAX_PLACES && last.is_some_and(|last| place > last) {
                return None;
            }
            self.0.insert(place.to_owned(), BTreeMap::new());
            if self.0.len() > MAX_PLACES {
                self.0.pop_last();
            }
        }
        self.0.get_mut(place)
    }

    fn add(&mut self, place: &str, value: Value<'_>, example: &Example<'_>) {
        let Some(types) = self.types_at(place) else {
            return;
        };
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
            place.push_str(&escaped(entry.key));
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
        let concerns = |fact: &TargetFact| fact.is_of(example.layout);
        if let Body::Json(json) = &example.record.body
            && self.facts.iter().any(concerns)
        {
            tally.observe(&mut String::new(), 0, json.root(), example);
        }
    }

    fn merge(&self, into: &mut Types, from: Types) {
        for (place, types) in from.0 {
            let Some(known) = into.types_at(&place) else {
                continue;
            };
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
            for fact in self.facts.iter().filter(|fact| fact.is_about(&place)) {
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

/// A key as part of a place, as in a JSON Pointer.
fn escaped(key: &str) -> String {
    let key = key.replace('~', "~0").replace('/', "~1");
    if key == "*" { "~2".to_owned() } else { key }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        many => format!("{} times", grouped(many)),
    }
}

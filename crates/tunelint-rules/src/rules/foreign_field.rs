//! Flags records whose fields have other names than the target reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::layout;
use tunelint_layouts::provider::profile::Profile;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("foreign-field", Level::Profile, Scope::Dataset);

/// The key under which a profile lists the fields that it reads.
const FACT: &str = "named-fields";

/// Builds the check; `None` if no target lists the names of its fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    let fields = |of: &Arc<Profile>| Some(of.requires.get(FACT)?.fields.clone());
    let mut all: Vec<Vec<String>> = context.profiles.iter().filter_map(fields).collect();
    all.sort_unstable();
    all.dedup();
    let facts_with = |names: &Vec<String>| {
        let facts = context.profiles.iter().filter_map(|profile| {
            let fact = profile.requires.get(FACT)?;
            (fact.fields == *names).then_some((profile.name.as_str(), fact))
        });
        TargetFact::of(facts)
    };
    let requirements = all.into_iter().flat_map(|names| {
        let facts = facts_with(&names);
        facts.into_iter().map(move |fact| (names.clone(), fact))
    });
    let requirements: Vec<_> = requirements.collect();
    (!requirements.is_empty()).then(|| Check::dataset(ForeignField { requirements }))
}

struct ForeignField {
    /// The field names that targets read, and what the targets do with other names.
    requirements: Vec<(Vec<String>, TargetFact)>,
}

/// The records that lack a required field, by the index of the requirement.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct MissingNames(BTreeMap<usize, MissingName>);

#[derive(Debug, Serialize, Deserialize)]
struct MissingName {
    records: u64,
    /// The name that the first of these records lacks.
    name: String,
    first: Location,
}

impl DatasetRule for ForeignField {
    type Tally = MissingNames;

    fn observe(&self, example: &Example<'_>, tally: &mut MissingNames) {
        let record = &example.record;
        // Conversion renames the columns of a table in any case.
        if matches!(record.body, Body::Row(_)) {
            return;
        }
        for (at, (names, fact)) in self.requirements.iter().enumerate() {
            let mut absent = names
                .iter()
                .filter(|name| record.body.field(name).is_none());
            let Some(name) = absent.next().filter(|_| fact.is_of(example.layout)) else {
                continue;
            };
            let missing = || MissingName {
                records: 0,
                name: name.clone(),
                first: record.locate(record.span()),
            };
            tally.0.entry(at).or_insert_with(missing).records += 1;
        }
    }

    fn merge(&self, into: &mut MissingNames, from: MissingNames) {
        for (at, missing) in from.0 {
            match into.0.get_mut(&at) {
                Some(known) => known.records += missing.records,
                None => drop(into.0.insert(at, missing)),
            }
        }
    }

    fn renumber_sources(&self, tally: &mut MissingNames, by: u32) {
        for missing in tally.0.values_mut() {
            missing.first.source.0 += by;
        }
    }

    fn finish(&self, tally: MissingNames, findings: &mut Findings<'_>) {
        for (at, missing) in tally.0 {
            let Some((names, fact)) = self.requirements.get(at) else {
                continue;
            };
            findings.report_at(missing.first.clone(), fact.impact(), || {
                let has = if missing.records == 1 { "has" } else { "have" };
                let message = Message::new(format!(
                    "{} {has} no field {}: {}",
                    counted(missing.records, "record"),
                    quoted(&missing.name, 40),
                    fact.describe_effect("other field names")
                ));
                match layout_with_fields(names) {
                    Some(layout) => message.help(format!(
                        "rename the fields, for example with `--to {layout}` of `tunelint convert`"
                    )),
                    None => message.help("rename the fields to the names that the target reads"),
                }
            });
        }
    }
}

/// The layout that writes exactly the fields `names`.
fn layout_with_fields(names: &[String]) -> Option<&'static str> {
    let is_one = |columns: &[&str]| columns.len() == names.len() && names.iter().eq(columns);
    let layouts = layout::all().into_iter();
    let mut writing = layouts.filter(|layout| is_one(layout.columns()));
    writing.next().map(|layout| layout.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{fact, reported};
    use tunelint_data::text::position::SourceId;
    use tunelint_layouts::provider::profile::Effect;

    fn missing(records: u64, name: &str, source: u32) -> MissingNames {
        MissingNames(BTreeMap::from([(
            0,
            MissingName {
                records,
                name: name.to_owned(),
                first: Location::whole(SourceId(source)),
            },
        )]))
    }

    #[test]
    fn a_layout_must_have_exactly_these_fields() {
        let layout = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            layout_with_fields(&names)
        };
        assert_eq!(layout(&["prompt", "completion"]), Some("prompt-completion"));
        assert_eq!(layout(&["prompt"]), None);
        assert_eq!(layout(&["prompt", "completion", "id"]), None);
        assert_eq!(layout(&["completion", "prompt"]), None);
    }

    #[test]
    fn the_name_and_place_of_the_first_record_are_kept() {
        let names = vec!["prompt".to_owned(), "completion".to_owned()];
        let rule = ForeignField {
            requirements: vec![(names, fact(Effect::Rejects))],
        };
        let mut all = MissingNames::default();
        let mut later = missing(2, "completion", 0);
        rule.renumber_sources(&mut later, 1);
        assert_eq!(later.0[&0].first.source, SourceId(1));
        rule.merge(&mut all, missing(1, "prompt", 0));
        rule.merge(&mut all, later);
        assert_eq!(all.0[&0].first.source, SourceId(0));
        assert_eq!(
            reported(|findings| rule.finish(all, findings)),
            ["error: 3 records have no field `prompt`: t rejects other field names"]
        );
        assert_eq!(
            reported(|findings| rule.finish(missing(1, "completion", 0), findings)),
            ["error: 1 record has no field `completion`: t rejects other field names"]
        );
    }
}

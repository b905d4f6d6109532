//! A text under a name that the target does not read.

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

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("foreign-field", Level::Profile, Scope::Dataset);

/// What a profile calls the fields that it reads.
const FACT: &str = "named-fields";

/// Builds the rule, where a target says under which names it reads.
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
    let asked = all.into_iter().flat_map(|names| {
        let facts = facts_with(&names);
        facts.into_iter().map(move |fact| (names.clone(), fact))
    });
    let asked: Vec<_> = asked.collect();
    (!asked.is_empty()).then(|| Check::dataset(ForeignField { asked }))
}

struct ForeignField {
    /// The names under which targets read, and what they do with others.
    asked: Vec<(Vec<String>, TargetFact)>,
}

/// The records that lack one of the names, by what asks for it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Lacking(BTreeMap<usize, Lack>);

#[derive(Debug, Serialize, Deserialize)]
struct Lack {
    records: u64,
    /// The name that the first of them lacks.
    name: String,
    first: Location,
}

impl DatasetRule for ForeignField {
    type Tally = Lacking;

    fn observe(&self, example: &Example<'_>, tally: &mut Lacking) {
        let record = &example.record;
        // Columns are named anew whatever they are called.
        if matches!(record.body, Body::Row(_)) {
            return;
        }
        for (at, (names, fact)) in self.asked.iter().enumerate() {
            let mut absent = names
                .iter()
                .filter(|name| record.body.field(name).is_none());
            let Some(name) = absent.next().filter(|_| fact.is_of(example.layout)) else {
                continue;
            };
            let lack = || Lack {
                records: 0,
                name: name.clone(),
                first: record.locate(record.span()),
            };
            tally.0.entry(at).or_insert_with(lack).records += 1;
        }
    }

    fn merge(&self, into: &mut Lacking, from: Lacking) {
        for (at, lack) in from.0 {
            match into.0.get_mut(&at) {
                Some(known) => known.records += lack.records,
                None => drop(into.0.insert(at, lack)),
            }
        }
    }

    fn shift(&self, tally: &mut Lacking, by: u32) {
        for lack in tally.0.values_mut() {
            lack.first.source.0 += by;
        }
    }

    fn finish(&self, tally: Lacking, findings: &mut Findings<'_>) {
        for (at, lack) in tally.0 {
            let Some((names, fact)) = self.asked.get(at) else {
                continue;
            };
            findings.report_at(lack.first.clone(), fact.severity(), || {
                let has = if lack.records == 1 { "has" } else { "have" };
                let message = Message::new(format!(
                    "{} {has} no {}: {}",
                    counted(lack.records, "record"),
                    quoted(&lack.name, 40),
                    fact.does("other names")
                ))
                .targets(&fact.targets);
                match writing(names) {
                    Some(layout) => message.help(format!(
                        "`tunelint convert --to {layout}` writes the names that are read"
                    )),
                    None => message.help("rename the fields"),
                }
            });
        }
    }
}

/// The layout that writes `names` and no others.
fn writing(names: &[String]) -> Option<&'static str> {
    let is_one = |columns: &[&str]| columns.len() == names.len() && names.iter().eq(columns);
    let layouts = layout::all().into_iter();
    let mut writing = layouts.filter(|layout| is_one(layout.columns()));
    writing.next().map(|layout| layout.name())
}

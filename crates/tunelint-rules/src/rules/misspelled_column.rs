//! Flags columns whose names differ in case or spaces from what the target reads.

use std::collections::BTreeSet;

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};
use tunelint_data::record::row::normal_name;
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("misspelled-column", Level::Profile, Scope::Source);

/// A column that a table may lack.
const OPTIONAL: &str = "system";

/// Builds the check, unless the data will be converted or no target requires exact names.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("exact-columns");
    let applies = !context.will_convert && !facts.is_empty();
    applies.then(|| Check::source(MisspelledColumn { facts }))
}

struct MisspelledColumn {
    facts: Vec<TargetFact>,
}

impl SourceRule for MisspelledColumn {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(layout) = reader.layout().filter(|_| !reader.mapping.mapped) else {
            return;
        };
        // A layout that is not written as a table may still be read from one.
        let read = match layout.columns() {
            [] => layout.fields(),
            columns => columns,
        };
        let names = &reader.header.names;
        let present: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let misspelled = names.iter().filter_map(|name| {
            let wanted = normal_name(name);
            let is_read = read.contains(&wanted.as_str()) && wanted != OPTIONAL;
            let is_there = present.contains(wanted.as_str());
            (is_read && !is_there).then_some((name, wanted))
        });
        for (name, wanted) in misspelled {
            for fact in self.facts.iter().filter(|fact| fact.is_of(layout.name())) {
                findings.report_at(Location::whole(reader.source), fact.impact(), || {
                    let (name, wanted) = (quoted(name, 40), quoted(&wanted, 40));
                    let does = fact.describe_effect("other spellings");
                    Message::new(format!("column {name} is not spelled {wanted}: {does}"))
                        .help(format!("rename the column to {wanted}"))
                });
            }
        }
    }
}

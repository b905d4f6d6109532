//! Flags table columns that have the name of an earlier column.

use std::collections::BTreeSet;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Reader;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
)
.consequence(Consequence::Ignored);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(DuplicateColumn))
}

struct DuplicateColumn;

impl SourceRule for DuplicateColumn {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let problem = source.reader.mapping.problem.as_ref();
        if problem.is_none_or(|problem| problem.first_row().is_none()) {
            report(source.reader, findings);
        }
    }
}

/// Reports every column whose name an earlier column has.
fn report(reader: &Reader, findings: &mut Findings<'_>) {
    let source = reader.source;
    let names = &reader.header.names;
    let mut earlier = BTreeSet::new();
    for name in names {
        if !earlier.insert(name) {
            findings.report_at(Location::whole(source), Severity::Error, || {
                let shown = quoted(name, 40);
                let message = if name.is_empty() {
                    "more than one column without a name".to_owned()
                } else {
                    format!("duplicate column {shown}: only the first one is read")
                };
                Message::new(message).help("give every column a unique name")
            });
        }
    }
}

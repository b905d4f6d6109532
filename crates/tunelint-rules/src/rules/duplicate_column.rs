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

/// Reports every column whose name an earlier column has, and those without a name once.
fn report(reader: &Reader, findings: &mut Findings<'_>) {
    let file = Location::whole(reader.source);
    let names = &reader.header.names;
    let mut earlier = BTreeSet::new();
    for name in names {
        if !name.is_empty() && !earlier.insert(name) {
            findings.report_at(file.clone(), Severity::Error, || {
                let shown = quoted(name, 40);
                Message::new(format!(
                    "duplicate column {shown}: only the first one is read"
                ))
                .help("give every column a unique name")
            });
        }
    }
    let nameless = names.iter().filter(|name| name.is_empty()).count();
    if nameless < 2 {
        return;
    }
    // Spreadsheets write the empty columns next to a table as well.
    let last = names.iter().rev().take_while(|name| name.is_empty());
    let (severity, help) = match last.count() == nameless {
        true => (
            Severity::Advice,
            "remove the delimiters at the end of each line, or name the columns",
        ),
        false => (Severity::Error, "give every column a unique name"),
    };
    findings.report_at(file, severity, || {
        Message::new(format!("{nameless} columns without a name")).help(help)
    });
}

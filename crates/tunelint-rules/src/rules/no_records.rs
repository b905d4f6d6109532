//! Flags files without records.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::source::Facts;
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Reader;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("no-records", Level::Fixed(Severity::Error), Scope::Source)
        .consequence(Consequence::Rejected);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(NoRecords))
}

struct NoRecords;

impl SourceRule for NoRecords {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let facts = source.reader.facts();
        // A single row is not a header: `missing-header` says so.
        let problem = source.reader.mapping.problem.as_ref();
        let is_row = problem.is_some_and(|problem| problem.first_row().is_some());
        if source.reader.shape.is_ok() && facts.records == 0 && !is_row {
            report(source.reader, facts, findings);
        }
    }
}

fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let rows = reader
        .container()
        .is_some_and(tunelint_data::source::Container::has_rows);
    findings.report_at(Location::whole(reader.source), Severity::Error, || {
        let message = match () {
            () if facts.no_list => "no list of examples in the document".to_owned(),
            () if reader.bytes_read() == 0 => "empty file".to_owned(),
            () if rows && !reader.header.names.is_empty() => "header without rows".to_owned(),
            () => "no records in the file".to_owned(),
        };
        let help = if facts.no_list {
            "put the examples in a list, at the top level or under `examples` or `data`"
        } else {
            "check the export: there is nothing to train on"
        };
        Message::new(message).help(help)
    });
}

//! A file with nothing to train on.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::source::Facts;
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Reader;

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("no-records", Level::Fixed(Severity::Error), Scope::Source);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(NoRecords))
}

struct NoRecords;

impl SourceRule for NoRecords {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let facts = source.reader.facts();
        if source.reader.shape.is_ok() && facts.records == 0 {
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
            () if facts.no_list => "the document holds no list of examples".to_owned(),
            () if reader.bytes_read() == 0 => "the file is empty".to_owned(),
            () if rows && !reader.header.names.is_empty() => {
                "the file has a header and no rows".to_owned()
            }
            () => "the file holds no records".to_owned(),
        };
        let help = if facts.no_list {
            "put the examples in a list, at the top or under `examples` or `data`"
        } else {
            "there is nothing to train on: check that the export worked"
        };
        Message::new(message).help(help)
    });
}

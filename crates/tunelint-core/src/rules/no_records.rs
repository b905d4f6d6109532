//! A file with nothing to train on.

use crate::finding::{Findings, Message, Severity};
use crate::position::Location;
use crate::reader::Reader;
use crate::rule::{Level, RuleMeta, Scope};
use crate::source::Facts;

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("no-records", Level::Fixed(Severity::Error), Scope::Source);

/// Says why there is nothing.
pub(crate) fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let rows = reader
        .container()
        .is_some_and(crate::source::Container::has_rows);
    findings.report_at_as(
        "no-records",
        Location::whole(reader.source),
        Severity::Error,
        || {
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
        },
    );
}

//! A record of another layout than the file's.

use crate::finding::{Findings, Message, Severity};
use crate::position::Span;
use crate::record::Record;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-layouts",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// A record of another layout than the file's.
pub(crate) fn report(record: &Record<'_>, file: &str, other: &str, findings: &mut Findings<'_>) {
    findings.report_as(
        "mixed-layouts",
        record.at(Span::new(0, 1)),
        Severity::Error,
        || {
            Message::new(format!(
                "this record is in the layout `{other}`, most of the file in `{file}`"
            ))
            .help("keep one layout in a file: convert this record, or move it to a file of its own")
        },
    );
}

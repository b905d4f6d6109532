//! A row with more or fewer cells than the header.

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};
use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-field-count",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(WrongFieldCount))
}

struct WrongFieldCount;

impl RecordRule for WrongFieldCount {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let (Unreadable::FieldCount, Body::Row(row)) = (why, record.body) else {
            return;
        };
        let header = row.header();
        findings.report(record.at(Span::at(0)), Severity::Error, || {
            let (have, want) = (row.len() as u64, header.names.len() as u64);
            let spaced = row.cells().any(|cell| cell.as_str().starts_with(" \""));
            let help = match () {
                () if spaced => {
                    "a space stands before a quote: a quoted cell must begin with its quote"
                }
                () if have > want => "put a cell that holds the delimiter in double quotes",
                () => "a cell or a delimiter is missing; an empty cell still needs its delimiter",
            };
            Message::new(format!(
                "the row has {}, the header {}",
                counted(have, "cell"),
                counted(want, "column")
            ))
            .help(help)
        });
    }
}

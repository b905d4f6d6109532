//! A row with more or fewer cells than the header.

use crate::finding::{Findings, Message, Severity};
use crate::position::Span;
use crate::printable::counted;
use crate::record::Record;
use crate::row::{Header, Row};
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-field-count",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// A row with more or fewer cells than the header.
pub(crate) fn report(
    record: &Record<'_>,
    row: Row<'_>,
    header: &Header,
    findings: &mut Findings<'_>,
) {
    findings.report_as(
        "wrong-field-count",
        record.at(Span::at(0)),
        Severity::Error,
        || {
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
        },
    );
}

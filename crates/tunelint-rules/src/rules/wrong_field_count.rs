//! Flags rows with more or fewer cells than the header.

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};
use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::{Unreadable, is_comment};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-field-count",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
        // No row fits a comment that was taken for the header: `missing-header` says so.
        if is_comment(&header.names) {
            return;
        }
        findings.report(record.at(Span::at(0)), Severity::Error, || {
            let (found, expected) = (row.len() as u64, header.names.len() as u64);
            let has_space_before_quote = row.cells().any(|cell| cell.as_str().starts_with(" \""));
            let help = match () {
                () if has_space_before_quote => {
                    "remove the space before the quote: a quoted field must start with its quote"
                }
                () if found > expected => "put fields that contain the delimiter in double quotes",
                () => "add the missing field: an empty field still needs its delimiter",
            };
            let expected = counted(expected, "field");
            Message::new(format!("expected {expected}, found {found}")).help(help)
        });
    }
}

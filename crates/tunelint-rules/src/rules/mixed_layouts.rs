//! A record of another layout than the file's.

use tunelint_data::record::Record;
use tunelint_data::text::position::Span;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-layouts",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(MixedLayouts))
}

struct MixedLayouts;

impl RecordRule for MixedLayouts {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::OtherLayout(file, other) = why else {
            return;
        };
        findings.report(record.at(Span::new(0, 1)), Severity::Error, || {
            Message::new(format!(
                "this record is in the layout `{other}`, most of the file in `{file}`"
            ))
            .help("keep one layout in a file: convert this record, or move it to a file of its own")
        });
    }
}

//! Flags records in another layout than most of the file.

use tunelint_data::record::Record;
use tunelint_data::text::position::Span;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-layouts",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
                "layout `{other}`, but most of the file is in `{file}`"
            ))
            .help(format!(
                "convert this record to `{file}`, or move it to another file"
            ))
        });
    }
}

//! Flags records that exceed `--max-record-size` and were not read.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "record-too-large",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(RecordTooLarge))
}

struct RecordTooLarge;

impl RecordRule for RecordTooLarge {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::TooLarge { length, limit } = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            let (length, limit) = (grouped(length), grouped(limit));
            Message::new(format!(
                "record not checked: {length} bytes, at most {limit} are read"
            ))
            .help(
                "raise the limit with `--max-record-size`, or look for a missing line break or quote",
            )
        });
    }
}

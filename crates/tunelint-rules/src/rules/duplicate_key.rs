//! Flags keys that occur twice in one JSON object.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-key",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Ignored);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(DuplicateKey))
}

struct DuplicateKey;

impl RecordRule for DuplicateKey {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::DuplicateKey = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            let message = Message::new("duplicate key: parsers disagree on which value counts")
                .help("remove or rename one of the two");
            match fault.related {
                Some(first) => message.related("first one", record.locate(first)),
                None => message,
            }
        });
    }
}

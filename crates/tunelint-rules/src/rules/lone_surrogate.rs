//! Flags `\u` escapes of a surrogate without its other half.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "lone-surrogate",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(LoneSurrogate))
}

struct LoneSurrogate;

impl RecordRule for LoneSurrogate {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::LoneSurrogate = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            Message::new(format!(
                "lone surrogate {}: the other half of the pair is missing",
                quoted(&fault.text, 6)
            ))
            .help("write the character itself or both halves; cutting text inside an emoji causes this")
        });
    }
}

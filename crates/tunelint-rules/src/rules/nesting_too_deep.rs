//! Flags JSON that is nested deeper than the parser follows.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::record::json::MAX_DEPTH;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "nesting-too-deep",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(NestingTooDeep))
}

struct NestingTooDeep;

impl RecordRule for NestingTooDeep {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::NestingTooDeep = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            Message::new(format!(
                "nested more than {MAX_DEPTH} levels deep"
            ))
            .help("look for JSON text that should be a quoted string: no training format nests this deep")
        });
    }
}

//! Lists and objects nested deeper than any reader follows.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::record::json::MAX_DEPTH;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "nesting-too-deep",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
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
                "lists and objects are nested more than {MAX_DEPTH} levels deep"
            ))
            .help("no training format needs this; look for text that was parsed where it should be quoted")
        });
    }
}

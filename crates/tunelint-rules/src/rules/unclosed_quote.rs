//! Flags quotes that open a cell and are never closed.

use tunelint_data::record::Record;
use tunelint_data::record::fault::{FaultKind, Resume};
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unclosed-quote",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(UnclosedQuote))
}

struct UnclosedQuote;

impl RecordRule for UnclosedQuote {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::UnclosedQuote(resume) = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            let message = match resume {
                Resume::NextLine => "unclosed quote".to_owned(),
                Resume::After { lines } => {
                    format!("unclosed quote; reading resumes {lines} lines below")
                }
                Resume::Never { bytes } => format!(
                    "unclosed quote; the {} bytes after it were not checked",
                    grouped(bytes)
                ),
            };
            Message::new(message).help(
                "close it at the end of the cell, and write a quote inside a cell twice (`\"\"`)",
            )
        });
    }
}

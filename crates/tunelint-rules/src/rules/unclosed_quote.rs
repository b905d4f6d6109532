//! A quote that opens a cell and is never closed.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::record::fault::Resume;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unclosed-quote",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
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
                Resume::NextLine => "the quote that opens here is never closed".to_owned(),
                Resume::After { lines } => format!(
                    "the quote that opens here is never closed; reading goes on {lines} lines below"
                ),
                Resume::Never { bytes } => format!(
                    "the quote that opens here is never closed; the {} bytes after it were not checked",
                    grouped(bytes)
                ),
            };
            Message::new(message).help(
                "close it at the end of the cell; a quote inside a cell is written twice (`\"\"`)",
            )
        });
    }
}

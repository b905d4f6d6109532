//! Flags quotes inside unquoted cells, and text after a closing quote.

use tunelint_data::record::Record;
use tunelint_data::record::fault::{FaultKind, StrayQuote};
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("stray-quote", Level::Fixed(Severity::Error), Scope::Example)
        .consequence(Consequence::Misread);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(StrayQuotes))
}

struct StrayQuotes;

impl RecordRule for StrayQuotes {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::StrayQuote(how) = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            let (message, help) = message_and_help(how);
            let message = Message::new(message).help(help);
            match fault.related {
                Some(open) => message.related("opening quote", record.locate(open)),
                None => message,
            }
        });
    }
}

fn message_and_help(how: StrayQuote) -> (&'static str, &'static str) {
    match how {
        StrayQuote::InUnquotedCell { after_space } => (
            "unescaped quote in an unquoted cell",
            match after_space {
                true => {
                    "remove the space before the quote: a quoted cell must start with its quote"
                }
                false => "put the whole cell in quotes, and write this quote twice (`\"\"`)",
            },
        ),
        StrayQuote::TextAfterClosing { escaped } => (
            "text after a closing quote",
            match escaped {
                true => "write a quote inside a cell twice (`\"\"`), not with a backslash",
                false => "write a quote inside a cell twice (`\"\"`), or close an earlier quote",
            },
        ),
    }
}

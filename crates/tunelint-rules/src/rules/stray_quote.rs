//! A quote inside a cell that is not quoted, or text after a closing quote.

use tunelint_data::record::Record;
use tunelint_data::record::fault::FaultKind;
use tunelint_data::record::fault::StrayQuote;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("stray-quote", Level::Fixed(Severity::Error), Scope::Example);

/// Builds the rule.
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
            let (message, help) = words(how);
            let message = Message::new(message).help(help);
            match fault.related {
                Some(open) => message.related("the first one", record.locate(open)),
                None => message,
            }
        });
    }
}

fn words(how: StrayQuote) -> (&'static str, &'static str) {
    match how {
        StrayQuote::InUnquotedCell { after_space } => (
            "a quote stands inside a cell that is not in quotes",
            match after_space {
                true => {
                    "remove the space before the quote: a quoted cell must begin with its quote"
                }
                false => "put the whole cell in quotes and write this one twice (`\"\"`)",
            },
        ),
        StrayQuote::TextAfterClosing { escaped } => (
            "text follows the quote that closes this cell",
            match escaped {
                true => "CSV writes a quote inside a cell twice (`\"\"`), not with a backslash",
                false => {
                    "a quote inside a cell is written twice (`\"\"`); an earlier quote may have been left open"
                }
            },
        ),
    }
}

//! A field that the layout requires and the record lacks.

use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-field",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(MissingField))
}

struct MissingField;

impl RecordRule for MissingField {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Mismatches(mismatches) = why else {
            return;
        };
        for mismatch in mismatches {
            if let MismatchKind::MissingField { name, near } = &mismatch.kind {
                findings.report(record.at(mismatch.span), Severity::Error, || {
                    words(name, near.as_deref())
                });
            }
        }
    }
}

fn words(name: &str, near: Option<&str>) -> Message {
    let name = quoted(name, 40);
    let message = Message::new(format!("the field {name} is missing"));
    match near {
        Some(near) => message.help(format!(
            "did you mean {name} where {} stands?",
            quoted(near, 40)
        )),
        None => message.help("add it, or remove the record"),
    }
}

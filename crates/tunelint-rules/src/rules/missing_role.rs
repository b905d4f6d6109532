//! A message without a role.

use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(MissingRole))
}

struct MissingRole;

impl RecordRule for MissingRole {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Mismatches(mismatches) = why else {
            return;
        };
        for mismatch in mismatches {
            if let MismatchKind::MissingRole { key, near, roles } = &mismatch.kind {
                findings.report(record.at(mismatch.span), Severity::Error, || {
                    words(key, near.as_deref(), roles)
                });
            }
        }
    }
}

fn words(key: &str, near: Option<&str>, roles: &[&str]) -> Message {
    let key = quoted(key, 20);
    let message = Message::new(format!("the turn has no {key}"));
    match near {
        Some(near) => message.help(format!(
            "did you mean {key} where {} stands?",
            quoted(near, 40)
        )),
        None => message.help(format!("say whose turn it is: {}", roles.join(", "))),
    }
}

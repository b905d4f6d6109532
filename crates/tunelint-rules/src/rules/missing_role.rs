//! Flags messages without a role.

use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
                    message_for(key, near.as_deref(), roles)
                });
            }
        }
    }
}

fn message_for(key: &str, near: Option<&str>, roles: &[&str]) -> Message {
    let key = quoted(key, 20);
    let message = Message::new(format!("message without {key}"));
    match near {
        Some(near) => message.help(format!(
            "rename {} to {key} if it is the same field",
            quoted(near, 40)
        )),
        None => message.help(format!("set {key} to one of: {}", roles.join(", "))),
    }
}

//! Flags records without a field that the layout requires.

use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::{Mismatch, MismatchKind};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-field",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
            if let MismatchKind::MissingField { name, near, there } = &mismatch.kind {
                findings.report(record.at(mismatch.span), Severity::Error, || {
                    message_for(name, near.as_deref(), there)
                });
            }
        }
    }
}

fn message_for(name: &str, near: Option<&str>, there: &[String]) -> Message {
    let name = quoted(name, 40);
    let message = Message::new(format!("missing field {name}"));
    match near {
        Some(near) => message.help(format!(
            "rename {} to {name} if it is the same field",
            quoted(near, 40)
        )),
        None => message.help(format!(
            "add the field, or remove the record{}",
            found(there)
        )),
    }
}

/// The existing fields, for the help: `; found ...`.
fn found(there: &[String]) -> String {
    let shown = there.iter().take(Mismatch::NAMES - 1);
    let shown: Vec<String> = shown.map(|name| quoted(name, 40)).collect();
    match there.len() {
        0 => String::new(),
        Mismatch::NAMES.. => format!("; found {}, …", shown.join(", ")),
        _ => format!("; found {}", shown.join(", ")),
    }
}

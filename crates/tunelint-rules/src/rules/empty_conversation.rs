//! Flags conversations without messages.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Consequence, Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "empty-conversation",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(EmptyConversation))
}

struct EmptyConversation;

impl ExampleRule for EmptyConversation {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        if example.turns.is_empty() {
            let record = &example.record;
            findings.report(record.at(record.span()), Severity::Error, || {
                Message::new("conversation has no messages")
                    .help("add the messages, or remove the record")
                    .fix(Fix::dropping())
            });
        }
    }
}

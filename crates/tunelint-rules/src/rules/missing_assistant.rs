//! Flags conversations without an assistant message.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-assistant",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(MissingAssistant))
}

struct MissingAssistant;

impl ExampleRule for MissingAssistant {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // `empty-conversation` reports a conversation without messages.
        let Some(last) = example.turns.last() else {
            return;
        };
        if example.is_prompt_only() || example.outputs().next().is_some() {
            return;
        }
        findings.report(example.record.at(last.span), Severity::Error, || {
            Message::new("no assistant message: nothing to train on")
                .help("add an assistant message, or remove the record")
                .fix(Fix::dropping())
        });
    }
}

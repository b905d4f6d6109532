//! Flags conversations without an assistant message.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, TargetFact,
};
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
pub fn build(context: &RuleContext) -> Option<Check> {
    let required_by = context.turns("needs-model");
    Some(Check::example(MissingAssistant { required_by }))
}

struct MissingAssistant {
    /// The targets that document this requirement.
    required_by: Vec<TargetFact>,
}

impl ExampleRule for MissingAssistant {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // `empty-conversation` reports a conversation without messages.
        let Some(last) = example.turns.last() else {
            return;
        };
        if example.outputs().next().is_some() {
            return;
        }
        findings.report(example.record.at(last.span), Severity::Error, || {
            let consequences: String = self
                .required_by
                .iter()
                .map(|fact| format!("; {}", fact.describe_effect("such examples")))
                .collect();
            Message::new(format!(
                "no assistant message: nothing to train on{consequences}"
            ))
            .help("add an assistant message, or remove the record")
            .fix(Fix::dropping())
        });
    }
}

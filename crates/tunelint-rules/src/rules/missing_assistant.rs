//! A conversation in which the model says nothing.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, TargetFact,
};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-assistant",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let asked = context.turns("needs-model");
    Some(Check::example(MissingAssistant { asked }))
}

struct MissingAssistant {
    /// The targets that say so themselves.
    asked: Vec<TargetFact>,
}

impl ExampleRule for MissingAssistant {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // A conversation without any turn is `empty-conversation`.
        let Some(last) = example.turns.last() else {
            return;
        };
        if example.outputs().next().is_some() {
            return;
        }
        findings.report(example.record.at(last.span), Severity::Error, || {
            let said: String = self
                .asked
                .iter()
                .map(|fact| format!("; {}", fact.does("it")))
                .collect();
            Message::new(format!(
                "the conversation has no turn of the model, so there is nothing to learn from{said}"
            ))
            .help("add what the model is to answer, or remove the record")
            .fix(Fix::dropping())
        });
    }
}

//! A system text in which nothing can be seen.
//!
//! What the user and the model say is looked at by `empty-input` and `empty-output`; a tool may
//! well have nothing to say.

use super::empty_input::what_is_there;
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("empty-turn", Level::Fixed(Severity::Error), Scope::Example);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(EmptyTurn))
}

struct EmptyTurn;

impl ExampleRule for EmptyTurn {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let systems = example
            .turns
            .iter()
            .filter(|turn| turn.role == Role::System);
        for turn in systems.filter(|turn| turn.is_blank()) {
            findings.report(example.record.at(turn.text_span()), Severity::Error, || {
                Message::new(format!("the system text {}", what_is_there(turn)))
                    .help("write what holds for the whole conversation, or leave the turn out")
            });
        }
    }
}

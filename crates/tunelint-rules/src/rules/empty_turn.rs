//! Flags system messages without visible text.
//!
//! User and assistant messages: see `empty-input` and `empty-output`. Empty tool results are valid.

use super::empty_input::what_is_there;
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("empty-turn", Level::Fixed(Severity::Error), Scope::Example);

/// Builds the check; never `None`.
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
                Message::new(format!("empty system prompt{}", what_is_there(turn)))
                    .help("write the system prompt, or remove the message")
            });
        }
    }
}

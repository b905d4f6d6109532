//! An input in which nothing can be seen.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("empty-input", Level::Fixed(Severity::Error), Scope::Example)
        .fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(EmptyInput))
}

struct EmptyInput;

impl ExampleRule for EmptyInput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for turn in example
            .turns
            .iter()
            .filter(|turn| turn.role == Role::User && turn.is_blank())
        {
            findings.report(example.record.at(turn.text_span()), Severity::Error, || {
                Message::new(format!("the input {}", what_is_there(turn)))
                    .help("write the input, or remove the record")
                    .fix(Fix::dropping())
            });
        }
    }
}

/// What an empty text holds, in words.
pub(crate) fn what_is_there(turn: &tunelint_layouts::example::Turn<'_>) -> &'static str {
    let text = turn.joined();
    match () {
        () if text.is_empty() => "is empty",
        () if text.chars().all(char::is_whitespace) => "holds nothing but white space",
        () => "holds nothing that can be seen",
    }
}

//! Flags inputs without visible text.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("empty-input", Level::Fixed(Severity::Error), Scope::Example)
        .fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
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
                Message::new(format!("empty input{}", what_is_there(turn)))
                    .help("write the input, or remove the record")
                    .fix(Fix::dropping())
            });
        }
    }
}

/// The end of a message about a blank turn: which invisible content it has, if any.
pub(crate) fn what_is_there(turn: &tunelint_layouts::example::Turn<'_>) -> &'static str {
    let text = turn.joined();
    match () {
        () if text.is_empty() => "",
        () if text.chars().all(char::is_whitespace) => ": only whitespace",
        () => ": only invisible characters",
    }
}

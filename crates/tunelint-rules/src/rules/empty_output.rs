//! An answer in which nothing can be seen.

use super::empty_input::what_is_there;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "empty-output",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(EmptyOutput))
}

struct EmptyOutput;

impl ExampleRule for EmptyOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // An answer made of a tool call is not blank: see `Turn::is_blank`.
        for turn in example.outputs().filter(|turn| turn.is_blank()) {
            findings.report(example.record.at(turn.text_span()), Severity::Error, || {
                Message::new(format!("the output {}", what_is_there(turn)))
                    .help("write the answer, or remove the record: the model would learn to say nothing")
                    .fix(Fix::dropping())
            });
        }
    }
}

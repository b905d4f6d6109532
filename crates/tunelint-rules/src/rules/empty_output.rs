//! Flags outputs without visible text.

use super::empty_input::what_is_there;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "empty-output",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(EmptyOutput))
}

struct EmptyOutput;

impl ExampleRule for EmptyOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // An output that is a tool call is not blank: see `Turn::is_blank`.
        for turn in example.outputs().filter(|turn| turn.is_blank()) {
            findings.report(example.record.at(turn.text_span()), Severity::Error, || {
                Message::new(format!("empty output{}", what_is_there(turn)))
                    .help("write the output, or remove the record")
                    .fix(Fix::dropping())
            });
        }
    }
}

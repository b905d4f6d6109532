//! An output that starts with the whole input, or is identical to it.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "output-repeats-input",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(OutputRepeatsInput))
}

/// Minimum number of bytes and words of an input whose repetition is unlikely to be a coincidence.
const MIN_BYTES: usize = 24;
const MIN_WORDS: usize = 4;

struct OutputRepeatsInput;

impl ExampleRule for OutputRepeatsInput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for pair in example.turns.windows(2) {
            let [user, model] = pair else { continue };
            if user.role != Role::User || model.role != Role::Model {
                continue;
            }
            let ([user], [model]) = (user.texts.as_slice(), model.texts.as_slice()) else {
                continue;
            };
            let (prompt, output) = (user.as_str().trim(), model.as_str().trim());
            if prompt.len() < MIN_BYTES
                || !output.starts_with(prompt)
                || prompt.split_whitespace().count() < MIN_WORDS
                || is_code(user)
            {
                continue;
            }
            let start = model.as_str().len() - model.as_str().trim_start().len();
            let span = model.span_of(start, start + prompt.len());
            findings.report(example.record.at(span), Severity::Warning, || {
                let message = if prompt == output {
                    "output is identical to the input"
                } else {
                    "output starts with the whole input"
                };
                Message::new(message).help("keep only the response")
            });
        }
    }
}

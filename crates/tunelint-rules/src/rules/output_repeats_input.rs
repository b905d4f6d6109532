//! An output that begins with the whole input, or is nothing else.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "output-repeats-input",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(OutputRepeatsInput))
}

/// Bytes and words of an input from which on its repetition is no chance.
const LONG: usize = 24;
const WORDS: usize = 4;

struct OutputRepeatsInput;

impl ExampleRule for OutputRepeatsInput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for pair in example.turns.windows(2) {
            let [asked, said] = pair else { continue };
            if asked.role != Role::User || said.role != Role::Model {
                continue;
            }
            let ([asked], [said]) = (asked.texts.as_slice(), said.texts.as_slice()) else {
                continue;
            };
            let (prompt, output) = (asked.as_str().trim(), said.as_str().trim());
            if prompt.len() < LONG
                || !output.starts_with(prompt)
                || prompt.split_whitespace().count() < WORDS
                || is_code(asked)
            {
                continue;
            }
            let start = said.as_str().len() - said.as_str().trim_start().len();
            let span = said.span_of(start, start + prompt.len());
            findings.report(example.record.at(span), Severity::Warning, || {
                let message = if prompt == output {
                    "the output is the input, word for word"
                } else {
                    "the output begins with the whole input"
                };
                Message::new(message)
                    .help("leave only the answer: the model would learn to repeat what it is asked")
            });
        }
    }
}

//! An output that starts with the whole input, or is identical to it.

use crate::contract::{Check, Level, Oddity, OddityRule, RuleContext, RuleMeta, Scope};
use tunelint_data::record::Field;
use tunelint_data::text::Text;
use tunelint_data::text::code_detection::is_code;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::Severity;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "output-repeats-input",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::oddity(OutputRepeatsInput))
}

/// Minimum number of bytes and words of an input whose repetition is unlikely to be a coincidence.
const MIN_BYTES: usize = 24;
const MIN_WORDS: usize = 4;

/// The layout whose prompts consist of an instruction and an input.
const ALPACA: &str = "alpaca";

/// Words of an instruction after which an unchanged input can be right.
const CORRECTION_WORDS: [&str; 12] = [
    "correct",
    "edit",
    "fix",
    "gramma",
    "proofread",
    "spell",
    "punctuat",
    "error",
    "revise",
    "rewrite",
    "repeat",
    "copy",
];

struct OutputRepeatsInput;

impl OddityRule for OutputRepeatsInput {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        copied_field(example).or_else(|| self.repeated(example))
    }

    /// Where outputs are corrections of their inputs, some inputs need none.
    fn shows_task(&self, example: &Example<'_>) -> bool {
        pairs(example).any(|(user, model)| is_correction(user.as_str(), model.as_str()))
    }
}

impl OutputRepeatsInput {
    fn repeated(&self, example: &Example<'_>) -> Option<Oddity> {
        pairs(example).find_map(|(user, model)| {
            let (prompt, output) = (user.as_str().trim(), model.as_str().trim());
            if prompt.len() < MIN_BYTES
                || !output.starts_with(prompt)
                || prompt.split_whitespace().count() < MIN_WORDS
                || is_code(user)
            {
                return None;
            }
            let start = model.as_str().len() - model.as_str().trim_start().len();
            let span = model.span_of(start, start + prompt.len());
            let message = if prompt == output {
                "output is identical to the input"
            } else {
                "output starts with the whole input"
            };
            let text = model.as_str();
            Some(Oddity::new(span, text, message, "keep only the response"))
        })
    }
}

/// An output that is the field `input` of an Alpaca record.
fn copied_field(example: &Example<'_>) -> Option<Oddity> {
    let field = match example.record.body.field("input")? {
        Field::Text(text) if example.layout == ALPACA => text,
        _ => return None,
    };
    let output = example.wanted_output()?.texts.first()?;
    let (input, copy) = (field.as_str().trim(), output.as_str().trim());
    let is_long = input.len() >= MIN_BYTES && input.split_whitespace().count() >= MIN_WORDS;
    if input != copy || !is_long || example.asks_for(&CORRECTION_WORDS) || is_code(output) {
        return None;
    }
    let message = "output is identical to the field `input`";
    let help = "write the response to the instruction";
    Some(Oddity::new(output.span(), output.as_str(), message, help))
}

/// The texts of user messages, each with the text of the response.
fn pairs<'e, 'a>(example: &'e Example<'a>) -> impl Iterator<Item = (&'e Text<'a>, &'e Text<'a>)> {
    let wanted = example.desirable != Some(false);
    let pairs = example.turns.windows(2).filter(move |_| wanted);
    pairs.filter_map(|pair| {
        let [user, model] = pair else { return None };
        let is_pair = user.role == Role::User && model.role == Role::Model;
        match (user.texts.as_slice(), model.texts.as_slice()) {
            ([user], [model]) if is_pair => Some((user, model)),
            _ => None,
        }
    })
}

/// Whether most of the output is the start and the end of the input.
fn is_correction(input: &str, output: &str) -> bool {
    let (input, output) = (input.trim().as_bytes(), output.trim().as_bytes());
    let shortest = input.len().min(output.len());
    let before = input.iter().zip(output).take_while(|(a, b)| a == b).count();
    let backward = input.iter().rev().zip(output.iter().rev());
    let after = backward.take_while(|(a, b)| a == b).count();
    let same = (before + after).min(shortest);
    same * 2 >= input.len().max(output.len())
}

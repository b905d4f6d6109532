//! An output that ends in a repetition loop: the same text over and over.

use crate::contract::{Check, Level, Oddity, OddityRule, RuleContext, RuleMeta, Scope};
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Severity;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "repetition-loop",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::oddity(RepetitionLoop))
}

/// Minimum number of bytes of a loop.
const MIN_LOOP_BYTES: usize = 160;
/// Minimum number of repetitions.
const MIN_REPETITIONS: usize = 5;
/// Maximum number of bytes of the repeated text.
const MAX_PERIOD: usize = 400;
/// Bytes at the end by which the previous repetition is found.
const TAIL_BYTES: usize = 16;

/// Words in an input by which a repetition is the task.
const REPETITION_WORDS: [&str; 3] = ["repeat", "over and over", "重复"];

struct RepetitionLoop;

impl OddityRule for RepetitionLoop {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        let mut texts = example.output_texts();
        let (text, (start, period)) =
            texts.find_map(|text| Some((text, loop_at_end(text.as_str())?)))?;
        if example.asks_for(&REPETITION_WORDS) || names_a_number_of_times(example) {
            return None;
        }
        let end = text.as_str().trim_end().len();
        // The repeated text may be part of a secret, so it is not quoted.
        let repetitions = grouped(((end - start) / period) as u64);
        let message = format!("output ends in a loop of {repetitions} repetitions");
        let help = "rewrite the ending, or remove the record";
        let span = text.span_of(start, end);
        Some(Oddity::new(span, text.as_str(), message, help))
    }
}

/// Whether the input asks for something a number of times: `100 times`.
fn names_a_number_of_times(example: &Example<'_>) -> bool {
    let texts = example.input().iter().flat_map(|turn| &turn.texts);
    let mut texts = texts.map(|text| text.as_str());
    texts.any(|text| {
        let mut places = text.match_indices(" times").map(|(at, _)| at);
        places.any(|at| {
            text.get(..at)
                .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
        })
    })
}

/// The start of the loop at the end of `text`, and the bytes of one repetition.
fn loop_at_end(text: &str) -> Option<(usize, usize)> {
    let text = text.trim_end();
    let bytes = text.as_bytes();
    if bytes.len() < MIN_LOOP_BYTES {
        return None;
    }
    let period = period_of(bytes)?;
    let same = bytes.iter().rev().skip(period).zip(bytes.iter().rev());
    let length = period + same.take_while(|(a, b)| a == b).count();
    let mut start = bytes.len() - length;
    while !text.is_char_boundary(start) || !text.is_char_boundary(start + period) {
        start += 1;
    }
    let unit = text.get(start..start + period)?;
    let letters = unit.chars().filter(|c| c.is_alphabetic()).count();
    (length >= MIN_LOOP_BYTES && length >= MIN_REPETITIONS * period && letters >= 3)
        .then_some((start, period))
}

/// The distance from the end of `bytes` to the nearest earlier end of the same [`TAIL_BYTES`]
/// bytes.
fn period_of(bytes: &[u8]) -> Option<usize> {
    let (before, last) = bytes.split_at_checked(bytes.len() - 1)?;
    let farthest = before
        .len()
        .saturating_sub(MAX_PERIOD.min(bytes.len() / MIN_REPETITIONS));
    let tail = bytes.get(bytes.len() - TAIL_BYTES..)?;
    let ends = memchr::memrchr_iter(*last.first()?, before.get(farthest..)?);
    ends.map(|at| farthest + at + 1)
        .find(|&end| {
            bytes
                .get(..end)
                .is_some_and(|earlier| earlier.ends_with(tail))
        })
        .map(|end| bytes.len() - end)
}

#[cfg(test)]
mod tests {
    use super::loop_at_end;

    #[test]
    fn loops_are_found_at_the_end() {
        let text = format!("Here are some. {}", "I can help you with that. ".repeat(9));
        assert_eq!(loop_at_end(&text).map(|(_, period)| period), Some(26));
        let text = format!("好的。{}", "我可以帮你解决这个问题。".repeat(9));
        assert!(loop_at_end(&text).is_some());
        for text in [
            "-".repeat(300),
            "0, ".repeat(100),
            "| a | b |\n".repeat(3),
            "ha ".repeat(9),
        ] {
            assert_eq!(loop_at_end(&text), None, "{text}");
        }
    }
}

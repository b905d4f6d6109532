//! An output that says the same again and again until it ends.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "repetition-loop",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(RepetitionLoop))
}

/// Bytes that a loop fills at least.
const FILLED: usize = 160;
/// Rounds that it makes at least.
const ROUNDS: usize = 5;
/// Bytes of one round at most.
const ROUND: usize = 400;
/// Bytes at the end by which an earlier round is found.
const TAIL: usize = 16;

struct RepetitionLoop;

impl ExampleRule for RepetitionLoop {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.output_texts() {
            let Some((start, round)) = loop_at_end(text.as_str()) else {
                continue;
            };
            let end = text.as_str().trim_end().len();
            findings.report(
                example.record.at(text.span_of(start, end)),
                Severity::Warning,
                || {
                    // What is repeated may be a part of something secret: it is not quoted.
                    let rounds = grouped(((end - start) / round) as u64);
                    Message::new(format!("the output ends in a loop of {rounds} rounds"))
                        .help("write its end, or remove the record")
                },
            );
        }
    }
}

/// Where the loop at the end of `text` starts, and how long one round is.
fn loop_at_end(text: &str) -> Option<(usize, usize)> {
    let text = text.trim_end();
    let bytes = text.as_bytes();
    if bytes.len() < FILLED {
        return None;
    }
    let round = round_of(bytes)?;
    let same = bytes.iter().rev().skip(round).zip(bytes.iter().rev());
    let filled = round + same.take_while(|(a, b)| a == b).count();
    let mut start = bytes.len() - filled;
    while !text.is_char_boundary(start) || !text.is_char_boundary(start + round) {
        start += 1;
    }
    let says = text.get(start..start + round)?;
    let letters = says.chars().filter(|c| c.is_alphabetic()).count();
    (filled >= FILLED && filled >= ROUNDS * round && letters >= 3).then_some((start, round))
}

/// How far before the end the same last bytes stand once more.
fn round_of(bytes: &[u8]) -> Option<usize> {
    let (before, last) = bytes.split_at_checked(bytes.len() - 1)?;
    let farthest = before.len().saturating_sub(ROUND.min(bytes.len() / ROUNDS));
    let tail = bytes.get(bytes.len() - TAIL..)?;
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
        assert_eq!(loop_at_end(&text).map(|(_, round)| round), Some(26));
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

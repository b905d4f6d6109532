//! What whole texts say about the task, gathered where they are at hand.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use tunelint_layouts::example::Example;

/// What one example shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// The person speaks more than once.
    pub many_prompts: bool,
    /// The output stands in the input, word for word.
    pub copied: bool,
    /// The share, in percent, of the output's longer words that stand in the input.
    pub overlap: u8,
    /// The input asks for something shorter.
    pub asks_for_summary: bool,
}

/// Letters from which on a word carries content.
const CONTENT_WORD: usize = 4;
/// Words that ask for a summary.
const SUMMARY_WORDS: [&str; 14] = [
    "summar",
    "tl;dr",
    "headline",
    "title",
    "abstract",
    "recap",
    "in a nutshell",
    "boils down",
    "key points",
    "sum up",
    "shorten",
    "distill",
    "synthesize",
    "highlights",
];
/// Characters at the start and at the end of an input in which they are looked for.
const ASKED_WITHIN: (usize, usize) = (400, 300);

impl Traits {
    /// Those of an example with this first prompt and last answer.
    pub fn of(example: &Example<'_>, input: &str, output: Option<&str>) -> Self {
        let folded = input.to_lowercase();
        let system = example.system().map(|turn| turn.joined().to_lowercase());
        let output = output.unwrap_or_default().to_lowercase();
        Self {
            many_prompts: example.prompts().nth(1).is_some(),
            copied: is_copied(&output, &folded),
            overlap: overlap(&output, &folded),
            asks_for_summary: asks_for_summary(&folded)
                || system.as_deref().is_some_and(asks_for_summary),
        }
    }
}

fn is_copied(output: &str, input: &str) -> bool {
    let answer = output.trim().trim_end_matches('.');
    answer.chars().nth(1).is_some()
        && memchr::memmem::find(input.as_bytes(), answer.as_bytes()).is_some()
}

fn overlap(output: &str, input: &str) -> u8 {
    let words = |text: &str| -> BTreeSet<Box<str>> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= CONTENT_WORD)
            .map(Into::into)
            .collect()
    };
    let asked = words(output);
    if asked.is_empty() {
        return 0;
    }
    let given = words(input);
    let found = asked.iter().filter(|word| given.contains(*word)).count();
    (found * 100 / asked.len()) as u8
}

fn asks_for_summary(folded: &str) -> bool {
    let (first, last) = ASKED_WITHIN;
    let head = folded
        .char_indices()
        .nth(first)
        .map_or(folded.len(), |(at, _)| at);
    let tail = folded
        .char_indices()
        .rev()
        .take(last)
        .last()
        .map_or(0, |(at, _)| at);
    let near = [folded.get(..head), folded.get(tail..)];
    near.into_iter()
        .flatten()
        .any(|part| SUMMARY_WORDS.iter().any(|word| part.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_summaries_are_seen() {
        assert!(is_copied("paris.", "the capital is paris, of course"));
        assert!(!is_copied("a", "banana"));
        assert_eq!(overlap("the quick brown fox", "a quick brown dog"), 100);
        assert!(asks_for_summary(&format!(
            "{} sum up the text",
            "x".repeat(900)
        )));
        assert!(!asks_for_summary(&format!(
            "{} sum up {}",
            "x".repeat(900),
            "x".repeat(900)
        )));
    }
}

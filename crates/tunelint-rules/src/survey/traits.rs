//! Traits of single examples that the task is inferred from. They need the whole texts, of which
//! the sketch keeps only parts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use tunelint_layouts::example::Example;

/// The traits of an example.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// There is more than one user message.
    pub many_prompts: bool,
    /// The output occurs in the input verbatim.
    pub copied: bool,
    /// The percentage of the output's content words that occur in the input.
    pub overlap: u8,
    /// The input or the system prompt asks for a summary.
    pub asks_for_summary: bool,
}

/// Minimum length of a content word, in characters.
const CONTENT_WORD: usize = 4;
/// Words that ask for a summary.
const SUMMARY_WORDS: [&str; 10] = [
    "summar",
    "tl;dr",
    "recap",
    "in a nutshell",
    "boils down",
    "key points",
    "sum up",
    "shorten",
    "distill",
    "synthesize",
];
/// Words that ask for a summary unless they are a heading: `Title: Casablanca`.
const SUMMARY_NOUNS: [&str; 4] = ["headline", "title", "abstract", "highlights"];
/// Characters at the start and at the end of an input that are searched for them.
const SEARCHED_EDGES: (usize, usize) = (400, 300);

impl Traits {
    /// The traits of an example with this first prompt and last output.
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
    let output = without_end_token(output.trim()).trim_end_matches('.');
    output.chars().nth(1).is_some()
        && memchr::memmem::find(input.as_bytes(), output.as_bytes()).is_some()
}

/// The text without a special token at its end: `Paris<|endoftext|>`, `Paris </s>`.
fn without_end_token(text: &str) -> &str {
    let is_inner = |token: &str| {
        (1..=20).contains(&token.len()) && !token.contains(|c: char| c.is_whitespace() || c == '<')
    };
    let opened = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    opened
        .filter(|(before, token)| is_inner(token) && !before.is_empty())
        .map_or(text, |(before, _)| before.trim_end())
}

fn overlap(output: &str, input: &str) -> u8 {
    let words = |text: &str| -> BTreeSet<Box<str>> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= CONTENT_WORD)
            .map(Into::into)
            .collect()
    };
    let output_words = words(output);
    if output_words.is_empty() {
        return 0;
    }
    let input_words = words(input);
    let found = output_words
        .iter()
        .filter(|word| input_words.contains(*word))
        .count();
    (found * 100 / output_words.len()) as u8
}

fn asks_for_summary(folded: &str) -> bool {
    let (first, last) = SEARCHED_EDGES;
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
    let edges = [folded.get(..head), folded.get(tail..)];
    edges.into_iter().flatten().any(|part| {
        SUMMARY_WORDS.iter().any(|word| part.contains(word))
            || SUMMARY_NOUNS.iter().any(|noun| has_noun(part, noun))
    })
}

/// Whether `noun` occurs in `text` other than as a heading.
fn has_noun(text: &str, noun: &str) -> bool {
    let mut places = text.match_indices(noun);
    places.any(|(at, _)| {
        let after = text.get(at + noun.len()..).unwrap_or_default();
        !after
            .trim_start_matches(['*', ' '])
            .starts_with([':', '：'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_summary_requests_are_recognized() {
        assert!(is_copied("paris.", "the capital is paris, of course"));
        assert!(!is_copied("a", "banana"));
        assert!(is_copied("paris<|endoftext|>", "the capital is paris"));
        assert!(is_copied("paris. </s>", "the capital is paris"));
        assert!(!is_copied("<b>x</b>", "x"));
        assert!(!asks_for_summary(
            "movie title: casablanca\nwho plays rick?"
        ));
        assert!(asks_for_summary("what is a good title for this?"));
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

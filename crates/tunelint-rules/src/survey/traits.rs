//! Traits of single examples that the task is inferred from.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind};
use serde::{Deserialize, Serialize};

use super::cut::Cut;
use super::letters::{is_alphanumeric, lowercase};
use super::occurrence::occurs;
use tunelint_data::text::position::characters;

/// The traits of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// There is more than one user message.
    pub many_prompts: bool,
    /// What the output takes from the input.
    pub reuse: Reuse,
    /// The input or the system prompt asks for a summary.
    pub asks_for_summary: bool,
}

/// What an output takes from its input. It needs the whole texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reuse {
    /// The output occurs in the input verbatim.
    pub copied: bool,
    /// The percentage of the output's content words that occur in the input.
    pub overlap: u8,
}

/// Minimum length of a content word, in characters.
const CONTENT_WORD: usize = 4;
/// Words that ask for a summary. The first [`NOUNS`] do not if they are a heading:
/// `Title: Casablanca`.
const SUMMARY_WORDS: [&str; 14] = [
    "headline",
    "title",
    "abstract",
    "highlights",
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
const NOUNS: usize = 4;
static SUMMARY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut search = AhoCorasick::builder();
    search
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        // Vectors find the candidates of such a search.
        .match_kind(MatchKind::LeftmostFirst)
        .build(SUMMARY_WORDS)
        .ok()
});
/// Characters at the start and at the end of an input that are searched for them.
const SEARCHED_EDGES: (usize, usize) = (400, 300);

impl Reuse {
    /// What `output` takes from `input`.
    pub fn of(input: &str, output: &str) -> Self {
        let (input, output) = (lowercase(input), lowercase(output));
        Self {
            copied: is_copied(&output, &input),
            overlap: overlap(&output, &input),
        }
    }
}

/// Whether the input or the system prompt asks for a summary.
pub fn asks_for_summary(input: &Cut, system: Option<&Cut>) -> bool {
    let asks = |cut: &Cut| {
        let (first, last) = SEARCHED_EDGES;
        let head = edge(cut.head(), first, false);
        let requests = |text: &str| has_request(&text.to_ascii_lowercase());
        // The start of a short text is the whole of it.
        requests(head) || cut.whole() != Some(head) && requests(edge(cut.tail(), last, true))
    };
    asks(input) || system.is_some_and(asks)
}

/// The first characters of `text`, or the last.
fn edge(text: &str, length: usize, at_end: bool) -> &str {
    let mut places = text.char_indices();
    match at_end {
        false => match places.nth(length) {
            Some((at, _)) => text.get(..at).unwrap_or(text),
            None => text,
        },
        true => match places.nth_back(length.saturating_sub(1)) {
            Some((at, _)) => text.get(at..).unwrap_or(text),
            None => text,
        },
    }
}

fn is_copied(output: &str, input: &str) -> bool {
    let output = without_end_token(output.trim()).trim_end_matches('.');
    output.chars().nth(1).is_some() && occurs(output, input)
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

/// The percentage of the content words of `output` that occur in `input`.
fn overlap(output: &str, input: &str) -> u8 {
    // Digests in place of words: most words of a long input are looked up in vain.
    let mut words: Vec<u64> = Vec::new();
    let mut first_bits = [0_u64; FILTER];
    each_content_word(output, |word| {
        words.push(word);
        let (at, bit) = filter_bit(word);
        if let Some(bits) = first_bits.get_mut(at) {
            *bits |= bit;
        }
    });
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return 0;
    }
    let mut found = vec![false; words.len()];
    each_content_word(input, |word| {
        let (at, bit) = filter_bit(word);
        if first_bits.get(at).is_some_and(|bits| bits & bit != 0)
            && let Ok(at) = words.binary_search(&word)
            && let Some(found) = found.get_mut(at)
        {
            *found = true;
        }
    });
    let found = found.into_iter().filter(|found| *found).count();
    (found * 100 / words.len()) as u8
}

/// Words of 64 bits in the filter of known digests.
const FILTER: usize = 64;

/// The place of a digest in the filter.
fn filter_bit(digest: u64) -> (usize, u64) {
    ((digest >> 58) as usize, 1 << (digest >> 52 & 63))
}

/// Calls `take` with a digest of each content word.
fn each_content_word(text: &str, mut take: impl FnMut(u64)) {
    let bytes = text.as_bytes();
    let (mut start, mut at, mut is_ascii) = (0, 0, true);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
        at += end.unwrap_or(rest.len());
        let mut sign = 1;
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let c = text.get(at..).and_then(|rest| rest.chars().next());
            sign = c.map_or(1, char::len_utf8);
            if c.is_some_and(is_alphanumeric) {
                at += sign;
                is_ascii = false;
                continue;
            }
        }
        let word = bytes.get(start..at).unwrap_or_default();
        if word.len() >= CONTENT_WORD && (is_ascii || characters(word) >= CONTENT_WORD as u64) {
            take(digest(word));
        }
        if at >= bytes.len() {
            return;
        }
        at += sign;
        (start, is_ascii) = (at, true);
    }
}

/// A digest of a word, whose high bits depend on every byte.
fn digest(word: &[u8]) -> u64 {
    // The multiplier of FxHash.
    const SPREAD: u64 = 0x517c_c1b7_2722_0a95;
    let add = |digest: u64, eight: u64| (digest.rotate_left(5) ^ eight).wrapping_mul(SPREAD);
    let (eights, rest) = word.as_chunks::<8>();
    let eights = eights.iter().map(|eight| u64::from_le_bytes(*eight));
    let last = rest
        .iter()
        .fold(0, |last, byte| last << 8 | u64::from(*byte));
    add(eights.fold(word.len() as u64, add), last)
}

/// Whether a text in lower case has words that ask for a summary.
fn has_request(text: &str) -> bool {
    let is_request = |found: &Match| {
        let after = text.get(found.end()..).unwrap_or_default();
        let is_heading = after
            .trim_start_matches(['*', ' '])
            .starts_with([':', '：']);
        found.pattern().as_usize() >= NOUNS || !is_heading
    };
    let mut found = SUMMARY.iter().flat_map(|words| words.find_iter(text));
    found.any(|found| is_request(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(text: &str) -> bool {
        asks_for_summary(&Cut::new(text, 2048, 512), None)
    }

    #[test]
    fn copies_and_summary_requests_are_recognized() {
        assert!(is_copied("paris.", "the capital is paris, of course"));
        assert!(!is_copied("a", "banana"));
        assert!(is_copied("paris<|endoftext|>", "the capital is paris"));
        assert!(is_copied("paris. </s>", "the capital is paris"));
        assert!(!is_copied("<b>x</b>", "x"));
        assert_eq!(overlap("the quick brown fox", "a quick brown dog"), 100);
        assert_eq!(overlap("quick brown bears", "a quick brown dog"), 66);
        assert_eq!(overlap("", "a quick brown dog"), 0);
        assert_eq!(overlap("größte straße", "die größte straße"), 100);
        assert_eq!(overlap("un café", "un café noir"), 100);
        assert_eq!(overlap("tall cafés", "a tall café"), 50);
        assert_eq!(overlap("東京は首都", "東京は、首都"), 0);
        let long = "x".repeat(900);
        assert!(asks(&format!("{long} Sum up the text")));
        assert!(!asks(&format!("{long} sum up {long}")));
        assert!(!asks("Movie title: Casablanca\nwho plays Rick?"));
        assert!(asks("What is a good title for this?"));
        let system = Cut::new("You summarize texts.", 2048, 512);
        assert!(asks_for_summary(
            &Cut::new("It rains.", 2048, 512),
            Some(&system)
        ));
    }
}

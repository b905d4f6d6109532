//! Texts that most examples share at their start (preamble) or end (suffix).

use super::majority::Majority;
use super::plateau::{self, LEAST, is_cjk, is_word};
use crate::survey::Cut;

/// Minimum length of an instruction, in characters and words.
const SHORTEST: usize = 12;
const FEWEST_WORDS: usize = 2;
/// The same for Chinese, Japanese and Korean, where each character counts as a word.
const SHORTEST_CJK: usize = 8;
/// The minimum share of texts with a suffix that is a separator, not an instruction.
const SEPARATOR_SHARE: f64 = 0.9;
/// The maximum share of texts that consist of nothing but the shared text.
const ALONE: f64 = 0.5;

/// A shared text, with the number of texts that have it.
pub type Common = Majority<String>;

/// The minimum share of texts for a shared text to be expected of all.
const USUAL: f64 = 0.8;

impl Common {
    /// Whether the shared text is common enough to be expected of all texts.
    pub fn is_usual(&self) -> bool {
        self.share() >= USUAL
    }
}

/// The text that most of `texts` start with, if it can be an instruction.
pub fn beginning(texts: &[&Cut]) -> Option<Common> {
    let heads: Vec<&str> = texts.iter().map(|cut| cut.head()).collect();
    let plateau = plateau::walk(&heads)?;
    let length = plateau.text.chars().count() as u64;
    // Compare whole lengths: a long preamble may fill the part that is kept.
    let alone = texts
        .iter()
        .filter(|cut| cut.head().starts_with(&plateau.text) && cut.chars == length)
        .count();
    let instructs = is_instruction(&plateau.text) && has_content(alone, plateau.holders);
    instructs.then_some(Common {
        value: plateau.text,
        holders: plateau.holders,
        of: texts.len(),
    })
}

/// The text that most of `texts` end with, if it can be an instruction or a separator.
pub fn ending(texts: &[&Cut]) -> Option<Common> {
    let reversed: Vec<String> = texts.iter().map(|cut| reversed(cut.tail())).collect();
    let tails: Vec<&str> = reversed.iter().map(String::as_str).collect();
    let plateau = plateau::walk(&tails)?;
    let length = plateau.text.chars().count() as u64;
    let alone = reversed
        .iter()
        .zip(texts)
        .filter(|(tail, cut)| tail.starts_with(&plateau.text) && cut.chars == length)
        .count();
    let common = Common {
        value: self::reversed(&plateau.text),
        holders: plateau.holders,
        of: texts.len(),
    };
    let is_suffix = is_instruction(&common.value)
        || is_separator(&common.value) && common.share() >= SEPARATOR_SHARE;
    (is_suffix && has_content(alone, common.holders)).then_some(common)
}

/// The text that at least `share` of `texts` equal, where `None` is a missing text.
pub fn same<'t>(texts: impl Iterator<Item = Option<&'t str>>, share: f64) -> Option<Common> {
    let most = Majority::among(texts)?.when(LEAST, share)?;
    let value = most
        .value
        .filter(|text| !text.trim().is_empty())?
        .to_owned();
    Some(Common {
        value,
        holders: most.holders,
        of: most.of,
    })
}

/// Whether enough of the texts have content besides the shared text.
fn has_content(alone: usize, holders: usize) -> bool {
    alone as f64 <= ALONE * holders as f64
}

fn is_instruction(text: &str) -> bool {
    let chars = text.chars().count();
    let ideographs = text.chars().filter(|c| is_cjk(*c)).count();
    if ideographs * 2 >= chars {
        return ideographs >= SHORTEST_CJK;
    }
    let words = text
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty());
    chars >= SHORTEST && words.count() >= FEWEST_WORDS
}

/// Whether a text is a separator, made of signs that do not end a sentence: `\n\n###\n\n`, ` ->`.
fn is_separator(text: &str) -> bool {
    let signs = |c: char| matches!(c, '#' | '=' | '>' | '|' | '~' | '*' | '-' | '_' | '<');
    let bare = text.trim();
    bare.chars().count() >= 2 && bare.chars().all(signs)
}

/// The characters of `text` in reverse order.
pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(texts: impl Iterator<Item = String>) -> Vec<Cut> {
        texts.map(|text| Cut::new(&text, 2048, 512)).collect()
    }

    fn both(texts: impl Iterator<Item = String>) -> (Option<Common>, Option<Common>) {
        let cuts = cuts(texts);
        let cuts: Vec<&Cut> = cuts.iter().collect();
        (beginning(&cuts), ending(&cuts))
    }

    fn word(n: usize) -> String {
        let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
        [n, n / 3 + 7, n * 7 + 1, n / 2]
            .map(letter)
            .iter()
            .collect()
    }

    #[test]
    fn instructions_and_separators_are_found() {
        let (before, after) =
            both((0..40).map(|n| format!("Translate to German: {}\n\n###\n\n", word(n))));
        assert_eq!(before.unwrap().value, "Translate to German: ");
        assert_eq!(after.unwrap().value, "\n\n###\n\n");
    }

    #[test]
    fn short_prefixes_and_whole_texts_are_not_preambles() {
        assert_eq!(
            both((0..40).map(|n| format!("Q: {}", word(n)))),
            (None, None)
        );
        assert_eq!(
            both((0..40).map(|_| "Tell me a joke, please.".to_owned())),
            (None, None)
        );
    }

    #[test]
    fn preambles_may_be_longer_than_the_kept_part() {
        let long = "All of this is said before. ".repeat(100);
        let (before, _) = both((0..40).map(|n| format!("{long}{}", word(n))));
        assert_eq!(before.unwrap().value.chars().count(), 2048);
    }
}

//! Counts the kinds of characters in a text, and estimates its tokens for each measured tokenizer.
//!
//! The rates are in `rules/tokenizers.toml`, written by `benches/tokens.py`: tokens as a linear
//! function of character counts, fitted on real training data and on the Universal Declaration of
//! Human Rights in 67 languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_script::{Script as Of, UnicodeScript};

use super::count::{ANY, Tokens};

/// The rates of all tokenizers, as TOML.
const FILE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/rules/tokenizers.toml"
));

static ALL: LazyLock<BTreeMap<String, Rates>> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());
/// The fallback if the file does not parse; a test makes sure that it does.
static NONE: LazyLock<Rates> = LazyLock::new(Rates::default);

/// Hundredths of a token per character of each kind, for one tokenizer.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    letters: u64,
    words: u64,
    digits: u64,
    signs: u64,
    spaces: u64,
    ascii: Bounds,
    scripts: BTreeMap<Script, Rate>,
}

/// Percent of the estimate between which 98 of 100 texts lie.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    low: u64,
    high: u64,
}

/// The rate of a script, in hundredths of a token per letter, with its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    tokens: u64,
    low: u64,
    high: u64,
}

/// The script of a non-ASCII character, as far as rates distinguish scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Georgian,
    Hebrew,
    Arabic,
    Ethiopic,
    Devanagari,
    Bengali,
    Gurmukhi,
    Gujarati,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Khmer,
    Myanmar,
    Kana,
    Han,
    Hangul,
    /// Characters shared by several scripts, and combining marks.
    Marks,
    Other,
}

/// The number of scripts.
const SCRIPTS: usize = Script::Other as usize + 1;

impl Script {
    fn of(c: char) -> Self {
        match c.script() {
            Of::Latin => Self::Latin,
            Of::Greek => Self::Greek,
            Of::Cyrillic => Self::Cyrillic,
            Of::Armenian => Self::Armenian,
            Of::Georgian => Self::Georgian,
            Of::Hebrew => Self::Hebrew,
            Of::Arabic => Self::Arabic,
            Of::Ethiopic => Self::Ethiopic,
            Of::Devanagari => Self::Devanagari,
            Of::Bengali => Self::Bengali,
            Of::Gurmukhi => Self::Gurmukhi,
            Of::Gujarati => Self::Gujarati,
            Of::Tamil => Self::Tamil,
            Of::Telugu => Self::Telugu,
            Of::Kannada => Self::Kannada,
            Of::Malayalam => Self::Malayalam,
            Of::Sinhala => Self::Sinhala,
            Of::Thai => Self::Thai,
            Of::Lao => Self::Lao,
            Of::Khmer => Self::Khmer,
            Of::Myanmar => Self::Myanmar,
            Of::Hiragana | Of::Katakana => Self::Kana,
            Of::Han => Self::Han,
            Of::Hangul => Self::Hangul,
            Of::Common | Of::Inherited => Self::Marks,
            _ => Self::Other,
        }
    }
}

/// The number of characters of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    letters: u64,
    /// Runs of letters.
    words: u64,
    digits: u64,
    signs: u64,
    /// Whitespace, except single spaces, which belong to the word that follows.
    spaces: u64,
    scripts: [u64; SCRIPTS],
}

impl Parts {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut parts = Self::default();
        for text in texts {
            let mut before = ' ';
            for c in text.chars() {
                parts.add(before, c);
                before = c;
            }
        }
        parts
    }

    fn add(&mut self, before: char, c: char) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        match c {
            'a'..='z' | 'A'..='Z' => {
                self.letters += 1;
                self.words += u64::from(!before.is_ascii_alphabetic());
            }
            '0'..='9' => self.digits += 1,
            ' ' => self.spaces += u64::from(is_space(before)),
            '\t' | '\n' | '\r' => self.spaces += 1,
            c if c.is_ascii() => self.signs += 1,
            c => {
                if let Some(count) = self.scripts.get_mut(Script::of(c) as usize) {
                    *count += 1;
                }
            }
        }
    }
}

impl Rates {
    /// The rates of the tokenizer called `name`, or those for any tokenizer.
    pub(super) fn named(name: &str) -> &'static Self {
        ALL.get(name).or_else(|| ALL.get(ANY)).unwrap_or(&NONE)
    }

    /// The names of all measured tokenizers, and `any`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.keys().map(String::as_str)
    }

    pub(super) fn estimate(&self, parts: &Parts) -> Tokens {
        let ascii = parts.letters * self.letters
            + parts.words * self.words
            + parts.digits * self.digits
            + parts.signs * self.signs
            + parts.spaces * self.spaces;
        let (mut about, mut low, mut high) =
            (ascii, ascii * self.ascii.low, ascii * self.ascii.high);
        for (script, rate) in &self.scripts {
            let count = parts.scripts.get(*script as usize);
            let tokens = count.copied().unwrap_or(0) * rate.tokens;
            about += tokens;
            low += tokens * rate.low;
            high += tokens * rate.high;
        }
        // The bounds are percentages of hundredths.
        Tokens {
            about: about.div_ceil(100),
            low: low / 10_000,
            high: high.div_ceil(10_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tokenizer_has_a_rate_for_every_script() {
        assert!(Rates::names().any(|name| name == ANY));
        for (name, rates) in ALL.iter() {
            assert_eq!(rates.scripts.len(), SCRIPTS, "{name}");
            assert!(rates.letters + rates.words > 0, "{name}");
        }
    }

    #[test]
    fn characters_are_counted_by_kind() {
        let parts = Parts::of(["To  be 12%\né狗", "x"].into_iter());
        let mut scripts = [0; SCRIPTS];
        scripts[Script::Latin as usize] = 1;
        scripts[Script::Han as usize] = 1;
        let expected = Parts {
            letters: 5,
            words: 3,
            digits: 2,
            signs: 1,
            spaces: 2,
            scripts,
        };
        assert_eq!(parts, expected);
    }

    #[test]
    fn an_estimate_lies_between_its_bounds() {
        for name in Rates::names() {
            let texts = [
                "The quick brown fox jumps over the lazy dog.",
                "Привет, мир",
                "今日は",
            ];
            let tokens = Rates::named(name).estimate(&Parts::of(texts.into_iter()));
            assert!(
                tokens.low < tokens.about && tokens.about < tokens.high,
                "{name}"
            );
        }
    }
}

//! The most frequent words of a language, as some of its texts have them: they show that
//! another text is in that language at a fraction of the cost of identifying it.

use std::collections::{BTreeMap, BTreeSet};

/// The number of bytes of a text that are read.
const READ: usize = 600;
/// The maximum number of words. With fewer, data of a small vocabulary without function words would
/// have too small a share of them.
const WORDS: usize = 512;
/// The minimum number of texts that the words are taken from.
const TEXTS: usize = 20;
/// The share of these texts that have fewer of the words than required of another text.
const BELOW: f64 = 0.1;
/// The minimum share of the words in a text, in thousandths. Languages that are close share some of
/// them.
const SHARE: u32 = 200;
/// The share that is always enough.
const ENOUGH: u32 = 500;

/// Words of up to eight bytes, and the share of them in a text that shows its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrequentWords {
    words: Vec<u64>,
    /// In thousandths.
    share: u32,
}

impl FrequentWords {
    /// The words that most of `texts` have; `None` if there are too few texts, or too few such words
    /// in them.
    pub fn of(texts: &[&str]) -> Option<Self> {
        if texts.len() < TEXTS {
            return None;
        }
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for text in texts {
            let different: BTreeSet<u64> = words(text).flatten().collect();
            for word in different {
                *counts.entry(word).or_default() += 1;
            }
        }
        let mut counts: Vec<(u64, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
        let mut words: Vec<u64> = counts.into_iter().take(WORDS).map(|of| of.0).collect();
        words.sort_unstable();
        let mut found = Self {
            words,
            share: SHARE,
        };
        let mut shares: Vec<u32> = texts.iter().map(|text| found.share_in(text)).collect();
        shares.sort_unstable();
        let below = (BELOW * shares.len() as f64) as usize;
        found.share = ENOUGH.min(*shares.get(below)?);
        (found.share >= SHARE).then_some(found)
    }

    /// Whether `text` has as many of the words as the texts that they are from.
    pub fn are_frequent_in(&self, text: &str) -> bool {
        self.share_in(text) >= self.share
    }

    /// The share of the words among those at the start of `text`, in thousandths.
    fn share_in(&self, text: &str) -> u32 {
        let (mut all, mut frequent) = (0_u32, 0_u32);
        for word in words(text) {
            all += 1;
            let is_frequent = word.is_some_and(|word| self.words.binary_search(&word).is_ok());
            frequent += u32::from(is_frequent);
        }
        1_000 * frequent / all.max(1)
    }
}

/// The words at the start of a text, each as its bytes in lower case; `None` for one of more than
/// eight bytes.
fn words(text: &str) -> impl Iterator<Item = Option<u64>> {
    let bytes = text.as_bytes();
    let start = bytes.get(..READ).unwrap_or(bytes);
    let separates = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
    let words = start.split(separates).filter(|word| !word.is_empty());
    words.map(|word| {
        let pushed = |word, byte: &u8| word << 8 | u64::from(byte.to_ascii_lowercase());
        (word.len() <= size_of::<u64>()).then(|| word.iter().fold(0, pushed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_texts_of_the_language_have_the_words() {
        let subjects = [
            "tea",
            "rain",
            "music",
            "the market",
            "a train",
            "the garden",
        ];
        let text = |subject: &&str| {
            format!(
                "This is a note on {subject} and on the people who like it. It is not the first of \
                 the notes that we have, and it is for all of you who are in the city to read."
            )
        };
        let texts: Vec<String> = subjects.iter().cycle().take(24).map(text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let words = FrequentWords::of(&texts).unwrap();
        assert!(words.are_frequent_in(
            "It is the first time that the people of the city have not a train to read on."
        ));
        assert!(!words.are_frequent_in(
            "Dies ist die erste Notiz, die wir allen Menschen in der Stadt zu lesen geben."
        ));
        assert_eq!(FrequentWords::of(&texts[..10]), None);
    }
}

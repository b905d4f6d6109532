//! The second half of a preamble whose middle varies, such as a date or a name; and how often a
//! preamble occurs in one text.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::{Finder, find};

use super::common::{Common, Counted, ended, is_instruction};
use super::majority::{AMONG_NEAR, Majority};
use super::markers::Markers;
use super::plateau::{self, LEAST};

/// The maximum length of the part that varies, in bytes.
pub const LONGEST_MIDDLE: usize = 64;
/// The minimum number of different middles, and of bytes and words by which the second half is found.
const FEWEST_MIDDLES: usize = 3;
const ANCHOR_BYTES: usize = 12;
const ANCHOR_WORDS: usize = 3;
/// The number of texts from which these words are taken.
const SEARCHED: usize = 256;

/// The text that most of the texts that start with the preamble `first` have after a short part that
/// varies. It ends before the first section marker, which is compared by itself.
pub fn infer(texts: &[Counted<'_>], first: &str, markers: Option<&Markers>) -> Option<Common> {
    let rests = || {
        let rests = texts.iter();
        rests.filter_map(|(cut, examples)| Some((cut.head().strip_prefix(first)?, *examples)))
    };
    let anchor = anchor(rests().map(|(rest, _)| rest))?;
    let halves = || {
        let halves = rests().map(|(rest, examples)| (rest, examples, place_of(anchor, rest)));
        halves.filter_map(|(rest, examples, at)| Some((rest.split_at_checked(at?)?, examples)))
    };
    let tails: Vec<&str> = halves().map(|((_, tail), _)| tail).collect();
    let shared = plateau::walk(&tails)?.text;
    let text = without_markers(ended(shared)?, markers);
    let has_it = |((_, tail), _): &((&str, &str), usize)| tail.starts_with(&text);
    let middles: BTreeSet<&str> = halves()
        .filter(has_it)
        .map(|((middle, _), _)| middle)
        .collect();
    let common = Common {
        holders: halves().filter(has_it).map(|(_, examples)| examples).sum(),
        of: rests().map(|(_, examples)| examples).sum(),
        value: text,
    };
    let varies = middles.len() >= FEWEST_MIDDLES;
    (varies && is_instruction(&common.value))
        .then_some(common)?
        .when(LEAST, AMONG_NEAR)
}

/// Where the second half may start in what follows the first.
pub fn place_of(half: &str, rest: &str) -> Option<usize> {
    find(rest.as_bytes(), half.as_bytes()).filter(|at| *at <= LONGEST_MIDDLE)
}

/// The places in `rest` where a word starts that may be the first of the second half.
pub fn word_starts(rest: &str) -> impl Iterator<Item = usize> {
    let mut before = 'x';
    let starts = rest.char_indices().filter_map(move |(at, c)| {
        let is_start = before.is_whitespace() && !c.is_whitespace();
        before = c;
        is_start.then_some(at)
    });
    starts.take_while(|at| *at <= LONGEST_MIDDLE)
}

/// The words that most of `rests` have near their start, after other text: those that come first.
fn anchor<'t>(rests: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut all = 0;
    for rest in rests.take(SEARCHED) {
        all += 1;
        for at in word_starts(rest) {
            let words = first_words(rest.get(at..).unwrap_or_default());
            // Only the first occurrence in each text.
            let is_first = || rest.find(words) == Some(at);
            if words.len() >= ANCHOR_BYTES && is_first() {
                let (count, sum) = found.entry(words).or_default();
                (*count, *sum) = (*count + 1, *sum + at);
            }
        }
    }
    let is_common = |count: usize| all >= LEAST && count as f64 >= AMONG_NEAR * all as f64;
    let common = found
        .into_iter()
        .filter(|(_, (count, _))| is_common(*count));
    let first = common.min_by_key(|(_, (count, sum))| sum / count.max(&1));
    first.map(|(words, _)| words)
}

/// The first words of a text, as written.
fn first_words(text: &str) -> &str {
    let spaces = text.char_indices().filter(|(_, c)| c.is_whitespace());
    let end = spaces.map(|(at, _)| at).nth(ANCHOR_WORDS - 1);
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// The text up to its first section marker.
fn without_markers(mut text: String, markers: Option<&Markers>) -> String {
    let markers = markers.iter().flat_map(|markers| &markers.markers);
    let starts = markers.filter_map(|marker| text.find(&marker.form));
    text.truncate(starts.min().unwrap_or(text.len()));
    text.truncate(text.trim_end().len());
    text
}

/// The part of the preamble before its section markers, with the texts that have it only once, if
/// nearly all that start with the preamble do.
pub fn once(texts: &[Counted<'_>], preamble: &str, markers: Option<&Markers>) -> Option<Common> {
    let instruction = without_markers(preamble.to_owned(), markers);
    let repeated = match is_instruction(&instruction) {
        true => instruction.trim_start(),
        false => preamble.trim(),
    };
    let finder = Finder::new(repeated.as_bytes());
    let starting = texts.iter().filter_map(|(cut, examples)| {
        let text = cut.head();
        let rest = text.strip_prefix(preamble)?;
        Some((finder.find(rest.as_bytes()).is_none(), *examples))
    });
    let usual = Majority::weighted(starting)?.when(LEAST, AMONG_NEAR)?;
    usual.value.then(|| Common {
        value: repeated.to_owned(),
        holders: usual.holders,
        of: usual.of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Cut;

    fn counted(texts: &[String]) -> Vec<Cut> {
        texts.iter().map(|text| Cut::new(text, 2048, 512)).collect()
    }

    fn half(first: &str, text: impl Fn(usize) -> String) -> Option<String> {
        let cuts = counted(&(0..60).map(text).collect::<Vec<_>>());
        let texts: Vec<Counted<'_>> = cuts.iter().map(|cut| (cut, 1)).collect();
        infer(&texts, first, None).map(|common| common.value)
    }

    #[test]
    fn the_text_after_a_part_that_varies_is_found() {
        let dated = |n| format!("Help. Today is day {n}. Answer the question in short.\nplum {n}?");
        let found = Some("Answer the question in short.".to_owned());
        assert_eq!(half("Help. ", dated), found);
        let fixed = |n| format!("Help. Today is Monday. Answer the question in short.\nplum {n}?");
        assert_eq!(half("Help. ", fixed), None);
        let content = |n| format!("Help. {n} plums fell from tree {n} in the garden of {n}.");
        assert_eq!(half("Help. ", content), None);
    }

    #[test]
    fn a_preamble_that_most_texts_have_once_is_counted() {
        let counts = |doubled: usize| {
            let text = |n| match n < doubled {
                true => format!("Name the fruit: Name the fruit: {n}"),
                false => format!("Name the fruit: {n}"),
            };
            let cuts = counted(&(0..40).map(text).collect::<Vec<_>>());
            let texts: Vec<Counted<'_>> = cuts.iter().map(|cut| (cut, 1)).collect();
            once(&texts, "Name the fruit: ", None).map(|once| (once.holders, once.of))
        };
        assert_eq!(counts(3), Some((37, 40)));
        assert_eq!(counts(20), None);
    }
}

//! How an input differs from the preamble that it should start with.

use tunelint_data::text::printable::{is_hidden, quoted};

/// The kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreambleFault {
    /// The preamble is missing.
    Missing,
    /// Only a part of it is present.
    Partial,
    /// A few characters differ.
    Mistyped,
    /// The letter case differs.
    Case,
    /// The whitespace differs.
    Spacing,
    /// It is present, but later in the text.
    Misplaced,
}

impl PreambleFault {
    /// The message: `what` is the expected text (`the preamble`, `the common suffix`), `edge` is where
    /// it belongs (`start`, `end`), `found` and `wanted` are the parts that differ.
    pub fn describe(self, what: &str, edge: &str, found: &str, wanted: &str) -> String {
        let difference = || {
            let (quoted_found, quoted_wanted) = (quoted(found, 40), quoted(wanted, 40));
            match (found.is_empty(), wanted.is_empty()) {
                (true, _) => format!("missing {quoted_wanted}"),
                (_, true) => format!("extra {quoted_found}"),
                _ => format!("expected {quoted_wanted}, found {quoted_found}"),
            }
        };
        match self {
            Self::Missing => format!("{what} is missing"),
            Self::Partial => format!("{what} is incomplete"),
            Self::Mistyped => format!("{what} is mistyped: {}", difference()),
            Self::Case => format!("{what} differs in case: {}", difference()),
            Self::Spacing => format!("{what} differs in whitespace: {}", difference()),
            Self::Misplaced => format!("{what} is here, not at the {edge}"),
        }
    }
}

/// A difference between a text and the preamble: its kind, the byte range in the text, and the
/// corresponding byte range of the preamble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreambleDeviation {
    /// The kind of difference.
    pub fault: PreambleFault,
    /// The start of the range in the text.
    pub from: usize,
    /// The end of the range in the text, exclusive.
    pub to: usize,
    /// The start of the range in the preamble.
    pub wanted_from: usize,
    /// The end of the range in the preamble, exclusive.
    pub wanted_to: usize,
}

/// The maximum number of characters of a typo in either text.
const TYPO: usize = 2;

/// The maximum number of edits of a mistyped preamble. Also limited to a fifth of its length.
const MAX_EDITS: usize = 40;

impl PreambleDeviation {
    /// Whether the text evidently has a damaged form of `wanted`: with other spacing, in another letter
    /// case, or with a typo. Another word or number makes another template.
    pub fn is_damage(&self, text: &str, wanted: &str) -> bool {
        match self.fault {
            PreambleFault::Spacing | PreambleFault::Case => true,
            PreambleFault::Mistyped => {
                let of = |text: &str, from, to| is_part_of_word(text, from, to);
                of(text, self.from, self.to)
                    && of(wanted, self.wanted_from, self.wanted_to)
                    && !self.is_affix(text, wanted)
            }
            PreambleFault::Missing | PreambleFault::Partial | PreambleFault::Misplaced => false,
        }
    }

    /// Whether the damage is a typo within a longer word, which is evident even where other texts may
    /// differ on purpose.
    pub fn is_typo(&self, text: &str, wanted: &str) -> bool {
        let (found, meant) = self.words(text, wanted);
        let is_long = |word: &str| word.chars().nth(LONG_WORD - 1).is_some();
        self.fault == PreambleFault::Mistyped
            && self.is_damage(text, wanted)
            && is_long(found)
            && is_long(meant)
    }

    /// Whether the words differ in a whole affix, which makes another word: `likely` and `unlikely`.
    pub fn is_affix(&self, text: &str, wanted: &str) -> bool {
        let (found, meant) = self.words(text, wanted);
        self.fault == PreambleFault::Mistyped && differ_in_affix(found, meant)
    }

    /// The words with the difference, of the text and of `wanted`.
    fn words<'t>(&self, text: &'t str, wanted: &'t str) -> (&'t str, &'t str) {
        (
            word_around(text, self.from, self.to),
            word_around(wanted, self.wanted_from, self.wanted_to),
        )
    }

    /// The message for the difference: see [`PreambleFault::describe`].
    pub fn describe(&self, what: &str, edge: &str, text: &str, wanted: &str) -> String {
        let found = text.get(self.from..self.to).unwrap_or_default();
        let wanted = wanted.get(self.wanted_from..self.wanted_to);
        self.fault
            .describe(what, edge, found, wanted.unwrap_or_default())
    }
}

/// The minimum number of letters of a word in which one is evidently mistyped.
const LONG_WORD: usize = 4;

/// The affixes no longer than a typo that make another word.
const PREFIXES: [&str; 7] = ["un", "in", "im", "il", "ir", "re", "de"];
const SUFFIXES: [&str; 9] = ["s", "es", "ed", "d", "er", "r", "ly", "y", "al"];

/// Whether one of two words is the other with an affix before or after it.
pub fn differ_in_affix(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let (short, long) = match one.len() < other.len() {
        true => (&one, &other),
        false => (&other, &one),
    };
    !short.is_empty()
        && (long
            .strip_suffix(short)
            .is_some_and(|rest| PREFIXES.contains(&rest))
            || long
                .strip_prefix(short)
                .is_some_and(|rest| SUFFIXES.contains(&rest)))
}

/// Whether a word is a mistyped form of another: of at least four letters, with one edit, or with two that
/// leave letters out or double them. Another number or a whole affix makes another word.
pub fn is_typo_of(word: &str, meant: &str) -> bool {
    let is_sign = |c: char| !c.is_alphanumeric();
    let (word, meant) = (word.trim_matches(is_sign), meant.trim_matches(is_sign));
    let length = |word: &str| word.chars().count();
    let (found, wanted) = (length(word), length(meant));
    let are_words = [word, meant]
        .iter()
        .all(|word| !word.contains(char::is_numeric))
        && (LONG_WORD..=MAX_EDITS).contains(&found)
        && (LONG_WORD..=MAX_EDITS).contains(&wanted);
    if !are_words || found.abs_diff(wanted) > TYPO || differ_in_affix(word, meant) {
        return false;
    }
    // Two replaced letters make another word.
    match strsim::osa_distance(word, meant) {
        1 => true,
        TYPO => found.abs_diff(wanted) == TYPO && word.chars().next() == meant.chars().next(),
        _ => false,
    }
}

/// The letters around a range of a text, and the range.
fn word_around(text: &str, from: usize, to: usize) -> &str {
    let is_other = |c: char| !c.is_alphabetic();
    let before = text.get(..from).unwrap_or_default();
    let start = before.trim_end_matches(char::is_alphabetic).len();
    let after = text.get(to..).unwrap_or_default();
    let end = to + after.find(is_other).unwrap_or(after.len());
    text.get(start..end).unwrap_or_default()
}

/// Whether a range of a text is short enough for a typo, and not a whole word or number.
fn is_part_of_word(text: &str, from: usize, to: usize) -> bool {
    let part = text.get(from..to).unwrap_or_default();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let before = text.get(..from).and_then(|text| text.chars().next_back());
    let after = text.get(to..).and_then(|text| text.chars().next());
    let is_short = part.chars().nth(TYPO).is_none();
    let is_within = !part.contains(char::is_alphabetic) || is_letter(before) || is_letter(after);
    is_short && is_within && !part.contains(|c: char| c.is_numeric() || c.is_whitespace())
}

/// The difference between `preamble` and a `text` that does not start with it. The first match of:
/// spacing, case, misplaced, mistyped, partial, missing.
///
/// ```
/// use tunelint_rules::survey::inferred::preamble::{PreambleFault, depart};
/// let fault = |text| depart(text, "Classify the review:").fault;
/// assert_eq!(fault("Classify  the review: good"), PreambleFault::Spacing);
/// assert_eq!(fault("classify the Review: good"), PreambleFault::Case);
/// assert_eq!(fault("Clasify the review: good"), PreambleFault::Mistyped);
/// assert_eq!(fault("good. Classify the review:"), PreambleFault::Misplaced);
/// assert_eq!(fault("good"), PreambleFault::Missing);
/// ```
pub fn depart(text: &str, preamble: &str) -> PreambleDeviation {
    let (have, want) = (Collapsed::new(text), Collapsed::new(preamble.trim()));
    let region = |fault, (from, to), (wanted_from, wanted_to)| {
        // Map the range from the collapsed texts back to the original ones.
        let lead = preamble.len() - preamble.trim_start().len();
        PreambleDeviation {
            fault,
            from: have.raw(from),
            to: have.raw(to),
            wanted_from: lead + want.raw(wanted_from),
            wanted_to: lead + want.raw(wanted_to),
        }
    };
    let insert = |fault, at| PreambleDeviation {
        fault,
        from: at,
        to: at,
        wanted_from: 0,
        wanted_to: preamble.len(),
    };
    if have.chars.starts_with(&want.chars) {
        let (from, to, wanted_from, wanted_to) = first_difference(text, preamble);
        return PreambleDeviation {
            fault: PreambleFault::Spacing,
            from,
            to,
            wanted_from,
            wanted_to,
        };
    }
    let (have_lower, want_lower) = (have.lower(), want.lower());
    if have_lower.starts_with(&want_lower) {
        let range = differing(&have.chars, &want.chars, want.chars.len());
        return region(PreambleFault::Case, range, range);
    }
    if let Some(at) = find(&have.chars, &want.chars) {
        let (from, to) = (have.raw(at), have.raw(at + want.chars.len()));
        return PreambleDeviation {
            to,
            ..insert(PreambleFault::Misplaced, from)
        };
    }
    let max_edits = MAX_EDITS.min((want.chars.len() / 5).max(2));
    if let Some((found, wanted)) = aligned(&have_lower, &want_lower, max_edits) {
        return region(PreambleFault::Mistyped, found, wanted);
    }
    partial(&have_lower, &want_lower).map_or_else(
        || insert(PreambleFault::Missing, 0),
        |at| {
            let raw = have.raw(at);
            PreambleDeviation {
                fault: PreambleFault::Partial,
                from: raw,
                to: raw,
                wanted_from: 0,
                wanted_to: preamble.len(),
            }
        },
    )
}

/// A text without leading invisible characters and with whitespace collapsed to single spaces, with
/// the byte offset of each character in the original.
struct Collapsed {
    chars: Vec<char>,
    offsets: Vec<usize>,
    end: usize,
}

/// The number of characters checked: enough for the longest preamble, and for one after other text.
const MAX_CHARS: usize = 16_384;

impl Collapsed {
    fn new(text: &str) -> Self {
        let mut collapsed = Self {
            chars: Vec::new(),
            offsets: Vec::new(),
            end: text.len(),
        };
        for (at, c) in text.char_indices() {
            if collapsed.chars.len() >= MAX_CHARS {
                collapsed.end = at;
                break;
            }
            let space = c.is_whitespace();
            let leading = collapsed.chars.is_empty() && (space || is_hidden(c));
            if leading || space && collapsed.chars.last() == Some(&' ') {
                continue;
            }
            collapsed.chars.push(if space { ' ' } else { c });
            collapsed.offsets.push(at);
        }
        collapsed
    }

    fn raw(&self, index: usize) -> usize {
        self.offsets.get(index).copied().unwrap_or(self.end)
    }

    fn lower(&self) -> Vec<char> {
        // One character for each, so that indices stay valid.
        self.chars
            .iter()
            .map(|c| c.to_lowercase().next().unwrap_or(*c))
            .collect()
    }
}

/// The byte ranges of the first difference, up to the next non-whitespace character of each text.
fn first_difference(text: &str, preamble: &str) -> (usize, usize, usize, usize) {
    let same: usize = text
        .chars()
        .zip(preamble.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let spaces = |s: &str| {
        let rest = s.get(same..).unwrap_or_default();
        same + rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c))
                .len()
    };
    (
        same,
        spaces(text),
        same,
        spaces(preamble).min(preamble.len()),
    )
}

/// The smallest range of indices, among the first `len`, that contains all differences.
fn differing(a: &[char], b: &[char], len: usize) -> (usize, usize) {
    let pairs = || {
        a.iter()
            .zip(b)
            .take(len)
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(at, _)| at)
    };
    (
        pairs().next().unwrap_or(0),
        pairs().next_back().map_or(0, |at| at + 1),
    )
}

fn find(haystack: &[char], needle: &[char]) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The ranges of text and preamble that differ, if at most `max_edits` edits turn a prefix of the
/// text into the preamble (banded semi-global edit distance).
fn aligned(
    text: &[char],
    preamble: &[char],
    max_edits: usize,
) -> Option<((usize, usize), (usize, usize))> {
    let rows = preamble.len();
    let text = text.get(..text.len().min(rows + max_edits)).unwrap_or(text);
    let common = text
        .iter()
        .zip(preamble)
        .take_while(|(a, b)| a == b)
        .count();
    let (rest, wanted) = (text.get(common..)?, preamble.get(common..)?);
    let end = cheapest_end(wanted, rest, max_edits)?;
    // The equal characters after the last edit are in neither range.
    let mut equal = 0;
    while equal < wanted.len().min(end)
        && wanted.get(wanted.len() - 1 - equal) == rest.get(end - 1 - equal)
    {
        equal += 1;
    }
    Some((
        (common, common + end - equal),
        (common, common + wanted.len() - equal),
    ))
}

/// The length of the prefix of `text` with the smallest edit distance to `wanted`. Ties go to the
/// shortest. `None` if the distance exceeds `most`.
///
/// Only `most` cells on either side of the diagonal are computed: cell `at` of a row is the prefix
/// that is `at - most` longer than the row's part of `wanted`.
fn cheapest_end(wanted: &[char], text: &[char], most: usize) -> Option<usize> {
    let (far, width) = (most + 1, 2 * most + 1);
    let mut above: Vec<usize> = (0..width)
        .map(|at| at.checked_sub(most).unwrap_or(far))
        .collect();
    for (row, want) in wanted.iter().enumerate() {
        let mut current = vec![far; width];
        let mut left = far;
        for at in 0..width {
            let Some(length) = (row + 1 + at)
                .checked_sub(most)
                .filter(|length| *length <= text.len())
            else {
                left = far;
                continue;
            };
            let cell = |at: usize| above.get(at).copied().unwrap_or(far);
            let mut cost = (cell(at + 1) + 1).min(left + 1);
            if let Some(last) = length.checked_sub(1).and_then(|last| text.get(last)) {
                cost = cost.min(cell(at) + usize::from(last != want));
            } else {
                cost = cost.min(row + 1);
            }
            left = cost.min(far);
            if let Some(cell) = current.get_mut(at) {
                *cell = left;
            }
        }
        if current.iter().all(|cost| *cost > most) {
            return None;
        }
        above = current;
    }
    let (at, cost) = above.iter().enumerate().min_by_key(|(_, cost)| **cost)?;
    let end = (wanted.len() + at).checked_sub(most)?;
    (*cost <= most).then_some(end)
}

/// The index where a text with only half of the preamble differs from it; `None` for less than half.
fn partial(text: &[char], preamble: &[char]) -> Option<usize> {
    let common = text
        .iter()
        .zip(preamble)
        .take_while(|(a, b)| a == b)
        .count();
    if common * 2 >= preamble.len() && common > 0 {
        return Some(common);
    }
    let half = preamble.get(preamble.len() / 2..)?;
    let near = text
        .get(..text.len().min(preamble.len() * 2))
        .unwrap_or(text);
    (half.len() >= 6)
        .then(|| find(near, half))
        .flatten()
        .map(|_| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREAMBLE: &str = "Classify the sentiment of the review.\n";

    fn parts(text: &str) -> (PreambleFault, &str, &'static str) {
        let d = depart(text, PREAMBLE);
        (
            d.fault,
            text.get(d.from..d.to).unwrap(),
            PREAMBLE.get(d.wanted_from..d.wanted_to).unwrap(),
        )
    }

    #[test]
    fn typos_are_shown_with_the_expected_text() {
        assert_eq!(
            parts("Classify the sentimant of the review.\nfine"),
            (PreambleFault::Mistyped, "a", "e")
        );
        assert_eq!(
            parts("Classify the sentimnt of the review.\nfine"),
            (PreambleFault::Mistyped, "", "e")
        );
    }

    #[test]
    fn a_typo_within_a_longer_word_is_evident() {
        let is = |text: &str, wanted: &str| depart(text, wanted).is_typo(text, wanted);
        let product = "Write a short product description for";
        assert!(is("Write a short prodct description for a lamp", product));
        assert!(!is(
            "Write an short product description for a lamp",
            product
        ));
        let likely = "List three likely causes of";
        assert!(!is("List three unlikely causes of rust", likely));
        assert!(!is("List three likely cause of rust", likely));
        let unlikely = depart("List three unlikely causes of rust", likely);
        assert!(!unlikely.is_damage("List three unlikely causes of rust", likely));
    }

    #[test]
    fn typos_of_a_word_are_told_from_another_word() {
        assert!(is_typo_of("bcyle", "bicycle") && is_typo_of("bicylce", "bicycle"));
        assert!(!is_typo_of("unlikely", "likely") && !is_typo_of("cause", "causes"));
        assert!(!is_typo_of("Italian", "Iranian") && !is_typo_of("a", "an"));
    }

    #[test]
    fn another_word_or_number_is_not_damage() {
        let damaged = |text: &str, preamble: &str| depart(text, preamble).is_damage(text, preamble);
        let preamble = "List 3 words that rhyme with the german word: ";
        assert!(damaged(
            "List 3 words that ryhme with the german word: x",
            preamble
        ));
        assert!(damaged(
            "list 3 words that rhyme with the german word: x",
            preamble
        ));
        assert!(damaged(
            "List 3 words that rhyme with the german  word: x",
            preamble
        ));
        assert!(!damaged(
            "List 5 words that rhyme with the german word: x",
            preamble
        ));
        assert!(!damaged(
            "List 3 words that rhyme with the french word: x",
            preamble
        ));
        assert!(!damaged(
            "List 3 words that rhyme with a german word: x",
            preamble
        ));
        assert!(!damaged("Haus", preamble));
    }

    #[test]
    fn spacing_and_case_are_located() {
        assert_eq!(
            parts("Classify the sentiment of  the review.\nfine").0,
            PreambleFault::Spacing
        );
        assert_eq!(
            parts("Classify the sentiment of the review. fine").0,
            PreambleFault::Spacing
        );
        assert_eq!(
            parts("Classify the SENTIMENT of the review.\nfine"),
            (PreambleFault::Case, "SENTIMENT", "sentiment")
        );
    }

    #[test]
    fn partial_and_misplaced_preambles_are_recognized() {
        assert_eq!(
            parts("Classify the sentiment of fine weather").0,
            PreambleFault::Partial
        );
        assert_eq!(
            parts(
                "fine weather is all I ever wanted to have. Classify the sentiment of the review."
            )
            .0,
            PreambleFault::Misplaced
        );
        assert_eq!(
            parts("fine weather is all I ever wanted").0,
            PreambleFault::Missing
        );
        assert_eq!(parts("").0, PreambleFault::Missing);
    }
}

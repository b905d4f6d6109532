//! How an input departs from the preamble that it should start with.

use tunelint_data::text::printable::{is_hidden, quoted};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// A part of it is there.
    Partial,
    /// It is there with a few other characters.
    Mistyped,
    /// It is there in other letter case.
    Case,
    /// It is there with other white space.
    Spacing,
    /// It is there, but later.
    Misplaced,
}

impl Fault {
    /// What is wrong with `what` (the preamble, the common ending), with both forms where they can
    /// be set side by side; `edge` is where it should stand.
    pub fn describe(self, what: &str, edge: &str, found: &str, wanted: &str) -> String {
        let sides = || {
            let (quoted_found, quoted_wanted) = (quoted(found, 40), quoted(wanted, 40));
            match (found.is_empty(), wanted.is_empty()) {
                (true, _) => format!("{quoted_wanted} is missing"),
                (_, true) => format!("{quoted_found} is too much"),
                _ => format!("{quoted_found} where {quoted_wanted} should stand"),
            }
        };
        match self {
            Self::Missing => format!("{what} is missing"),
            Self::Partial => format!("a part of {what} is missing here"),
            Self::Mistyped => format!("{what} is mistyped: {}", sides()),
            Self::Case => format!("{what} is in other letters: {}", sides()),
            Self::Spacing => format!("{what} is spaced otherwise: {}", sides()),
            Self::Misplaced => format!("{what} stands here, not at the {edge}"),
        }
    }
}

/// How a text departs from the preamble, and where: bytes of the text, and the bytes of the
/// preamble that should stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// What is wrong.
    pub fault: Fault,
    /// The first byte of the text that differs.
    pub from: usize,
    /// One past the last.
    pub to: usize,
    /// The first byte of the preamble that should stand there.
    pub wanted_from: usize,
    /// One past the last.
    pub wanted_to: usize,
}

/// The most edits that still make a mistyped preamble, and the share of its length.
const MOST_EDITS: usize = 40;

impl Departure {
    /// What is wrong, in words: see [`Fault::describe`].
    pub fn describe(&self, what: &str, edge: &str, text: &str, wanted: &str) -> String {
        let found = text.get(self.from..self.to).unwrap_or_default();
        let wanted = wanted.get(self.wanted_from..self.wanted_to);
        self.fault
            .describe(what, edge, found, wanted.unwrap_or_default())
    }
}

/// How `text`, which does not start with `preamble`, departs from it. The first that fits of:
/// spacing, case, misplaced, mistyped, partial, missing.
///
/// ```
/// use tunelint_rules::survey::inferred::preamble::{Fault, depart};
/// let fault = |text| depart(text, "Classify the review:").fault;
/// assert_eq!(fault("Classify  the review: good"), Fault::Spacing);
/// assert_eq!(fault("classify the Review: good"), Fault::Case);
/// assert_eq!(fault("Clasify the review: good"), Fault::Mistyped);
/// assert_eq!(fault("good. Classify the review:"), Fault::Misplaced);
/// assert_eq!(fault("good"), Fault::Missing);
/// ```
pub fn depart(text: &str, preamble: &str) -> Departure {
    let (have, want) = (Squashed::new(text), Squashed::new(preamble.trim()));
    let region = |fault, (from, to), (wanted_from, wanted_to)| {
        // What differs in the squashed forms, put back into the texts.
        let lead = preamble.len() - preamble.trim_start().len();
        Departure {
            fault,
            from: have.raw(from),
            to: have.raw(to),
            wanted_from: lead + want.raw(wanted_from),
            wanted_to: lead + want.raw(wanted_to),
        }
    };
    let insert = |fault, at| Departure {
        fault,
        from: at,
        to: at,
        wanted_from: 0,
        wanted_to: preamble.len(),
    };
    if have.chars.starts_with(&want.chars) {
        let (from, to, wanted_from, wanted_to) = first_difference(text, preamble);
        return Departure {
            fault: Fault::Spacing,
            from,
            to,
            wanted_from,
            wanted_to,
        };
    }
    let (have_low, want_low) = (have.lower(), want.lower());
    if have_low.starts_with(&want_low) {
        let region_of = differing(&have.chars, &want.chars, want.chars.len());
        return region(Fault::Case, region_of, region_of);
    }
    if let Some(at) = find(&have.chars, &want.chars) {
        let (from, to) = (have.raw(at), have.raw(at + want.chars.len()));
        return Departure {
            to,
            ..insert(Fault::Misplaced, from)
        };
    }
    let most = MOST_EDITS.min((want.chars.len() / 5).max(2));
    if let Some((mine, theirs)) = aligned(&have_low, &want_low, most) {
        return region(Fault::Mistyped, mine, theirs);
    }
    partial(&have_low, &want_low).map_or_else(
        || insert(Fault::Missing, 0),
        |at| {
            let raw = have.raw(at);
            Departure {
                fault: Fault::Partial,
                from: raw,
                to: raw,
                wanted_from: 0,
                wanted_to: preamble.len(),
            }
        },
    )
}

/// A text whose leading invisible characters are gone and whose white space is single spaces,
/// with the way back to its bytes.
struct Squashed {
    chars: Vec<char>,
    offsets: Vec<usize>,
    end: usize,
}

/// Characters looked at: enough for the longest preamble and for one that stands behind a text.
const SQUASHED: usize = 16_384;

impl Squashed {
    fn new(text: &str) -> Self {
        let mut squashed = Self {
            chars: Vec::new(),
            offsets: Vec::new(),
            end: text.len(),
        };
        for (at, c) in text.char_indices() {
            if squashed.chars.len() >= SQUASHED {
                squashed.end = at;
                break;
            }
            let space = c.is_whitespace();
            let leading = squashed.chars.is_empty() && (space || is_hidden(c));
            if leading || space && squashed.chars.last() == Some(&' ') {
                continue;
            }
            squashed.chars.push(if space { ' ' } else { c });
            squashed.offsets.push(at);
        }
        squashed
    }

    fn raw(&self, index: usize) -> usize {
        self.offsets.get(index).copied().unwrap_or(self.end)
    }

    fn lower(&self) -> Vec<char> {
        // One character each, so that places stay: enough to compare with.
        self.chars
            .iter()
            .map(|c| c.to_lowercase().next().unwrap_or(*c))
            .collect()
    }
}

/// The bytes in which two texts differ first, up to where both go on with the same word.
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

/// The range of indices in which two texts differ, among the first `len`.
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

/// The regions of text and preamble that differ, if a few edits turn a prefix of the text into
/// the preamble (semi-global edit distance in a band).
fn aligned(
    text: &[char],
    preamble: &[char],
    most: usize,
) -> Option<((usize, usize), (usize, usize))> {
    let rows = preamble.len();
    let text = text.get(..text.len().min(rows + most)).unwrap_or(text);
    let common = text
        .iter()
        .zip(preamble)
        .take_while(|(a, b)| a == b)
        .count();
    let (rest, wanted) = (text.get(common..)?, preamble.get(common..)?);
    let end = cheapest_end(wanted, rest, most)?;
    // The equal characters behind the last edit belong to neither region.
    let mut behind = 0;
    while behind < wanted.len().min(end)
        && wanted.get(wanted.len() - 1 - behind) == rest.get(end - 1 - behind)
    {
        behind += 1;
    }
    Some((
        (common, common + end - behind),
        (common, common + wanted.len() - behind),
    ))
}

/// The length of the prefix of `text` that fewest edits turn into `wanted`; of equally cheap ones
/// the shortest. Nothing where that takes more than `most` edits.
///
/// Only a band of `most` cells on either side of the diagonal is looked at: cell `at` of a row
/// stands for the prefix that is `at - most` longer than the row's part of `wanted`.
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

/// Where a preamble of which only a half is there departs from it.
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

    fn parts(text: &str) -> (Fault, &str, &'static str) {
        let d = depart(text, PREAMBLE);
        (
            d.fault,
            text.get(d.from..d.to).unwrap(),
            PREAMBLE.get(d.wanted_from..d.wanted_to).unwrap(),
        )
    }

    #[test]
    fn a_typo_is_shown_beside_what_was_meant() {
        assert_eq!(
            parts("Classify the sentimant of the review.\nfine"),
            (Fault::Mistyped, "a", "e")
        );
        assert_eq!(
            parts("Classify the sentimnt of the review.\nfine"),
            (Fault::Mistyped, "", "e")
        );
    }

    #[test]
    fn spacing_and_case_are_placed() {
        assert_eq!(
            parts("Classify the sentiment of  the review.\nfine").0,
            Fault::Spacing
        );
        assert_eq!(
            parts("Classify the sentiment of the review. fine").0,
            Fault::Spacing
        );
        assert_eq!(
            parts("Classify the SENTIMENT of the review.\nfine"),
            (Fault::Case, "SENTIMENT", "sentiment")
        );
    }

    #[test]
    fn parts_and_other_places_are_recognised() {
        assert_eq!(
            parts("Classify the sentiment of fine weather").0,
            Fault::Partial
        );
        assert_eq!(
            parts(
                "fine weather is all I ever wanted to have. Classify the sentiment of the review."
            )
            .0,
            Fault::Misplaced
        );
        assert_eq!(parts("fine weather is all I ever wanted").0, Fault::Missing);
        assert_eq!(parts("").0, Fault::Missing);
    }
}

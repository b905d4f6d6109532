//! Labels: whether outputs are drawn from a closed set, which spellings of one label there are,
//! and what is no label at all.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::plateau::{LEAST, is_cjk};
use crate::survey::{Counted, OutputCounts};

/// The share of rows that must have a label that occurs twice, and one that is short.
const SHARE: f64 = 0.95;
/// Characters of a label, and of one that is JSON.
const SHORT: usize = 48;
const SHORT_JSON: usize = 256;
/// Examples from which on single labels are judged.
pub const ENOUGH: u64 = 50;

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// How it is spelt, without what ends every output.
    pub text: String,
    /// How often it occurs so, and where first.
    pub counted: Counted,
}

/// A closed set of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// The labels, the most frequent first; other spellings of one are not among them.
    pub labels: Vec<Label>,
    /// The spellings that a more frequent one has, with that one.
    pub spellings: BTreeMap<String, String>,
    /// What stands where a label should, and is none.
    pub unknown: BTreeSet<String>,
    /// How many outputs there are.
    pub total: u64,
}

impl LabelSet {
    /// The set, if outputs are drawn from one; `stop` is what ends every output.
    pub fn infer(counts: &OutputCounts, stop: &str) -> Option<Self> {
        let mut labels = merged(counts, stop);
        let total = labels.iter().map(|label| label.counted.count).sum::<u64>() + counts.long();
        if counts.is_open() || total < LEAST as u64 || !is_closed(&labels, total) {
            return None;
        }
        labels.sort_by(|a, b| (b.counted.count, &b.text).cmp(&(a.counted.count, &a.text)));
        let spellings = spellings(&labels);
        labels.retain(|label| !spellings.contains_key(&label.text));
        let unknown = if total >= ENOUGH {
            unknown(&labels)
        } else {
            BTreeSet::new()
        };
        Some(Self {
            labels,
            spellings,
            unknown,
            total,
        })
    }

    /// How often each label occurs in any spelling; what is no label is left out.
    pub fn counts(&self, counts: &OutputCounts, stop: &str) -> Vec<(String, u64)> {
        let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
        let merged = merged(counts, stop);
        for label in &merged {
            let text = self.spellings.get(&label.text).unwrap_or(&label.text);
            *totals.entry(text).or_default() += label.counted.count;
        }
        let mut totals: Vec<(String, u64)> = totals
            .into_iter()
            .filter(|(text, _)| !self.unknown.contains(*text))
            .map(|(text, count)| (text.to_owned(), count))
            .collect();
        totals.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        totals
    }

    /// The label that an unknown one is probably meant to be: one that occurs in it.
    pub fn meant(&self, unknown: &str) -> Option<&str> {
        let known = self
            .labels
            .iter()
            .filter(|label| !self.unknown.contains(&label.text));
        let within = known.filter(|label| holds(unknown, &label.text));
        within
            .map(|label| label.text.as_str())
            .max_by_key(|text| text.len())
    }
}

/// The outputs without what ends all of them, blank ones left out.
fn merged(counts: &OutputCounts, stop: &str) -> Vec<Label> {
    let mut merged: BTreeMap<&str, Counted> = BTreeMap::new();
    for (output, counted) in counts.iter() {
        let text = output
            .strip_suffix(stop.trim_end())
            .unwrap_or(output)
            .trim();
        if text.is_empty() {
            continue;
        }
        let known = merged.entry(text).or_insert(Counted {
            count: 0,
            ..counted
        });
        known.count += counted.count;
        known.first = known.first.min(counted.first);
    }
    let label = |(text, counted): (&str, Counted)| Label {
        text: text.to_owned(),
        counted,
    };
    merged.into_iter().map(label).collect()
}

fn is_closed(labels: &[Label], total: u64) -> bool {
    let n = total as f64;
    let most = 2.0_f64.max((n / 5.0).min(4.0 * n.sqrt()));
    let rows = |of: &dyn Fn(&Label) -> bool| {
        let counts = labels
            .iter()
            .filter(|label| of(label))
            .map(|label| label.counted.count);
        counts.sum::<u64>() as f64 >= SHARE * n
    };
    let short = |label: &Label| {
        let most = if label.text.starts_with(['{', '[']) {
            SHORT_JSON
        } else {
            SHORT
        };
        !label.text.contains('\n') && label.text.chars().count() <= most
    };
    labels.len() as f64 <= most && rows(&|label| label.counted.count >= 2) && rows(&short)
}

/// A label without letter case, compatibility forms, and the signs between and around words. A
/// hyphen counts as a sign only between letters: `-1` is a number, `A-` a grade.
fn normal(label: &str) -> String {
    let folded: Vec<char> = label.nfkc().flat_map(char::to_lowercase).collect();
    let letter = |at: Option<usize>| {
        let c = at.and_then(|at| folded.get(at));
        c.is_some_and(|c| c.is_alphabetic())
    };
    let mut out = String::new();
    for (at, &c) in folded.iter().enumerate() {
        let joins = c == '-' && letter(at.checked_sub(1)) && letter(Some(at + 1));
        if c.is_whitespace() || c == '_' || joins {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    let edge = |c| {
        matches!(
            c,
            '.' | '!' | '?' | ':' | ';' | '"' | '\'' | '`' | '*' | ' '
        )
    };
    out.trim_matches(edge).to_owned()
}

/// Whether two texts are one label but for letter case, spacing, punctuation or compatibility
/// forms.
pub fn is_same(a: &str, b: &str) -> bool {
    normal(a) == normal(b)
}

/// The less frequent spellings, with the more frequent one of each. `labels` are in the order of
/// their frequency.
fn spellings(labels: &[Label]) -> BTreeMap<String, String> {
    let normals: Vec<String> = labels.iter().map(|label| normal(&label.text)).collect();
    let mut found = BTreeMap::new();
    for (at, (minor, minor_normal)) in labels.iter().zip(&normals).enumerate() {
        let mut before = labels.iter().zip(&normals).take(at);
        let major = before.find(|(major, major_normal)| {
            !found.contains_key(&major.text)
                && (minor_normal == *major_normal && !minor_normal.is_empty()
                    || look_alike(minor_normal, major_normal)
                    || is_rare(minor, major) && is_slip(minor_normal, major_normal))
        });
        if let Some((major, _)) = major {
            found.insert(minor.text.clone(), major.text.clone());
        }
    }
    found
}

/// Whether two labels look the same though letters of another script stand in one.
pub fn look_alike(a: &str, b: &str) -> bool {
    let differ = |(x, y): (char, char)| x == y || !x.is_ascii() || !y.is_ascii();
    a.is_ascii() != b.is_ascii()
        && a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(differ)
        && skeleton(a).eq(skeleton(b))
}

/// Whether a label occurs once or twice, and another far more often.
fn is_rare(minor: &Label, major: &Label) -> bool {
    minor.counted.count <= 2 && minor.counted.count * 5 <= major.counted.count
}

/// Whether a label is a slip of the pen for another: a letter or two differ, and nothing that is
/// no letter does (`2 stars` and `5 stars` are two labels). A first letter or syllable makes
/// another word (`relevant`, `irrelevant`), and so does one character of Chinese.
fn is_slip(a: &str, b: &str) -> bool {
    let length = b.chars().count();
    let allowed = match length {
        0..5 => return false,
        5..10 => 1,
        10..=SHORT => 2,
        _ => return false,
    };
    let signs = |text: &str| {
        text.chars()
            .filter(|c| !c.is_alphabetic())
            .collect::<String>()
    };
    a != b
        && a.chars().next() == b.chars().next()
        && !a.chars().chain(b.chars()).any(is_cjk)
        && a.len().abs_diff(b.len()) <= 8
        && signs(a) == signs(b)
        && strsim::damerau_levenshtein(a, b) <= allowed
}

/// How often a sentence around a label may stand for it, or a twentieth as often as the label; what
/// is there more often is meant.
const SENTENCES: u64 = 3;
/// Words that a sentence has besides the label.
const FURTHER_WORDS: usize = 2;

/// Outputs that are no labels: sentences around a more frequent label, and, where labels are
/// frequent, what occurs once.
fn unknown(labels: &[Label]) -> BTreeSet<String> {
    let median = labels
        .get(labels.len() / 2)
        .map_or(0, |label| label.counted.count);
    let rare = 1.max(median / 50);
    let has_known = labels.iter().any(|label| label.counted.count > rare);
    let words = |text: &str| text.split([' ', '_']).count();
    // Several labels, or a path of them, are a label of their own.
    let joined = |text: &str| text.contains([',', ';', '>', '/', '|', '+', '&']);
    let around = |label: &Label, known: &Label| {
        let sentence = words(&label.text) >= words(&known.text) + FURTHER_WORDS;
        let few = SENTENCES.max(known.counted.count / 20);
        let most = if sentence { few } else { rare };
        label.counted.count <= most
            && label.counted.count < known.counted.count
            && !joined(&label.text)
            && holds(&label.text, &known.text)
    };
    let alone = |label: &Label| label.counted.count == 1 && labels.len() >= 3 && has_known;
    labels
        .iter()
        .filter(|label| alone(label) || labels.iter().any(|known| around(label, known)))
        .map(|label| label.text.clone())
        .collect()
}

/// Whether `label` occurs in `text` as whole words, among others.
fn holds(text: &str, label: &str) -> bool {
    let (text, label) = (normal(text), normal(label));
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.len() > label.len()
        && !label.is_empty()
        && text.match_indices(&label).any(|(at, found)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let behind = text
                .get(at + found.len()..)
                .and_then(|text| text.chars().next());
            edge(before) && edge(behind)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Spot;

    fn set(labels: &[(&str, usize)]) -> Option<LabelSet> {
        let mut counts = OutputCounts::default();
        for (label, times) in labels {
            (0..*times).for_each(|_| counts.add(label, Spot::default));
        }
        LabelSet::infer(&counts, "")
    }

    fn spelt(labels: &[(&str, usize)]) -> Vec<(String, String)> {
        set(labels).unwrap().spellings.into_iter().collect()
    }

    #[test]
    fn spellings_of_one_label_are_seen() {
        let pairs = spelt(&[
            ("positive", 40),
            ("negative", 40),
            ("Positive", 3),
            ("negative.", 2),
        ]);
        assert_eq!(
            pairs,
            [
                ("Positive".into(), "positive".into()),
                ("negative.".into(), "negative".into())
            ]
        );
        assert_eq!(
            spelt(&[("card_lost", 40), ("other", 40), ("card lost", 2)]).len(),
            1
        );
        assert_eq!(
            spelt(&[("negative", 40), ("positive", 40), ("negativ", 2)]).len(),
            1
        );
        // Cyrillic а.
        assert_eq!(
            spelt(&[("spam", 40), ("ham", 40), ("sp\u{430}m", 2)]).len(),
            1
        );
    }

    #[test]
    fn different_labels_stay_apart() {
        assert!(spelt(&[("2 stars", 40), ("5 stars", 2), ("4 stars", 9)]).is_empty());
        assert!(spelt(&[("-1", 40), ("1", 40), ("0", 10)]).is_empty());
        assert!(spelt(&[("affect", 40), ("effect", 30)]).is_empty());
        assert!(spelt(&[("A", 40), ("A-", 20), ("B+", 20), ("B", 9)]).is_empty());
        assert!(spelt(&[("relevant", 60), ("irrelevant", 2)]).is_empty());
        assert!(spelt(&[("非常不满意", 60), ("非常满意", 2)]).is_empty());
    }

    #[test]
    fn sentences_are_no_labels() {
        let set = set(&[("spam", 60), ("ham", 60), ("This is spam", 1)]).unwrap();
        assert!(set.unknown.contains("This is spam"));
        assert_eq!(set.meant("This is spam"), Some("spam"));
    }

    #[test]
    fn open_sets_have_no_labels() {
        let many: Vec<String> = (0..200).map(|n| format!("answer {n}")).collect();
        let many: Vec<(&str, usize)> = many.iter().map(|text| (text.as_str(), 1)).collect();
        assert_eq!(set(&many), None);
    }
}

//! Label inference: whether the outputs are labels, which spellings of a label occur, and which
//! outputs are not labels.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::majority::Majority;
use super::outputs::body;
use super::plateau::{LEAST, is_cjk};
use crate::survey::{Counted, OutputCounts};

/// The minimum share of outputs that occur at least twice, and that are short.
const SHARE: f64 = 0.95;
/// The maximum length of a label, and of one in JSON, in characters.
const SHORT: usize = 48;
const SHORT_JSON: usize = 256;
/// The minimum number of examples for calling an output an unknown label.
pub const ENOUGH: u64 = 50;

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The spelling, without the stop suffix.
    pub text: String,
    /// The count of this spelling, with its first location.
    pub counted: Counted,
}

/// The labels of a dataset whose outputs are labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// The labels, the most frequent first, each in its most frequent spelling.
    pub labels: Vec<Label>,
    /// Less frequent spellings, each with the most frequent spelling of the same label.
    pub spellings: BTreeMap<String, String>,
    /// Outputs that are not labels.
    pub unknown: BTreeSet<String>,
    /// The number of outputs.
    pub total: u64,
    /// Whether they are numbers that may have any value, so that a rare one is no mistake.
    pub are_values: bool,
}

impl LabelSet {
    /// Infers the labels; `None` if the outputs are not labels. `stop` is the stop suffix.
    pub fn infer(counts: &OutputCounts, stop: &str) -> Option<Self> {
        let mut labels = merged(counts, stop);
        let total = labels.iter().map(|label| label.counted.count).sum::<u64>() + counts.long();
        if counts.is_open() || total < LEAST as u64 {
            return None;
        }
        // Labels repeat: among free text, which does not, there is no sentence around one.
        let counts = labels.iter().map(|label| label.counted.count);
        let repeated: u64 = counts.filter(|count| *count > 1).sum();
        let sentences = match repeated * 2 < total {
            true => BTreeSet::new(),
            false => sentences(&labels),
        };
        if !is_closed(&labels, &sentences, total) {
            return None;
        }
        labels.sort_by(|a, b| (b.counted.count, &b.text).cmp(&(a.counted.count, &a.text)));
        let spellings = spellings(&labels);
        labels.retain(|label| !spellings.contains_key(&label.text));
        let are_values = has_values(&labels, rare(&labels));
        let unknown = if total >= ENOUGH {
            &unknown(&labels) | &sentences
        } else {
            BTreeSet::new()
        };
        Some(Self {
            labels,
            spellings,
            unknown,
            total,
            are_values,
        })
    }

    /// The count of each label in any spelling, the most frequent first. Unknown labels are excluded.
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

    /// The known label that occurs in an unknown one: probably the intended label.
    pub fn meant(&self, unknown: &str) -> Option<&str> {
        let known = self
            .labels
            .iter()
            .filter(|label| !self.unknown.contains(&label.text));
        let within = known.filter(|label| contains_label(unknown, &label.text));
        within
            .map(|label| label.text.as_str())
            .max_by_key(|text| text.len())
    }
}

impl LabelSet {
    /// Whether an unknown label has several words more than any known one, as a sentence has. Of two
    /// labels, one may contain the other.
    pub fn is_longer(&self, unknown: &str) -> bool {
        let words = |text: &str| text.split([' ', '_']).count();
        let known = self.labels.iter().map(|label| label.text.as_str());
        let mut known = known.filter(|label| !self.unknown.contains(*label));
        known.all(|label| words(unknown) >= words(label) + FURTHER_WORDS)
    }
}

impl LabelSet {
    /// Whether an unknown label is made of known ones: one of them twice, one after `label:`, or two of
    /// them in a few outputs, where several labels are not usual.
    pub fn is_made_of_labels(&self, unknown: &str) -> bool {
        let (unknown_labels, known): (Vec<&Label>, Vec<&Label>) =
            (self.labels.iter()).partition(|label| self.unknown.contains(&label.text));
        let known: Vec<String> = known.iter().map(|label| normal_form(&label.text)).collect();
        let Some(parts) = parts(unknown, &known) else {
            return false;
        };
        let is_combined = |label: &str| parts_differ(&self::parts(label, &known));
        let combined = unknown_labels
            .iter()
            .filter(|label| is_combined(&label.text));
        parts.windows(2).all(|pair| pair.first() == pair.last())
            || combined.take(COMBINED).count() < COMBINED
                && !known.iter().any(|label| is_combined(label))
    }
}

/// The minimum number of different outputs of several labels that are meant.
const COMBINED: usize = 3;

fn parts_differ(parts: &Option<Vec<&str>>) -> bool {
    let first = parts.as_ref().and_then(|parts| parts.first());
    parts
        .as_ref()
        .is_some_and(|parts| parts.iter().any(|part| Some(part) != first))
}

/// The labels, of `known` in their normal forms, that a text consists of besides separators: several, or one
/// after a word with a colon.
fn parts<'l>(text: &str, known: &'l [String]) -> Option<Vec<&'l str>> {
    let text = normal_form(text);
    let bare = |text| -> &str { str::trim_start_matches(text, [' ', ',', ';']) };
    let mut rest = bare(text.as_str());
    let mut fewest = 2;
    if let Some((name, label)) = rest.split_once(": ")
        && name.chars().all(char::is_alphabetic)
        && !known.iter().any(|label| label == name)
    {
        (rest, fewest) = (bare(label), 1);
    }
    let mut found = Vec::new();
    while !rest.is_empty() {
        let within = known.iter().filter_map(|label| {
            let after = rest.strip_prefix(label.as_str())?;
            let ends = after.is_empty() || after.starts_with([' ', ',', ';']);
            (ends && !label.is_empty() && *label != text).then_some((label, after))
        });
        let (label, after) = within.max_by_key(|(label, _)| label.len())?;
        found.push(label.as_str());
        rest = bare(after);
    }
    (found.len() >= fewest).then_some(found)
}

/// The distinct outputs without the stop suffix. Blank outputs are excluded.
fn merged(counts: &OutputCounts, stop: &str) -> Vec<Label> {
    let mut merged: BTreeMap<&str, Counted> = BTreeMap::new();
    for (output, counted) in counts.iter() {
        let text = body(output, stop);
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

/// Whether the outputs are few, repeated and short enough to be labels. A sentence around a label
/// counts as the label.
fn is_closed(labels: &[Label], sentences: &BTreeSet<String>, total: u64) -> bool {
    let n = total as f64;
    let most = 2.0_f64.max((n / 5.0).min(4.0 * n.sqrt()));
    let most_are = |of: &dyn Fn(&Label) -> bool| {
        let counts = labels
            .iter()
            .filter(|label| sentences.contains(&label.text) || of(label))
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
    (labels.len() - sentences.len()) as f64 <= most
        && most_are(&|label| label.counted.count >= 2)
        && most_are(&short)
}

/// The normal form of a label: without letter case, compatibility forms, and punctuation between
/// and around words. A hyphen separates words only between letters: `-1` is a number, `A-` a grade.
fn normal_form(label: &str) -> String {
    let folded: Vec<char> = match label.is_ascii() {
        true => label.chars().map(|c| c.to_ascii_lowercase()).collect(),
        false => label.nfkc().flat_map(char::to_lowercase).collect(),
    };
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

/// Whether two texts are the same label, except for letter case, spacing, punctuation or
/// compatibility forms.
pub fn is_same(a: &str, b: &str) -> bool {
    normal_form(a) == normal_form(b)
}

/// The less frequent spellings, each with its most frequent one. `labels` must be sorted by
/// frequency, in descending order.
fn spellings(labels: &[Label]) -> BTreeMap<String, String> {
    let normals: Vec<String> = labels
        .iter()
        .map(|label| normal_form(&label.text))
        .collect();
    let mut found = BTreeMap::new();
    for (at, (minor, minor_normal)) in labels.iter().zip(&normals).enumerate() {
        let mut more_frequent = labels.iter().zip(&normals).take(at);
        let major = more_frequent.find(|(major, major_normal)| {
            !found.contains_key(&major.text)
                && (minor_normal == *major_normal && !minor_normal.is_empty()
                    || look_alike(minor_normal, major_normal)
                    || is_rare(minor, major) && is_typo(minor_normal, major_normal))
        });
        if let Some((major, _)) = major {
            found.insert(minor.text.clone(), major.text.clone());
        }
    }
    found
}

/// Whether two labels look the same, but one has letters of another script.
pub fn look_alike(a: &str, b: &str) -> bool {
    let differ = |(x, y): (char, char)| x == y || !x.is_ascii() || !y.is_ascii();
    a.is_ascii() != b.is_ascii()
        && a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(differ)
        && skeleton(a).eq(skeleton(b))
}

/// Whether a label occurs at most twice, and another one at least five times as often.
fn is_rare(minor: &Label, major: &Label) -> bool {
    minor.counted.count <= 2 && minor.counted.count * 5 <= major.counted.count
}

/// Whether a label is a typo of another: one or two letters differ, but no other characters (`2
/// stars` and `5 stars` are two labels). A different first letter makes another word (`relevant`,
/// `irrelevant`), and so does a single Chinese character.
fn is_typo(a: &str, b: &str) -> bool {
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

/// The maximum count of a sentence that contains a label, or a twentieth of the label's count. More
/// frequent sentences are intended.
const SENTENCES: u64 = 3;
/// The minimum number of words that a sentence has besides the label.
const FURTHER_WORDS: usize = 2;

/// The sentences that are the same around several labels, `The answer is spam` and `The answer is
/// ham`, where nearly all outputs are the labels alone or such a sentence.
fn sentences(labels: &[Label]) -> BTreeSet<String> {
    let normals: Vec<(String, usize)> = labels
        .iter()
        .map(|label| {
            let normal = normal_form(&label.text);
            let words = normal.split(' ').count();
            (normal, words)
        })
        .collect();
    // The words around the longest more frequent label inside, and the label.
    let framed = |(label, (text, words)): (&Label, &(String, usize))| {
        let knowns = labels
            .iter()
            .zip(&normals)
            .filter(|(known, (inner, inner_words))| {
                known.counted.count > label.counted.count
                    && *words >= inner_words + FURTHER_WORDS
                    && place_of(inner, text).is_some()
            });
        let (_, (inner, _)) = knowns.max_by_key(|(_, (inner, _))| inner.len())?;
        let (before, after) = text.split_at_checked(place_of(inner, text)?)?;
        let after = after.strip_prefix(inner.as_str())?;
        Some((format!("{before}\0{after}"), inner.clone()))
    };
    let frames: Vec<Option<(String, String)>> = labels.iter().zip(&normals).map(framed).collect();
    let mut around: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (frame, inner) in frames.iter().flatten() {
        around.entry(frame).or_default().insert(inner);
    }
    let shared = |frame: &Option<(String, String)>| {
        let (frame, _) = frame.as_ref()?;
        let several = around.get(frame.as_str()).is_some_and(|of| of.len() > 1);
        several.then(|| frame.clone())
    };
    let counts = labels.iter().map(|label| label.counted.count as usize);
    let values = frames.iter().map(shared).zip(counts);
    let usual = Majority::convention(values, LEAST, |_, _| true);
    if usual.is_none_or(|usual| usual.value.is_some()) {
        return BTreeSet::new();
    }
    let found = labels.iter().zip(&frames);
    let found = found.filter(|(_, frame)| shared(frame).is_some());
    found.map(|(label, _)| label.text.clone()).collect()
}

/// The count up to which a label is rare. `labels` must be sorted by frequency.
fn rare(labels: &[Label]) -> u64 {
    let median = labels.get(labels.len() / 2);
    1.max(median.map_or(0, |label| label.counted.count) / 50)
}

/// Outputs that are not labels: sentences that contain a more frequent label, and, if labels are
/// frequent, outputs that occur only once.
fn unknown(labels: &[Label]) -> BTreeSet<String> {
    let rare = rare(labels);
    let has_known = labels.iter().any(|label| label.counted.count > rare);
    let words = |text: &str| text.split([' ', '_']).count();
    // A combination or path of labels is a separate label.
    let is_compound = |text: &str| text.contains([',', ';', '>', '/', '|', '+', '&']);
    let is_sentence_around = |label: &Label, known: &Label| {
        let is_sentence = words(&label.text) >= words(&known.text) + FURTHER_WORDS;
        let few = SENTENCES.max(known.counted.count / 20);
        let most = if is_sentence { few } else { rare };
        label.counted.count <= most
            && label.counted.count < known.counted.count
            && !is_compound(&label.text)
            && contains_label(&label.text, &known.text)
    };
    let is_open = has_values(labels, rare);
    let is_value = |label: &Label| is_open && number(&label.text).is_some();
    let is_single = |label: &Label| {
        label.counted.count == 1 && labels.len() >= 3 && has_known && !is_value(label)
    };
    labels
        .iter()
        .filter(|label| {
            is_single(label) || labels.iter().any(|known| is_sentence_around(label, known))
        })
        .map(|label| label.text.clone())
        .collect()
}

/// The greatest number of a rating, and the minimum share of each rating.
const HIGHEST_RATING: f64 = 10.0;
const RATING_SHARE: f64 = 0.05;
/// How many times as often the median label occurs as the same mistake made several times.
const MISTAKE_RATIO: u64 = 10;

/// Whether most labels that occur more often than `rare` are numbers that may have any value, such as
/// years, counts and percentages: not ratings, each of which is frequent, and not the numbers of
/// more classes, which have no gap.
fn has_values(labels: &[Label], rare: u64) -> bool {
    // A few equal mistakes are not a label.
    let median = labels.get(labels.len() / 2);
    let median = median.map_or(0, |label| label.counted.count);
    let is_mistake = |label: &Label| {
        let count = label.counted.count;
        count <= SENTENCES && count * MISTAKE_RATIO <= median
    };
    let known = || {
        let frequent = labels.iter().filter(|label| label.counted.count > rare);
        frequent.filter(|label| !is_mistake(label))
    };
    let numbers = known().filter(|label| number(&label.text).is_some());
    let of: u64 = known().map(|label| label.counted.count).sum();
    let is_rating = |label: &Label| {
        let value = label.text.parse::<f64>();
        value.is_ok_and(|value| value.abs() <= HIGHEST_RATING)
            && label.counted.count as f64 >= RATING_SHARE * of as f64
    };
    let classes: BTreeSet<usize> = known()
        .filter_map(|label| label.text.parse().ok())
        .collect();
    let is_counted = classes.first().is_some_and(|first| *first <= 1)
        && classes.len() == known().count()
        && classes
            .last()
            .zip(classes.first())
            .map(|(last, first)| last - first + 1)
            == Some(classes.len())
        && classes.len() as f64 > HIGHEST_RATING + 1.0;
    numbers.count() * 2 > known().count() && !known().all(is_rating) && !is_counted
}

/// The value of a label that is a number, which may have a unit sign.
fn number(label: &str) -> Option<f64> {
    let digits = label
        .trim_matches(['%', '$', '€', '£', ' '])
        .replace(',', "");
    digits.parse().ok()
}

/// Whether `label` occurs in `text` as whole words, with other words around it.
fn contains_label(text: &str, label: &str) -> bool {
    place_of(&normal_form(label), &normal_form(text)).is_some()
}

/// Where the normal form of a label is in that of a text, as whole words with other words around it.
fn place_of(label: &str, text: &str) -> Option<usize> {
    if text.len() <= label.len() || label.is_empty() {
        return None;
    }
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let is_whole = |(at, found): &(usize, &str)| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|text| text.chars().next());
        edge(before) && edge(after)
    };
    text.match_indices(label).find(is_whole).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::CompactLocation;

    fn set(labels: &[(&str, usize)]) -> Option<LabelSet> {
        let mut counts = OutputCounts::default();
        for (label, times) in labels {
            (0..*times).for_each(|_| counts.add(label, CompactLocation::default));
        }
        LabelSet::infer(&counts, "")
    }

    fn spellings_of(labels: &[(&str, usize)]) -> Vec<(String, String)> {
        set(labels).unwrap().spellings.into_iter().collect()
    }

    #[test]
    fn numbers_that_may_have_any_value_are_not_labels() {
        let unknown = |labels: &[(&str, usize)]| set(labels).unwrap().unknown.len();
        let years = [("1990", 40), ("1991", 40), ("1992", 40), ("1850", 1)];
        assert_eq!(unknown(&years), 0);
        assert_eq!(
            unknown(&[("10%", 40), ("20%", 40), ("30%", 40), ("37%", 1)]),
            0
        );
        assert_eq!(unknown(&[("1", 80), ("2", 40), ("3", 4), ("12", 1)]), 0);
        assert_eq!(unknown(&[("1", 40), ("2", 40), ("3", 40), ("55", 1)]), 1);
        let thrice = [("1", 40), ("2", 40), ("3", 40), ("10", 3), ("55", 1)];
        assert_eq!(unknown(&thrice), 1);
        assert_eq!(
            unknown(&[("yes", 40), ("no", 40), ("maybe", 40), ("7", 1)]),
            1
        );
    }

    #[test]
    fn spellings_of_a_label_are_found() {
        let pairs = spellings_of(&[
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
            spellings_of(&[("card_lost", 40), ("other", 40), ("card lost", 2)]).len(),
            1
        );
        assert_eq!(
            spellings_of(&[("negative", 40), ("positive", 40), ("negativ", 2)]).len(),
            1
        );
        // Cyrillic а.
        assert_eq!(
            spellings_of(&[("spam", 40), ("ham", 40), ("sp\u{430}m", 2)]).len(),
            1
        );
    }

    #[test]
    fn different_labels_are_kept_apart() {
        assert!(spellings_of(&[("2 stars", 40), ("5 stars", 2), ("4 stars", 9)]).is_empty());
        assert!(spellings_of(&[("-1", 40), ("1", 40), ("0", 10)]).is_empty());
        assert!(spellings_of(&[("affect", 40), ("effect", 30)]).is_empty());
        assert!(spellings_of(&[("A", 40), ("A-", 20), ("B+", 20), ("B", 9)]).is_empty());
        assert!(spellings_of(&[("relevant", 60), ("irrelevant", 2)]).is_empty());
        assert!(spellings_of(&[("非常不满意", 60), ("非常满意", 2)]).is_empty());
    }

    #[test]
    fn sentences_are_not_labels() {
        let set = set(&[("spam", 60), ("ham", 60), ("This is spam", 1)]).unwrap();
        assert!(set.unknown.contains("This is spam"));
        assert_eq!(set.meant("This is spam"), Some("spam"));
        assert!(set.is_longer("This is spam") && !set.is_longer("no spam"));
    }

    #[test]
    fn several_labels_in_one_output_are_no_label() {
        let labels = [("positive", 60), ("negative", 60)];
        let with = |more: &[(&str, usize)]| set(&[&labels, more].concat()).unwrap();
        for text in [
            "positive, negative",
            "positive\nnegative",
            "positive positive",
            "label: positive",
        ] {
            let set = with(&[(text, 1)]);
            assert!(
                set.unknown.contains(text) && set.is_made_of_labels(text),
                "{text}"
            );
        }
        let pair = "positive, negative";
        assert!(!with(&[("mixed", 1)]).is_made_of_labels("mixed"));
        assert!(!with(&[("positive tone", 1)]).is_made_of_labels("positive tone"));
        let usual = [(pair, 1), ("negative, positive", 30)];
        assert!(!with(&usual).is_made_of_labels(pair));
    }

    #[test]
    fn a_sentence_around_several_labels_is_none() {
        let labels = [("spam", 45), ("ham", 45)];
        let around = [("The answer is spam", 5), ("The answer is ham", 5)];
        let unknown = |more: &[(&str, usize)]| set(&[&labels, more].concat()).unwrap().unknown;
        assert_eq!(unknown(&around).len(), 2);
        let letters = [
            ("a", 45),
            ("e", 45),
            ("It must be a", 5),
            ("It must be e", 5),
        ];
        assert_eq!(set(&letters).unwrap().unknown.len(), 2);
        // Around one label, or more often, it may be meant.
        assert_eq!(unknown(&[("most likely not spam", 10)]).len(), 0);
        let often = around.map(|(text, count)| (text, count * 4));
        assert_eq!(unknown(&often).len(), 0);
    }

    #[test]
    fn free_text_has_no_labels() {
        let many: Vec<String> = (0..200).map(|n| format!("answer {n}")).collect();
        let many: Vec<(&str, usize)> = many.iter().map(|text| (text.as_str(), 1)).collect();
        assert_eq!(set(&many), None);
    }
}

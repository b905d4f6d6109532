//! Labels worth a second look: those that a linear classifier, trained on the other examples, finds
//! surprising (confident learning, Northcutt et al. 2021).

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::cut::Cut;
use super::inferred::labels::LabelSet;
use super::inferred::outputs::body;
use super::linear::Linear;
use super::ngrams::{Weighted, buckets_of, weighted};
use super::seen::CompactLocation;
use tunelint_layouts::example::Example;

/// The maximum number of labels that are listed.
pub const MOST: usize = 20;
/// Distinct inputs in the sample. In characters, at most `HEAD` of the start of each are kept, and
/// `TAIL` of the end.
const CAPACITY: usize = 10_000;
const HEAD: usize = 512;
const TAIL: usize = 256;
/// The maximum length of a label in the sample, in bytes. Those of a closed set are shorter.
const LONGEST_LABEL: usize = 256;
/// Each example is judged by a classifier that is trained on the other folds.
const FOLDS: u64 = 5;
/// The minimum number of examples in the sample, and of a label.
const ENOUGH: usize = 100;
const ENOUGH_OF_LABEL: usize = 10;
/// The minimum share of labels that the classifier gives right. Below it, the labels depend on
/// more than n-grams, and its surprise means little.
const AGREEMENT: f64 = 2.0 / 3.0;
/// The maximum number of n-grams, which bounds the memory, and of products with the weights of all
/// classes, which bounds the time. Long texts and many labels make the sample smaller.
const MAX_NGRAMS: usize = 1 << 22;
const MAX_PRODUCTS: usize = 1 << 28;
/// The maximum number of weights of a classifier, and of buckets, as powers of two.
const WEIGHT_BITS: u32 = 22;
const BUCKET_BITS: u32 = 16;

/// An input with its output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Labeled {
    spot: CompactLocation,
    input: Cut,
    output: Box<str>,
}

/// A sample of distinct inputs with their outputs, the same in any grouping: those with the smallest
/// hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSample {
    entries: BTreeMap<u64, Labeled>,
}

/// A label that differs from that of similar inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurprisingLabel {
    /// The location of the output.
    pub spot: CompactLocation,
    /// The label.
    pub label: String,
    /// The most probable label.
    pub suggested: String,
}

/// An example in the sample, with the number of its label.
struct Judged {
    spot: CompactLocation,
    fold: u64,
    label: usize,
    text: Weighted,
}

/// What the classifier finds about an example.
#[derive(Clone, Copy, Default)]
struct Verdict {
    /// The probability of its label.
    own: f32,
    /// The most probable other label, and its probability.
    other: usize,
    of_other: f32,
}

impl LabelSample {
    /// Adds an example.
    pub(super) fn observe(&mut self, example: &Example<'_>) {
        let (Some(prompt), Some(output)) = (example.prompt(), example.wanted_output()) else {
            return;
        };
        let label = output.joined();
        let label = label.trim();
        if label.is_empty() || label.len() > LONGEST_LABEL {
            return;
        }
        let input = prompt.joined();
        let key = xxh3_64(input.as_bytes());
        let largest = self.entries.last_key_value();
        let is_beyond = largest.is_some_and(|(largest, _)| key > *largest);
        if self.entries.contains_key(&key) || is_beyond && self.entries.len() >= CAPACITY {
            return;
        }
        let labeled = Labeled {
            spot: CompactLocation::new(&example.record, output.text_span()),
            input: Cut::new(&input, HEAD, TAIL),
            output: label.into(),
        };
        self.entries.insert(key, labeled);
        self.trim();
    }

    /// Adds the sample of other examples.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, labeled) in other.entries {
            match self.entries.get_mut(&key) {
                Some(known) if known.spot <= labeled.spot => {}
                Some(known) => *known = labeled,
                None => {
                    self.entries.insert(key, labeled);
                }
            }
        }
        self.trim();
    }

    /// Adds `by` to the source ids of the locations.
    pub(super) fn renumber_sources(&mut self, by: u32) {
        let entries = self.entries.values_mut();
        entries.for_each(|labeled| labeled.spot.renumber_sources(by));
    }

    fn trim(&mut self) {
        while self.entries.len() > CAPACITY {
            self.entries.pop_last();
        }
    }

    /// The most surprising labels, the most surprising first. `stop` is the stop suffix.
    pub(super) fn surprising(&self, labels: &LabelSet, stop: &str) -> Vec<SurprisingLabel> {
        let names: Vec<&str> = labels.labels.iter().map(|of| of.text.as_str()).collect();
        let buckets = buckets_for(names.len());
        let examples = self.examples(labels, stop, buckets);
        if names.len() < 2 || examples.len() < ENOUGH {
            return Vec::new();
        }
        let verdicts = verdicts(&examples, names.len(), buckets);
        let found = most_surprising(&examples, &verdicts, names.len());
        let name = |label: usize| names.get(label).map(|name| (*name).to_owned());
        let surprising = found.into_iter().filter_map(|(example, suggested)| {
            Some(SurprisingLabel {
                spot: example.spot,
                label: name(example.label)?,
                suggested: name(suggested)?,
            })
        });
        surprising.collect()
    }

    /// The examples with known labels, in the order of their hashes, as far as the bounds allow.
    fn examples(&self, labels: &LabelSet, stop: &str, buckets: u32) -> Vec<Judged> {
        let numbers: BTreeMap<&str, usize> = (labels.labels.iter())
            .enumerate()
            .filter(|(_, of)| !labels.unknown.contains(&of.text))
            .map(|(number, of)| (of.text.as_str(), number))
            .collect();
        let number = |output: &str| {
            let text = body(output, stop);
            let text = labels.spellings.get(text).map_or(text, String::as_str);
            numbers.get(text).copied()
        };
        let most = MAX_NGRAMS.min(MAX_PRODUCTS / labels.labels.len().max(1));
        let mut ngrams = 0;
        let known = self.entries.iter();
        let known = known.filter_map(|(key, of)| Some((*key, of, number(&of.output)?)));
        let known = known.map(|(key, of, label)| (key, of, label, of.buckets(buckets)));
        let known = known.take_while(|(.., found)| {
            ngrams += found.len();
            ngrams <= most
        });
        let mut known: Vec<_> = known.collect();
        let counts = counts(
            known.iter().map(|(_, _, label, _)| *label),
            labels.labels.len(),
        );
        known.retain(|(_, _, label, _)| {
            let count = counts.get(*label).copied();
            count.is_some_and(|count| count >= ENOUGH_OF_LABEL)
        });
        let texts: Vec<&[u32]> = known.iter().map(|(.., found)| found.as_slice()).collect();
        let texts = weighted(&texts, buckets).into_iter();
        let judged = known.iter().zip(texts);
        let judged = judged.map(|((key, of, label, _), text)| Judged {
            spot: of.spot,
            fold: key % FOLDS,
            label: *label,
            text,
        });
        judged.collect()
    }
}

impl Labeled {
    /// The buckets of the n-grams of its input.
    fn buckets(&self, buckets: u32) -> Vec<u32> {
        match self.input.whole() {
            Some(text) => buckets_of(text, buckets),
            None => {
                let both = format!("{} {}", self.input.head(), self.input.tail());
                buckets_of(&both, buckets)
            }
        }
    }
}

/// The number of buckets for a classifier of so many labels.
fn buckets_for(labels: usize) -> u32 {
    let label_bits = labels.max(1).next_power_of_two().ilog2();
    1 << WEIGHT_BITS.saturating_sub(label_bits).min(BUCKET_BITS)
}

/// How often each label occurs.
fn counts(found: impl Iterator<Item = usize>, labels: usize) -> Vec<usize> {
    let mut counts = vec![0; labels];
    for label in found {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    counts
}

/// What the classifier of the other folds finds about each example.
fn verdicts(examples: &[Judged], labels: usize, buckets: u32) -> Vec<Verdict> {
    let of_fold = |fold: u64| {
        let others = examples.iter().filter(|of| of.fold != fold);
        let others = others.map(|of| (&of.text, of.label));
        let model = Linear::trained(labels, buckets, others);
        let mut shares = vec![0.0; labels];
        let judge = |(at, of): (usize, &Judged)| {
            model.probabilities(&of.text, &mut shares);
            (at, Verdict::of(of.label, &shares))
        };
        let held_out = examples.iter().enumerate();
        let held_out = held_out.filter(|(_, of)| of.fold == fold);
        held_out.map(judge).collect::<Vec<_>>()
    };
    let folds: Vec<_> = (0..FOLDS).into_par_iter().map(of_fold).collect();
    let mut verdicts = vec![Verdict::default(); examples.len()];
    for (at, verdict) in folds.into_iter().flatten() {
        if let Some(of) = verdicts.get_mut(at) {
            *of = verdict;
        }
    }
    verdicts
}

impl Verdict {
    fn of(label: usize, shares: &[f32]) -> Self {
        let others = shares.iter().copied().enumerate();
        let others = others.filter(|(of, _)| *of != label);
        let (other, of_other) =
            others.fold(
                (label, 0.0),
                |best, next| {
                    if next.1 > best.1 { next } else { best }
                },
            );
        let own = shares.get(label).copied().unwrap_or(0.0);
        Self {
            own,
            other,
            of_other,
        }
    }

    fn surprise(&self) -> f32 {
        self.of_other - self.own
    }
}

/// The examples whose label is less probable than another one, where that other one is as probable
/// as it is on average where it is the label; each with the other label.
fn most_surprising<'e>(
    examples: &'e [Judged],
    verdicts: &[Verdict],
    labels: usize,
) -> Vec<(&'e Judged, usize)> {
    let judged = || examples.iter().zip(verdicts);
    let agree = judged().filter(|(_, of)| of.own > of.of_other).count();
    if (agree as f64) < AGREEMENT * examples.len() as f64 {
        return Vec::new();
    }
    let counts = counts(examples.iter().map(|of| of.label), labels);
    let mut confidence = vec![0.0_f32; labels];
    for (example, verdict) in judged() {
        if let (Some(of), Some(count)) =
            (confidence.get_mut(example.label), counts.get(example.label))
        {
            *of += verdict.own / *count as f32;
        }
    }
    let is_confident = |of: &Verdict| {
        let usual = confidence.get(of.other);
        of.surprise() > 0.0 && usual.is_some_and(|usual| *usual > 0.0 && of.of_other >= *usual)
    };
    let mut found: Vec<_> = judged().filter(|(_, of)| is_confident(of)).collect();
    found.sort_by(|(a, of_a), (b, of_b)| {
        let by_surprise = of_b.surprise().total_cmp(&of_a.surprise());
        by_surprise.then(a.spot.cmp(&b.spot))
    });
    found.truncate(MOST);
    found
        .into_iter()
        .map(|(of, verdict)| (of, verdict.other))
        .collect()
}

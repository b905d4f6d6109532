//! A sample of the set that is the same however the set was cut, threaded or sharded: what its
//! common form is inferred from.
//!
//! Of all distinct inputs it keeps those with the smallest keys, a key being a hash of the input
//! (bottom-k sampling). The smallest keys of a union are the smallest of the two smallest sets,
//! so merging in any grouping gives the same sketch, and a key that survives was never thrown
//! out of any part, so its count is exact. Up to [`CAPACITY`] distinct inputs the sketch is the
//! whole set; beyond, a share read from it is off by at most 1.5 points (95 %).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::cut::Cut;
use super::section_marker::{self, Event};
use super::seen::Spot;
use super::traits::Traits;
use tunelint_data::text::position::Span;
use tunelint_layouts::example::Example;

/// Distinct inputs that a sketch keeps.
pub const CAPACITY: usize = 4096;
/// Those of them, with the smallest keys, of which the task is read: it costs more, and a share
/// need not be as exact.
const STUDIED: usize = 1024;
/// Characters kept of the start of an input and of a system text.
pub const HEAD: usize = 2048;
/// Characters kept of its end.
pub const TAIL: usize = 512;
/// Characters kept of the start of an output: nearly all that have a structure are shorter.
const OUTPUT_HEAD: usize = 2048;
/// Characters kept of the end of a longer output.
const OUTPUT_TAIL: usize = 128;
const SEED: u64 = 0x7465_6e75;

/// One distinct input, and what was answered where it first stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How many examples have this input.
    pub count: u64,
    /// Where the first of them stands; everything below is read from that one.
    pub spot: Spot,
    /// Which of the sketch's system texts it has.
    system: Option<u64>,
    /// The first prompt.
    pub input: Cut,
    /// The last answer; `None` where the example has none, or one without text.
    pub output: Option<Cut>,
    /// The markers of the whole prompt, in order.
    pub markers: Vec<Event>,
    /// What the whole texts say about the task; known of 1,024 alone.
    pub traits: Option<Traits>,
}

/// The sample.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    entries: BTreeMap<u64, Entry>,
    systems: BTreeMap<u64, Cut>,
}

/// What later batches need not look at, because it cannot change the survey any more. It only
/// saves work: what is gathered is the same without it.
#[derive(Debug)]
pub struct Horizon {
    largest_key: AtomicU64,
    largest_studied: AtomicU64,
    open_labels: AtomicBool,
}

impl Default for Horizon {
    fn default() -> Self {
        Self {
            largest_key: AtomicU64::new(u64::MAX),
            largest_studied: AtomicU64::new(u64::MAX),
            open_labels: AtomicBool::new(false),
        }
    }
}

impl Horizon {
    /// Takes over what is known after a merge.
    pub(super) fn advance(&self, sketch: &Sketch, open_labels: bool) {
        if sketch.entries.len() >= CAPACITY
            && let Some((&key, _)) = sketch.entries.last_key_value()
        {
            self.largest_key.fetch_min(key, Ordering::Relaxed);
        }
        if let Some(&key) = sketch.entries.keys().nth(STUDIED - 1) {
            self.largest_studied.fetch_min(key, Ordering::Relaxed);
        }
        self.open_labels.fetch_or(open_labels, Ordering::Relaxed);
    }

    /// Whether outputs are known to be drawn from no closed set.
    pub(super) fn open_labels(&self) -> bool {
        self.open_labels.load(Ordering::Relaxed)
    }

    fn excludes(&self, key: u64) -> bool {
        key > self.largest_key.load(Ordering::Relaxed)
    }

    fn is_studied(&self, key: u64) -> bool {
        key <= self.largest_studied.load(Ordering::Relaxed)
    }
}

impl Sketch {
    /// Takes one example into account.
    pub fn observe(&mut self, example: &Example<'_>, horizon: &Horizon) {
        let Some(prompt) = example.prompt() else {
            return;
        };
        let input = prompt.joined();
        let system = example.system().map(|turn| turn.joined());
        let system_key = system.as_ref().map(|text| key_of(text, SEED));
        let key = key_of(&input, system_key.unwrap_or(0));
        if horizon.excludes(key) || self.is_beyond(key) {
            return;
        }
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.count += 1;
            return;
        }
        if let (Some(key), Some(text)) = (system_key, &system) {
            let cut = || Cut::new(text, HEAD, TAIL);
            self.systems.entry(key).or_insert_with(cut);
        }
        let answer = example.output().filter(|turn| !turn.texts.is_empty());
        let output = answer.map(|turn| turn.joined());
        let entry = Entry {
            count: 1,
            spot: Spot::new(&example.record, Span::at(0)),
            system: system_key,
            markers: section_marker::events(&input),
            traits: horizon
                .is_studied(key)
                .then(|| Traits::of(example, &input, output.as_deref())),
            output: output.map(|text| Cut::new(&text, OUTPUT_HEAD, OUTPUT_TAIL)),
            input: Cut::new(&input, HEAD, TAIL),
        };
        self.entries.insert(key, entry);
        self.trim();
    }

    /// Adds the sketch of other examples.
    pub fn merge(&mut self, other: Self) {
        for (key, entry) in other.entries {
            if self.is_beyond(key) {
                break;
            }
            self.insert(key, entry);
        }
        for (key, text) in other.systems {
            self.systems.entry(key).or_insert(text);
        }
        self.trim();
    }

    /// Counts the sources of the entries from `by` on.
    pub fn shift(&mut self, by: u32) {
        let entries = self.entries.values_mut();
        entries.for_each(|entry| entry.spot.shift(by));
    }

    /// The distinct inputs, in the order of their keys.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// The distinct inputs of which the task is read, with what they say about it.
    pub fn studied(&self) -> impl Iterator<Item = (&Entry, Traits)> {
        let entries = self.entries.values().take(STUDIED);
        entries.filter_map(|entry| Some((entry, entry.traits?)))
    }

    /// The distinct inputs with their system texts.
    pub fn with_systems(&self) -> impl Iterator<Item = (&Entry, Option<&Cut>)> {
        self.entries.values().map(|entry| {
            let system = entry.system.and_then(|key| self.systems.get(&key));
            (entry, system)
        })
    }

    /// How many distinct inputs it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether every distinct input of the set is in it.
    pub fn is_whole(&self) -> bool {
        self.entries.len() < CAPACITY
    }

    fn is_beyond(&self, key: u64) -> bool {
        self.entries.len() >= CAPACITY
            && self
                .entries
                .last_key_value()
                .is_some_and(|(&largest, _)| key > largest)
    }

    fn insert(&mut self, key: u64, entry: Entry) {
        let Some(known) = self.entries.get_mut(&key) else {
            self.entries.insert(key, entry);
            return;
        };
        let count = known.count + entry.count;
        if entry.spot < known.spot {
            *known = entry;
        }
        known.count = count;
    }

    /// Throws out what is beyond the capacity, and now and then the system texts that nothing
    /// refers to any more.
    fn trim(&mut self) {
        while self.entries.len() > CAPACITY {
            self.entries.pop_last();
        }
        if self.systems.len() > 2 * CAPACITY {
            self.forget_systems();
        }
    }

    /// Forgets what depends on the order in which parts were met: nothing is read from it.
    pub fn settle(&mut self) {
        self.forget_systems();
        self.entries
            .values_mut()
            .skip(STUDIED)
            .for_each(|entry| entry.traits = None);
    }

    /// Keeps only the system texts of the entries.
    fn forget_systems(&mut self) {
        let used: std::collections::BTreeSet<u64> = self
            .entries
            .values()
            .filter_map(|entry| entry.system)
            .collect();
        self.systems.retain(|key, _| used.contains(key));
    }
}

fn key_of(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

//! The sample of distinct inputs that the format is inferred from. It is the same for any batch
//! size, number of threads or sharding.
//!
//! It keeps the distinct inputs with the smallest keys, where a key is a hash of the input
//! (bottom-k sampling). The smallest keys of a union are among the smallest keys of its parts, so
//! merging in any grouping gives the same sketch. A key that survives was never evicted from any
//! part, so its count is exact. Up to [`CAPACITY`] distinct inputs the sketch holds all of them;
//! beyond that, shares of inputs read from it are off by at most 1.5 percentage points (95%
//! confidence), and shares of examples by more where few inputs are most of the examples.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::cut::Cut;
use super::section_marker::{self, Event};
use super::seen::CompactLocation;
use super::traits::{Reuse, Traits, asks_for_summary};
use tunelint_data::text::position::Span;
use tunelint_layouts::example::{Example, Turn};

/// Distinct inputs that a sketch keeps.
pub const CAPACITY: usize = 4096;
/// Entries, with the smallest keys, whose traits are read to infer the task. Traits cost more, and
/// need less precision.
const STUDIED: usize = 512;
/// Characters kept from the start of an input and of a system prompt.
pub const HEAD: usize = 2048;
/// Characters kept from its end.
pub const TAIL: usize = 512;
/// Characters kept from the start of an output. Nearly all structured outputs are shorter.
const OUTPUT_HEAD: usize = 2048;
/// Characters kept from the end of a longer output.
const OUTPUT_TAIL: usize = 128;
const SEED: u64 = 0x7465_6e75;

/// A distinct input, with the output of its first occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SketchEntry {
    /// The number of examples with this input.
    pub count: u64,
    /// The location of the first of them. The fields below are read from that example.
    pub spot: CompactLocation,
    /// The key of its system prompt in the sketch.
    system: Option<u64>,
    /// The first prompt.
    pub input: Cut,
    /// The last output; `None` if the example has none, one without text, or one labeled
    /// undesirable.
    pub output: Option<Cut>,
    /// The section markers of the whole prompt, in order; of a prompt that was not cut, empty before
    /// [`Sketch::find_markers`].
    pub markers: Vec<Event>,
    /// Whether there is more than one user message.
    many_prompts: bool,
    /// What the output takes from the input, if one of them was cut; only kept for the first 512
    /// entries. Of whole texts, it is found in the end, when it is known which entries are the first.
    reuse: Option<Reuse>,
}

impl SketchEntry {
    /// The number of examples with this input, for shares.
    pub fn examples(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    fn traits(&self, system: Option<&Cut>) -> Traits {
        let whole = || {
            let output = self.output.as_ref().map_or(Some(""), Cut::whole)?;
            Some(Reuse::of(self.input.whole()?, output))
        };
        Traits {
            many_prompts: self.many_prompts,
            reuse: self.reuse.or_else(whole).unwrap_or_default(),
            asks_for_summary: asks_for_summary(&self.input, system),
        }
    }
}

/// The sample of distinct inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    entries: BTreeMap<u64, SketchEntry>,
    systems: BTreeMap<u64, Cut>,
}

/// What later batches can skip because it cannot change the survey any more, shared by all threads.
/// It only saves work: the survey is the same without it.
#[derive(Debug)]
pub struct SampleCutoff {
    largest_key: AtomicU64,
    largest_studied: AtomicU64,
    open_labels: AtomicBool,
}

impl Default for SampleCutoff {
    fn default() -> Self {
        Self {
            largest_key: AtomicU64::new(u64::MAX),
            largest_studied: AtomicU64::new(u64::MAX),
            open_labels: AtomicBool::new(false),
        }
    }
}

impl SampleCutoff {
    /// Updates the cutoffs after a merge.
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

    /// Whether the outputs are known not to be labels.
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
    /// Adds one example.
    pub fn observe(&mut self, example: &Example<'_>, cutoff: &SampleCutoff) {
        // A text without messages is compared as a prompt is.
        let is_text = |turn: &&Turn<'_>| example.turns.len() == 1 && !turn.is_blank();
        let text = || example.turns.first().filter(is_text);
        let Some(prompt) = example.prompt().or_else(text) else {
            return;
        };
        let input = prompt.joined();
        let system = example.system().map(|turn| turn.joined());
        let system_key = system
            .as_ref()
            .map(|text| xxh3_64_with_seed(text.as_bytes(), SEED));
        let key = match system_key {
            Some(seed) => xxh3_64_with_seed(input.as_bytes(), seed),
            None => prompt.digest(),
        };
        if cutoff.excludes(key) || self.is_beyond(key) {
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
        let output = example
            .wanted_output()
            .filter(|turn| !turn.texts.is_empty() && !std::ptr::eq(*turn, prompt));
        let output = output.map(|turn| (turn.joined(), turn.chars()));
        let output_cut = output
            .as_ref()
            .map(|(text, chars)| Cut::counted(text, *chars, OUTPUT_HEAD, OUTPUT_TAIL));
        let input_cut = Cut::counted(&input, prompt.chars(), HEAD, TAIL);
        let is_cut = |cut: &Cut| cut.whole().is_none();
        let is_input_cut = is_cut(&input_cut);
        let is_cut = is_input_cut || output_cut.as_ref().is_some_and(is_cut);
        let entry = SketchEntry {
            count: 1,
            spot: CompactLocation::new(&example.record, Span::at(0)),
            system: system_key,
            markers: match is_input_cut {
                true => section_marker::events(&input),
                false => Vec::new(),
            },
            many_prompts: example.prompts().nth(1).is_some(),
            reuse: (is_cut && cutoff.is_studied(key) && self.is_studied(key))
                .then(|| Reuse::of(&input, output.as_ref().map_or("", |(text, _)| text))),
            output: output_cut,
            input: input_cut,
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

    /// Adds `by` to the source ids of the entries.
    pub fn renumber_sources(&mut self, by: u32) {
        let entries = self.entries.values_mut();
        entries.for_each(|entry| entry.spot.renumber_sources(by));
    }

    /// The distinct inputs, in the order of their keys.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &SketchEntry> {
        self.entries.values()
    }

    /// The entries that the task is inferred from, with their traits.
    pub fn studied(&self) -> impl Iterator<Item = (&SketchEntry, Traits)> {
        let entries = self.with_systems().take(STUDIED);
        entries.map(|(entry, system)| (entry, entry.traits(system)))
    }

    /// The distinct inputs with their system prompts.
    pub fn with_systems(&self) -> impl Iterator<Item = (&SketchEntry, Option<&Cut>)> {
        self.entries.values().map(|entry| {
            let system = entry.system.and_then(|key| self.systems.get(&key));
            (entry, system)
        })
    }

    /// The number of distinct inputs in the sketch.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the sketch is empty.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the sketch holds every distinct input of the dataset.
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

    /// Whether an entry of this key would be among those that are studied.
    fn is_studied(&self, key: u64) -> bool {
        let last = self.entries.keys().nth(STUDIED - 1);
        last.is_none_or(|last| key <= *last)
    }

    fn insert(&mut self, key: u64, entry: SketchEntry) {
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

    /// Evicts entries beyond the capacity, and from time to time unused system prompts.
    fn trim(&mut self) {
        while self.entries.len() > CAPACITY {
            self.entries.pop_last();
        }
        if self.systems.len() > 2 * CAPACITY {
            self.drop_unused_systems();
        }
    }

    /// Drops leftovers that depend on the order of merging. Nothing reads them.
    pub fn canonicalize(&mut self) {
        self.drop_unused_systems();
        self.entries
            .values_mut()
            .skip(STUDIED)
            .for_each(|entry| entry.reuse = None);
    }

    /// Finds the section markers of the inputs that were not cut. It is done in the end, since most
    /// entries of a large dataset are evicted before.
    pub fn find_markers(&mut self) {
        for entry in self.entries.values_mut() {
            if let Some(input) = entry.input.whole() {
                entry.markers = section_marker::events(input);
            }
        }
    }

    /// Drops the system prompts that no entry refers to.
    fn drop_unused_systems(&mut self) {
        let used: std::collections::BTreeSet<u64> = self
            .entries
            .values()
            .filter_map(|entry| entry.system)
            .collect();
        self.systems.retain(|key, _| used.contains(key));
    }
}

//! The lengths of outputs that end in the middle of a sentence. Where an earlier model had a limit,
//! many of them have one length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::inferred::outputs::{LONG, ends_in_word};
use super::seen::CompactLocation;
use tunelint_layouts::example::Turn;

/// The greatest length that is counted, in characters; it bounds the memory.
const LONGEST: u64 = 65_535;
/// The minimum number of outputs of one length.
const FEWEST: u64 = 10;
/// The lengths on each side that are compared, and how many times as many outputs the length must
/// have as they have on average.
const NEAR: u32 = 10;
const TIMES: u64 = 10;
/// The minimum number of different last words. Outputs from one template have the same.
const FEWEST_ENDS: u32 = 5;

/// The unit of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// Words between spaces.
    Words,
}

/// The outputs of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Outputs {
    count: u64,
    first: CompactLocation,
    /// A bit for each last word, by its hash.
    ends: u64,
}

/// How many outputs that end in the middle of a sentence have each length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedLengths {
    by_chars: BTreeMap<u32, Outputs>,
    by_words: BTreeMap<u32, Outputs>,
}

/// A length that many unfinished outputs have, and no other length near it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wall {
    /// The length.
    pub length: u64,
    /// Its unit.
    pub unit: Unit,
    /// The number of outputs of this length.
    pub count: u64,
    /// The number of unfinished outputs of any length.
    pub of: u64,
    /// The first of them.
    pub first: CompactLocation,
}

impl UnfinishedLengths {
    /// Counts an output of `chars` characters if it is long and ends in the middle of a sentence.
    pub fn add(&mut self, output: &Turn<'_>, chars: u64, spot: impl FnOnce() -> CompactLocation) {
        let Some(text) = output.texts.last().map(|text| text.as_str()) else {
            return;
        };
        if !(LONG..=LONGEST).contains(&chars) || !ends_in_word(text) {
            return;
        }
        let last = text.split_whitespace().next_back().unwrap_or_default();
        let outputs = Outputs {
            count: 1,
            first: spot(),
            ends: 1 << (xxh3_64(last.as_bytes()) % 64),
        };
        let words = output.texts.iter();
        let words = words.map(|text| text.as_str().split_whitespace().count());
        let words = words.sum::<usize>() as u32;
        add(&mut self.by_chars, chars as u32, outputs);
        add(&mut self.by_words, words, outputs);
    }

    /// Adds the lengths of other examples.
    pub fn merge(&mut self, other: Self) {
        for (length, outputs) in other.by_chars {
            add(&mut self.by_chars, length, outputs);
        }
        for (length, outputs) in other.by_words {
            add(&mut self.by_words, length, outputs);
        }
    }

    /// Adds `by` to the source ids of the first outputs.
    pub fn renumber_sources(&mut self, by: u32) {
        let outputs = self.by_chars.values_mut().chain(self.by_words.values_mut());
        outputs.for_each(|outputs| outputs.first.renumber_sources(by));
    }

    /// The length that most of the outputs have, if it stands out.
    pub fn wall(&self) -> Option<Wall> {
        let chars = wall_of(&self.by_chars, Unit::Characters);
        let words = wall_of(&self.by_words, Unit::Words);
        // Of equal counts, the last one is taken.
        words.into_iter().chain(chars).max_by_key(|wall| wall.count)
    }
}

fn add(lengths: &mut BTreeMap<u32, Outputs>, length: u32, more: Outputs) {
    let known = lengths.entry(length).or_insert(Outputs {
        count: 0,
        ends: 0,
        ..more
    });
    known.count += more.count;
    known.ends |= more.ends;
    known.first = known.first.min(more.first);
}

fn wall_of(lengths: &BTreeMap<u32, Outputs>, unit: Unit) -> Option<Wall> {
    let stands_out = |(length, outputs): &(&u32, &Outputs)| {
        let near = lengths.range(length.saturating_sub(NEAR)..=length.saturating_add(NEAR));
        let near: u64 = near.map(|(_, outputs)| outputs.count).sum();
        let others = near - outputs.count;
        outputs.count >= FEWEST
            && outputs.ends.count_ones() >= FEWEST_ENDS
            && outputs.count * u64::from(2 * NEAR) >= TIMES * others
    };
    let walls = lengths.iter().filter(stands_out);
    let (length, outputs) = walls.max_by_key(|(_, outputs)| outputs.count)?;
    Some(Wall {
        length: u64::from(*length),
        unit,
        count: outputs.count,
        of: lengths.values().map(|outputs| outputs.count).sum(),
        first: outputs.first,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(counts: &[(u32, u64)], ends: u64) -> BTreeMap<u32, Outputs> {
        let outputs = |count| Outputs {
            count,
            first: CompactLocation::default(),
            ends,
        };
        let counts = counts.iter();
        counts
            .map(|(length, count)| (*length, outputs(*count)))
            .collect()
    }

    #[test]
    fn a_length_that_stands_out_is_a_wall() {
        let wall = |counts: &[(u32, u64)], ends| {
            let wall = wall_of(&lengths(counts, ends), Unit::Words)?;
            Some((wall.length, wall.count, wall.of))
        };
        let few = [(195, 2), (200, 30), (204, 1), (260, 3)];
        assert_eq!(wall(&few, 0x1f), Some((200, 30, 36)));
        assert_eq!(wall(&few, 1), None);
        let spread: Vec<(u32, u64)> = (180..220).map(|length| (length, 15)).collect();
        assert_eq!(wall(&spread, 0x1f), None);
        assert_eq!(wall(&[(200, 9)], 0x1f), None);
    }
}

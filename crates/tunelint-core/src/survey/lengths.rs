//! The lengths of texts: exact quantiles up to 127, within 1 % beyond, in a fixed size.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Spot;

/// Counts of lengths, and the places of the longest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    buckets: BTreeMap<u16, u64>,
    total: u64,
    longest: Vec<(u64, Spot)>,
}

/// How many of the longest keep their place.
pub const LONGEST: usize = 32;
/// Bits of a length that are kept: 128 steps for each doubling.
const PRECISION: u32 = 7;

impl Lengths {
    /// Takes one length into account; `spot` runs only if it is among the longest.
    pub fn add(&mut self, length: u64, spot: impl FnOnce() -> Spot) {
        *self.buckets.entry(bucket(length)).or_default() += 1;
        self.total += 1;
        let shortest = self.longest.last().map_or(0, |(length, _)| *length);
        if self.longest.len() < LONGEST || length > shortest {
            self.insert((length, spot()));
        }
    }

    /// Adds the lengths of the examples that follow.
    pub fn merge(&mut self, other: Self) {
        for (bucket, count) in other.buckets {
            *self.buckets.entry(bucket).or_default() += count;
        }
        self.total += other.total;
        other
            .longest
            .into_iter()
            .for_each(|entry| self.insert(entry));
    }

    /// Counts the sources of the longest from `by` on.
    pub fn shift(&mut self, by: u32) {
        self.longest.iter_mut().for_each(|(_, spot)| spot.shift(by));
    }

    /// How many lengths there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The length that `share` of all do not exceed; 0 if there is none.
    pub fn quantile(&self, share: f64) -> u64 {
        let rank = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut below = 0;
        for (&bucket, &count) in &self.buckets {
            below += count;
            if below >= rank {
                return bucket_floor(bucket);
            }
        }
        0
    }

    /// The longest, with their places; of equal ones the first.
    pub fn longest(&self) -> &[(u64, Spot)] {
        &self.longest
    }

    fn insert(&mut self, entry: (u64, Spot)) {
        let order = |(length, spot): &(u64, Spot)| (std::cmp::Reverse(*length), *spot);
        let at = self
            .longest
            .partition_point(|known| order(known) <= order(&entry));
        self.longest.insert(at, entry);
        self.longest.truncate(LONGEST);
    }
}

fn bucket(length: u64) -> u16 {
    let shift = (u64::BITS - length.leading_zeros()).saturating_sub(PRECISION);
    ((shift as u16) << PRECISION) | (length >> shift) as u16
}

fn bucket_floor(bucket: u16) -> u64 {
    let shift = bucket >> PRECISION;
    u64::from(bucket & ((1 << PRECISION) - 1)) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_close() {
        let mut lengths = Lengths::default();
        (1..=10_000).for_each(|length| lengths.add(length, Spot::default));
        for (share, exact) in [(0.25, 2500.0), (0.5, 5000.0), (0.75, 7500.0)] {
            assert!((lengths.quantile(share) as f64 / exact - 1.0).abs() < 0.016);
        }
        assert_eq!(lengths.longest().first().unwrap().0, 10_000);
    }

    #[test]
    fn buckets_are_ordered() {
        let mut last = 0;
        for length in (0..100_000).step_by(7) {
            assert!(bucket(length) >= last && bucket_floor(bucket(length)) <= length);
            last = bucket(length);
        }
    }
}

//! The distribution of text lengths in constant memory. Quantiles are exact up to 127, and within
//! 1% beyond.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::seen::CompactLocation;

/// A histogram of lengths, with the locations of the longest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    buckets: BTreeMap<u16, u64>,
    total: u64,
    longest: Vec<(u64, CompactLocation)>,
}

/// A range of lengths, and the number of lengths in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// The lower end, inclusive.
    pub from: u64,
    /// The upper end, inclusive; `None` if the range is open.
    pub to: Option<u64>,
    /// The number of lengths in it.
    pub count: u64,
}

/// The number of longest texts whose location is kept.
pub const LONGEST: usize = 32;
/// Significant bits of a bucket: 128 buckets per doubling.
const PRECISION: u32 = 7;

impl Lengths {
    /// Adds one length. `spot` runs only if it is among the longest so far.
    pub fn add(&mut self, length: u64, spot: impl FnOnce() -> CompactLocation) {
        *self.buckets.entry(bucket(length)).or_default() += 1;
        self.total += 1;
        let shortest = self.longest.last().map_or(0, |(length, _)| *length);
        if self.longest.len() < LONGEST || length > shortest {
            self.insert((length, spot()));
        }
    }

    /// Adds the lengths of later examples.
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

    /// Adds `by` to the source ids of the longest.
    pub fn renumber_sources(&mut self, by: u32) {
        self.longest
            .iter_mut()
            .for_each(|(_, spot)| spot.renumber_sources(by));
    }

    /// The number of lengths.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The quantile at `share` (0 to 1); 0 if there are no lengths.
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

    /// The longest, in descending order, with their locations. Ties go to the first.
    pub fn longest(&self) -> &[(u64, CompactLocation)] {
        &self.longest
    }

    /// A histogram of at most `most` ranges of equal, round width. The last range also holds the
    /// lengths above the 97% quantile.
    pub fn bins(&self, most: u64) -> Vec<Bin> {
        let Some((&shortest, _)) = self.buckets.first_key_value() else {
            return Vec::new();
        };
        let (low, high) = (bucket_floor(shortest), self.quantile(0.97));
        // Rounding the start down may add one range.
        let width = round_width((high - low + 1).div_ceil(most.max(2) - 1));
        let start = low / width * width;
        let ranges = (high - start) / width + 1;
        let longest = self.longest.first().map_or(0, |(length, _)| *length);
        let mut bins: Vec<Bin> = (0..ranges)
            .map(|at| start + at * width)
            .map(|from| (from, from.saturating_add(width - 1)))
            .map(|(from, to)| Bin {
                from,
                to: Some(to),
                count: 0,
            })
            .collect();
        for (&bucket, count) in &self.buckets {
            let at = ((bucket_floor(bucket) - start) / width).min(ranges - 1);
            if let Some(bin) = bins.get_mut(at as usize) {
                bin.count += count;
            }
        }
        if let Some(last) = bins.last_mut().filter(|last| last.to < Some(longest)) {
            last.to = None;
        }
        bins
    }

    fn insert(&mut self, entry: (u64, CompactLocation)) {
        let order = |(length, spot): &(u64, CompactLocation)| (std::cmp::Reverse(*length), *spot);
        let at = self
            .longest
            .partition_point(|known| order(known) <= order(&entry));
        self.longest.insert(at, entry);
        self.longest.truncate(LONGEST);
    }
}

/// Rounds up to 1, 2, 5, 10, 20, 50, …
fn round_width(width: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for round in [unit, unit.saturating_mul(2), unit.saturating_mul(5)] {
            if round >= width {
                return round;
            }
        }
        unit = unit.saturating_mul(10);
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
    fn quantiles_are_within_one_percent() {
        let mut lengths = Lengths::default();
        (1..=10_000).for_each(|length| lengths.add(length, CompactLocation::default));
        for (share, exact) in [(0.25, 2500.0), (0.5, 5000.0), (0.75, 7500.0)] {
            assert!((lengths.quantile(share) as f64 / exact - 1.0).abs() < 0.016);
        }
        assert_eq!(lengths.longest().first().unwrap().0, 10_000);
    }

    #[test]
    fn bins_hold_every_length_once() {
        let mut lengths = Lengths::default();
        (30..90).for_each(|length| lengths.add(length, CompactLocation::default));
        lengths.add(70_000, CompactLocation::default);
        let bins = lengths.bins(8);
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 61);
        let first = Bin {
            from: 30,
            to: Some(39),
            count: 10,
        };
        let last = Bin {
            from: 80,
            to: None,
            count: 11,
        };
        assert_eq!((bins.first(), bins.last()), (Some(&first), Some(&last)));
        assert!(Lengths::default().bins(8).is_empty());
    }

    #[test]
    fn a_single_length_is_one_bin() {
        let mut lengths = Lengths::default();
        lengths.add(0, CompactLocation::default);
        assert_eq!(lengths.bins(8).len(), 1);
        let mut longest = Lengths::default();
        longest.add(u64::MAX, CompactLocation::default);
        assert_eq!(longest.bins(8).len(), 1);
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

//! The distribution of lengths, for a histogram.

use serde::Serialize;
use tunelint_rules::survey::{Bin, Lengths};

/// The number of bins of a histogram.
pub(super) const BINS: u64 = 10;

/// The lengths of texts in characters, or of sequences in tokens.
#[derive(Serialize)]
pub struct Distribution {
    /// The median.
    pub median: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The longest.
    pub longest: u64,
    /// The record of the longest.
    pub longest_record: Option<u64>,
    /// A histogram.
    pub bins: Vec<Bin>,
}

impl Distribution {
    pub(super) fn of(lengths: &Lengths) -> Self {
        let longest = lengths.longest().first();
        Self {
            median: lengths.quantile(0.5),
            p90: lengths.quantile(0.9),
            longest: longest.map_or(0, |(length, _)| *length),
            longest_record: longest.map(|(_, spot)| spot.record()),
            bins: lengths.bins(BINS),
        }
    }
}

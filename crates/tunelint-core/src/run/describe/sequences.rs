//! The part of the statistics about sequences: their lengths, what fits, what packs.

use std::sync::Arc;

use serde::Serialize;
use tunelint_layouts::provider::profile::Profile;
use tunelint_rules::survey::Bin;

use super::distribution::{BINS, Distribution};
use super::targets::percent;
use crate::run::sequences::{SequenceStats, TokenCounts};

/// The lengths that models are usually trained with.
const LENGTHS: [u64; 7] = [512, 1024, 2048, 4096, 8192, 16_384, 32_768];

/// The sequences of a source. All lengths are in tokens of the model.
#[derive(Serialize)]
pub struct SequenceRow {
    /// Their number.
    pub count: u64,
    /// Examples that the template or the tokenizer fails at.
    pub failed: u64,
    /// Examples that no single sequence is made of, such as preferences.
    pub skipped: u64,
    /// All tokens: those of an epoch.
    pub tokens: u64,
    /// The tokens that are trained on.
    pub trained: u64,
    /// Their share in percent.
    pub trained_percent: f64,
    /// Sequences whose answers are not known; they are not in `parts`.
    pub undivided: u64,
    /// The lengths.
    pub lengths: Distribution,
    /// The lengths of the parts.
    pub parts: Vec<PartRow>,
    /// The smallest length that keeps 99 of 100 sequences whole.
    pub length_for_99_percent: u64,
    /// The number of sequences in a step, in `lengths_of_training`.
    pub batch_size: u64,
    /// What fits into the usual lengths.
    pub lengths_of_training: Vec<LengthRow>,
}

/// A part of the sequences.
#[derive(Serialize)]
pub struct PartRow {
    /// `prompt`, `reasoning` or `answer`.
    pub part: &'static str,
    /// All its tokens.
    pub tokens: u64,
    /// The median.
    pub median: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The longest.
    pub longest: u64,
}

/// Training with one length.
#[derive(Serialize)]
pub struct LengthRow {
    /// The length.
    pub max_length: u64,
    /// The share of sequences that are kept whole, in percent.
    pub whole_percent: f64,
    /// The steps of an epoch without packing.
    pub steps: u64,
    /// The packs of this length.
    pub packs: u64,
    /// The steps of an epoch with packing.
    pub packed_steps: u64,
    /// The share of the packs that stays empty, in percent.
    pub waste_percent: f64,
}

impl SequenceRow {
    /// The row of a source with these targets.
    pub(super) fn new(stats: &SequenceStats, targets: &[Arc<Profile>]) -> Self {
        let tokens = stats.all.tokens();
        let batch_size = batch_size(targets);
        let longest = stats.all.quantile(1.0);
        // One length in which everything fits is enough.
        let mut is_enough = false;
        let lengths = LENGTHS.into_iter().take_while(|length| {
            let before = is_enough;
            is_enough = *length >= longest;
            !before
        });
        let parts = [
            ("prompt", &stats.prompts),
            ("reasoning", &stats.reasoning),
            ("answer", &stats.answers),
        ];
        let parts = parts.into_iter().filter(|(_, of)| of.count() > 0);
        Self {
            count: stats.all.count(),
            failed: stats.failed,
            skipped: stats.skipped,
            tokens,
            trained: stats.trained,
            trained_percent: percent(stats.trained, tokens),
            undivided: stats.undivided,
            lengths: distribution(stats),
            parts: parts.map(|(part, of)| PartRow::new(part, of)).collect(),
            length_for_99_percent: stats.all.quantile(0.99),
            batch_size,
            lengths_of_training: lengths
                .map(|length| LengthRow::new(&stats.all, length, batch_size))
                .collect(),
        }
    }
}

/// The default batch size of the first target that has one.
fn batch_size(targets: &[Arc<Profile>]) -> u64 {
    const USUAL: u64 = 8;
    let default = |target: &Arc<Profile>| target.hyperparameters.get("batch-size")?.default;
    let default = targets.iter().find_map(default);
    default.map_or(USUAL, |size| size.max(1.0) as u64)
}

impl PartRow {
    fn new(part: &'static str, of: &TokenCounts) -> Self {
        Self {
            part,
            tokens: of.tokens(),
            median: of.quantile(0.5),
            p90: of.quantile(0.9),
            longest: of.quantile(1.0),
        }
    }
}

impl LengthRow {
    fn new(all: &TokenCounts, length: u64, batch_size: u64) -> Self {
        let packing = all.packed(length);
        let room = packing.packs * length;
        Self {
            max_length: length,
            whole_percent: percent(all.within(length), all.count()),
            steps: all.count().div_ceil(batch_size),
            packs: packing.packs,
            packed_steps: packing.packs.div_ceil(batch_size),
            waste_percent: percent(room - packing.tokens.min(room), room),
        }
    }
}

/// The lengths with a histogram of equally wide bins.
fn distribution(stats: &SequenceStats) -> Distribution {
    let all = &stats.all;
    let longest = all.quantile(1.0);
    let width = (longest + 1).div_ceil(BINS).max(1);
    let bins = (0..BINS).map(|number| {
        let (from, to) = (number * width, (number + 1) * width - 1);
        let before = from.checked_sub(1).map_or(0, |end| all.within(end));
        Bin {
            from,
            to: Some(to),
            count: all.within(to) - before,
        }
    });
    Distribution {
        median: all.quantile(0.5),
        p90: all.quantile(0.9),
        longest,
        longest_record: stats.longest.map(|(_, record)| record),
        bins: bins.filter(|bin| bin.from <= longest).collect(),
    }
}

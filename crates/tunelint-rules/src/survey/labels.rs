//! Counts of distinct outputs, as long as there are few. Labels are inferred from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::seen::CompactLocation;

/// The maximum number of distinct outputs. With more, counting stops.
pub const MOST: usize = 1_000;
/// The maximum length of a label, in bytes.
pub const LONGEST_LABEL: usize = 1_024;

/// The count of a distinct output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The number of examples with this output.
    pub count: u64,
    /// The location of the first of them.
    pub first: CompactLocation,
}

/// Counts of distinct outputs. The caller trims whitespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputCounts {
    counts: BTreeMap<Box<str>, Counted>,
    /// The number of outputs that are too long to be labels.
    long: u64,
    open: bool,
}

impl OutputCounts {
    /// Counts one output. `spot` runs only for a new one.
    pub fn add(&mut self, output: &str, spot: impl FnOnce() -> CompactLocation) {
        if self.open {
            return;
        }
        if output.len() > LONGEST_LABEL {
            self.long += 1;
            return;
        }
        if let Some(known) = self.counts.get_mut(output) {
            known.count += 1;
            return;
        }
        let counted = Counted {
            count: 1,
            first: spot(),
        };
        self.counts.insert(output.into(), counted);
        self.stop_if_full();
    }

    /// Adds the counts of other examples.
    pub fn merge(&mut self, other: Self) {
        if self.open || other.open {
            self.open_up();
            return;
        }
        self.long += other.long;
        for (output, more) in other.counts {
            let known = self
                .counts
                .entry(output)
                .or_insert(Counted { count: 0, ..more });
            known.count += more.count;
            known.first = known.first.min(more.first);
        }
        self.stop_if_full();
    }

    /// Adds `by` to the source ids of the locations.
    pub fn renumber_sources(&mut self, by: u32) {
        let counted = self.counts.values_mut();
        counted.for_each(|counted| counted.first.renumber_sources(by));
    }

    /// The distinct outputs with their counts, in byte order; empty if there were too many.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Counted)> {
        self.counts
            .iter()
            .map(|(output, counted)| (&**output, *counted))
    }

    /// Whether there were too many distinct outputs to count.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The number of outputs that were too long to be labels.
    pub fn long(&self) -> u64 {
        self.long
    }

    /// Stops counting: there are too many distinct outputs, here or in another batch.
    pub(super) fn open_up(&mut self) {
        *self = Self {
            open: true,
            ..Self::default()
        };
    }

    fn stop_if_full(&mut self) {
        if self.counts.len() > MOST {
            self.open_up();
        }
    }
}

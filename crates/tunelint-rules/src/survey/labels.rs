//! How often each output occurs, as long as there are few: a closed set of labels shows itself
//! in the counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::seen::Spot;

/// Distinct outputs that are counted; a set with more is open.
pub const MOST: usize = 1_000;
/// Bytes of an output from which on it is no label.
pub const LONGEST_LABEL: usize = 1_024;

/// One distinct output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// How many examples have it.
    pub count: u64,
    /// Where the first of them stands.
    pub first: Spot,
}

/// Counts of outputs, trimmed of white space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputCounts {
    counts: BTreeMap<Box<str>, Counted>,
    /// Outputs that are too long to be labels.
    long: u64,
    open: bool,
}

impl OutputCounts {
    /// Counts one output; `spot` runs only for one that was not met before.
    pub fn add(&mut self, output: &str, spot: impl FnOnce() -> Spot) {
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
        self.close_if_full();
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
        self.close_if_full();
    }

    /// Counts the sources of the first places from `by` on.
    pub fn shift(&mut self, by: u32) {
        let counted = self.counts.values_mut();
        counted.for_each(|counted| counted.first.shift(by));
    }

    /// The distinct outputs with their counts, bytewise; nothing where there are too many.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Counted)> {
        self.counts
            .iter()
            .map(|(output, counted)| (&**output, *counted))
    }

    /// Whether there are more distinct outputs than are counted.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// How many outputs were too long to be labels.
    pub fn long(&self) -> u64 {
        self.long
    }

    /// Says that the set is open: somebody else has seen too many.
    pub(super) fn open_up(&mut self) {
        *self = Self {
            open: true,
            ..Self::default()
        };
    }

    fn close_if_full(&mut self) {
        if self.counts.len() > MOST {
            self.open_up();
        }
    }
}

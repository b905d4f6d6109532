//! What most of a set have in common, and how many that are.

use std::collections::BTreeMap;

/// A value, and how many of those looked at have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Majority<T> {
    /// What they have in common.
    pub value: T,
    /// How many have it.
    pub holders: usize,
    /// Of how many.
    pub of: usize,
}

impl<T: Ord> Majority<T> {
    /// The most frequent of `values`; of equally frequent ones the largest.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::Majority;
    /// let most = Majority::among([1, 2, 2, 3]).unwrap();
    /// assert_eq!((most.value, most.holders, most.of), (2, 2, 4));
    /// ```
    pub fn among(values: impl IntoIterator<Item = T>) -> Option<Self> {
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
        let of = counts.values().sum();
        let largest = counts
            .into_iter()
            .max_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        largest.map(|(value, holders)| Self { value, holders, of })
    }
}

impl<T> Majority<T> {
    /// The share that has it, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.holders as f64 / self.of.max(1) as f64
    }

    /// It, if at least `least` were looked at and `share` of them have it.
    pub fn when(self, least: usize, share: f64) -> Option<Self> {
        (self.of >= least && self.share() >= share).then_some(self)
    }

    /// The share as messages give it, cut so that only all are 100 %: `98.3 %`.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::Majority;
    /// let of = |holders, of| Majority { value: (), holders, of }.percent();
    /// assert_eq!((of(59, 60), of(9_999, 10_000), of(3, 3)), ("98.3 %".into(), "99.9 %".into(), "100 %".into()));
    /// ```
    pub fn percent(&self) -> String {
        let tenths = self.holders * 1000 / self.of.max(1);
        match tenths % 10 {
            0 => format!("{} %", tenths / 10),
            tenth => format!("{}.{tenth} %", tenths / 10),
        }
    }
}

//! The most frequent of several values, with its share.

use std::collections::BTreeMap;

/// The most frequent value, and how many items have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Majority<T> {
    /// The value.
    pub value: T,
    /// The number of items with this value.
    pub holders: usize,
    /// The number of all items.
    pub of: usize,
}

impl<T: Ord> Majority<T> {
    /// The most frequent of `values`; `None` if there are none. Ties go to the largest.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::Majority;
    /// let most = Majority::among([1, 2, 2, 3]).unwrap();
    /// assert_eq!((most.value, most.holders, most.of), (2, 2, 4));
    /// ```
    pub fn among(values: impl IntoIterator<Item = T>) -> Option<Self> {
        Self::weighted(values.into_iter().map(|value| (value, 1)))
    }

    /// The same of values that each count several times.
    pub fn weighted(values: impl IntoIterator<Item = (T, usize)>) -> Option<Self> {
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for (value, weight) in values {
            *counts.entry(value).or_default() += weight;
        }
        let of = counts.values().sum();
        let largest = counts
            .into_iter()
            .max_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        largest.map(|(value, holders)| Self { value, holders, of })
    }
}

impl<T> Majority<T> {
    /// The share of items with this value, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.holders as f64 / self.of.max(1) as f64
    }

    /// This majority, if there are at least `least` items and at least `share` of them have the value.
    pub fn when(self, least: usize, share: f64) -> Option<Self> {
        (self.of >= least && self.share() >= share).then_some(self)
    }

    /// The share for messages, such as `98.3%`. Rounded down, so that only all items are 100%.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::Majority;
    /// let of = |holders, of| Majority { value: (), holders, of }.percent();
    /// assert_eq!((of(59, 60), of(9_999, 10_000), of(3, 3)), ("98.3%".into(), "99.9%".into(), "100%".into()));
    /// ```
    pub fn percent(&self) -> String {
        let tenths = self.holders * 1000 / self.of.max(1);
        match tenths % 10 {
            0 => format!("{}%", tenths / 10),
            tenth => format!("{}.{tenth}%", tenths / 10),
        }
    }
}

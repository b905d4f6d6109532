//! The most frequent of several values, with its share.

use std::collections::BTreeMap;

/// The minimum share of a value that is nearly all.
pub const NEARLY_ALL: f64 = 0.95;
/// The number of items with other values that are few in any dataset from which something is inferred.
const FEW: usize = 2;
/// The minimum share of a value from which the others are exceptions, whatever they are.
pub const NEARLY_UNIVERSAL: f64 = 0.98;
/// The minimum share of a value among near ones: see [`Majority::convention`].
pub const AMONG_NEAR: f64 = 0.85;
/// The maximum number of near values. More of them show that the value varies.
const MAX_NEAR: usize = 2;

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
        Self::most_frequent(counted(values))
    }

    fn most_frequent(counts: BTreeMap<T, usize>) -> Option<Self> {
        let of = counts.values().sum();
        let largest = counts
            .into_iter()
            .max_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        largest.map(|(value, holders)| Self { value, holders, of })
    }

    /// The value that nearly all of at least `least` items have, or that most have where the others
    /// are variants of it: at most two further values, each `near` to the most frequent. Such a
    /// minority is one mistake made often, not content that varies. Values that are not near count
    /// against the convention as ever.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::Majority;
    /// let near = |usual: &u8, other: &u8| usual.abs_diff(*other) == 1;
    /// let usual = |values: &[(u8, usize)]| Some(Majority::convention(values.to_vec(), 20, near)?.value);
    /// assert_eq!(usual(&[(5, 96), (9, 4)]), Some(5));
    /// assert_eq!(usual(&[(5, 88), (6, 10), (9, 2)]), Some(5));
    /// assert_eq!(usual(&[(5, 88), (9, 12)]), None);
    /// ```
    pub fn convention(
        values: impl IntoIterator<Item = (T, usize)>,
        least: usize,
        near: impl Fn(&T, &T) -> bool,
    ) -> Option<Self> {
        let counts = counted(values);
        let of: usize = counts.values().sum();
        let (usual, holders) = counts.iter().max_by_key(|(_, count)| **count)?;
        let others = counts.iter().filter(|(value, _)| *value != usual);
        let (variants, strays): (Vec<_>, Vec<_>) =
            others.partition(|(value, _)| near(usual, value));
        let strays: usize = strays.iter().map(|(_, count)| **count).sum();
        let is_nearly_all = *holders as f64 >= NEARLY_ALL * of as f64;
        let is_few = strays as f64 <= (1.0 - NEARLY_ALL) * of as f64;
        let holds = is_nearly_all || is_few && variants.len() <= MAX_NEAR;
        Self::most_frequent(counts)
            .filter(|_| holds)?
            .when(least, AMONG_NEAR)
    }
}

/// How often each value occurs.
fn counted<T: Ord>(values: impl IntoIterator<Item = (T, usize)>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for (value, weight) in values {
        *counts.entry(value).or_default() += weight;
    }
    counts
}

impl<T> Majority<T> {
    /// The share of items with this value, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.holders as f64 / self.of.max(1) as f64
    }

    /// Whether nearly all items have the value, in a small dataset all but a few: a damaged form of it is
    /// a mistake.
    pub fn is_nearly_all(&self) -> bool {
        self.share() >= NEARLY_ALL || self.of - self.holders <= FEW
    }

    /// Whether so many items have the value, in a small dataset all but one, that anything else is an
    /// exception.
    pub fn is_nearly_universal(&self) -> bool {
        self.share() >= NEARLY_UNIVERSAL || self.of - self.holders <= 1
    }

    /// The items without the value.
    pub fn rest(&self) -> Majority<()> {
        Majority {
            value: (),
            holders: self.of - self.holders,
            of: self.of,
        }
    }

    /// The same share without the value.
    pub fn bare(&self) -> Majority<()> {
        Majority {
            value: (),
            holders: self.holders,
            of: self.of,
        }
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

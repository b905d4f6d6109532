//! Counts the occurrences of names, of which there may be very many.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A file with more names than this has data in place of names.
pub const MOST: usize = 200;

/// The number of occurrences of each name, and the first place. Beyond [`MOST`] names, the first in
/// order are kept individually and the others are added up, so the result does not depend on the
/// order of counting.
///
/// ```
/// use tunelint_data::text::name_counts::NameCounts;
/// let mut counts = NameCounts::default();
/// counts.add("id", 1, || 17);
/// counts.add("id", 2, || 99);
/// assert_eq!((counts.names["id"].count, counts.names["id"].first), (3, 17));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameCounts<P> {
    /// The names that are kept.
    pub names: BTreeMap<String, NamedCount<P>>,
    /// The occurrences of all other names.
    pub further: u64,
}

/// The count of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCount<P> {
    /// The number of occurrences.
    pub count: u64,
    /// The first occurrence.
    pub first: P,
}

impl<P> Default for NameCounts<P> {
    fn default() -> Self {
        Self {
            names: BTreeMap::new(),
            further: 0,
        }
    }
}

impl<P> NameCounts<P> {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Adds `count` occurrences of `name`; `first` gives the place if the name is new and kept.
    pub fn add(&mut self, name: &str, count: u64, first: impl FnOnce() -> P) {
        if let Some(known) = self.names.get_mut(name) {
            known.count += count;
            return;
        }
        let last = self.names.last_key_value().map(|(last, _)| last.as_str());
        if self.names.len() >= MOST && last.is_some_and(|last| name > last) {
            self.further += count;
            return;
        }
        let first = first();
        self.names
            .insert(name.to_owned(), NamedCount { count, first });
        if self.names.len() > MOST {
            self.further += self.names.pop_last().map_or(0, |(_, last)| last.count);
        }
    }

    /// Adds the counts of what follows.
    pub fn merge(&mut self, behind: Self) {
        for (name, NamedCount { count, first }) in behind.names {
            self.add(&name, count, || first);
        }
        self.further += behind.further;
    }
}

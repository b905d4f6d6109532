//! How often each of very many names occurs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// More names than this are data, not names.
pub const MOST: usize = 200;

/// How often each name occurs, and where first. Of more than [`MOST`], the first in order are told
/// one by one and all others together: so what is kept does not depend on what is met first.
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
    pub names: BTreeMap<String, Counted<P>>,
    /// How often any other name occurs.
    pub further: u64,
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted<P> {
    /// How often it occurs.
    pub count: u64,
    /// Where it occurs first.
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

    /// Counts `name` so many times more; `first` says where, if it is kept and was not known.
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
        self.names.insert(name.to_owned(), Counted { count, first });
        if self.names.len() > MOST {
            self.further += self.names.pop_last().map_or(0, |(_, last)| last.count);
        }
    }

    /// Adds what was counted behind this.
    pub fn merge(&mut self, behind: Self) {
        for (name, Counted { count, first }) in behind.names {
            self.add(&name, count, || first);
        }
        self.further += behind.further;
    }
}

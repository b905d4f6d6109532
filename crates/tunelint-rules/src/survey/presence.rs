//! How many records have a field and how many do not, for rules that want it in all or in none.

use serde::{Deserialize, Serialize};
use tunelint_data::text::position::Location;

/// The number of records with and without a field.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Presence {
    /// Records that have it.
    pub with: u64,
    /// Records that do not.
    pub without: u64,
    /// The first record, or field, of those that have it.
    pub first_with: Option<Location>,
    /// The first record of those that do not.
    pub first_without: Option<Location>,
}

impl Presence {
    /// Counts a record; `locate` gives its place, or that of the field.
    pub fn add(&mut self, is_there: bool, locate: impl FnOnce() -> Location) {
        let (count, first) = match is_there {
            true => (&mut self.with, &mut self.first_with),
            false => (&mut self.without, &mut self.first_without),
        };
        *count += 1;
        first.get_or_insert_with(locate);
    }

    /// Adds the records that follow.
    pub fn merge(&mut self, from: Self) {
        self.with += from.with;
        self.without += from.without;
        self.first_with = self.first_with.take().or(from.first_with);
        self.first_without = self.first_without.take().or(from.first_without);
    }

    /// Shifts the numbers of the sources, where shards are merged.
    pub fn renumber_sources(&mut self, by: u32) {
        let places = [&mut self.first_with, &mut self.first_without];
        places
            .into_iter()
            .flatten()
            .for_each(|place| place.source.0 += by);
    }
}

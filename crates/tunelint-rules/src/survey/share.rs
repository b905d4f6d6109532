//! The share of items with a property, and the places of the first: for rules whose severity or
//! message depends on how common something is.

use serde::{Deserialize, Serialize};

use tunelint_data::record::Record;
use tunelint_data::text::position::{Location, Span};
use tunelint_data::text::printable::grouped;

/// The number of places kept.
pub const PLACES: usize = 1000;

/// A share, and the places of the first items that count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share<T = ()> {
    /// The number of items checked.
    pub all: u64,
    /// The number of those with the property.
    pub have: u64,
    /// The first [`PLACES`] locations, each with a note for its finding.
    pub places: Vec<(Location, T)>,
}

impl<T> Share<T> {
    /// Counts an item with the property. `note` runs only if the place is kept. The caller counts
    /// `all`.
    pub fn add(&mut self, record: &Record<'_>, span: Span, note: impl FnOnce() -> T) {
        self.have += 1;
        if self.places.len() < PLACES {
            self.places.push((record.locate(span), note()));
        }
    }

    /// Adds the share of later examples.
    pub fn merge(&mut self, other: Self) {
        self.all += other.all;
        self.have += other.have;
        let room = PLACES - self.places.len();
        self.places.extend(other.places.into_iter().take(room));
    }

    /// Adds `by` to the source ids of the places.
    pub fn renumber_sources(&mut self, by: u32) {
        let places = self.places.iter_mut();
        places.for_each(|(location, _)| location.source.0 += by);
    }

    /// Whether at least `percent` percent of the items have the property.
    pub fn is_at_least(&self, percent: u64) -> bool {
        self.all > 0 && self.have * 100 >= self.all * percent
    }

    /// The end of a message: the number of items whose place was not kept, or nothing.
    pub fn more(&self) -> String {
        match self.have - self.places.len() as u64 {
            0 => String::new(),
            more => format!("; {} more not listed", grouped(more)),
        }
    }
}

//! How many of a set have something, and where it was seen first: for rules whose judgement
//! depends on how common a thing is.

use serde::{Deserialize, Serialize};

use tunelint_data::record::Record;
use tunelint_data::text::position::{Location, Span};
use tunelint_data::text::printable::grouped;

/// Places that are remembered.
pub const PLACES: usize = 1000;

/// A count with its whole, and the first places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share<T = ()> {
    /// How many were looked at.
    pub all: u64,
    /// How many of them have it.
    pub have: u64,
    /// Where the first of those stand, each with what a rule wants to say of it.
    pub places: Vec<(Location, T)>,
}

impl<T> Share<T> {
    /// Takes one that has it into account; `note` runs only if its place is remembered.
    pub fn add(&mut self, record: &Record<'_>, span: Span, note: impl FnOnce() -> T) {
        self.have += 1;
        if self.places.len() < PLACES {
            self.places.push((record.locate(span), note()));
        }
    }

    /// Adds what was seen after it.
    pub fn merge(&mut self, other: Self) {
        self.all += other.all;
        self.have += other.have;
        let room = PLACES - self.places.len();
        self.places.extend(other.places.into_iter().take(room));
    }

    /// Counts the sources of the places from `by` on.
    pub fn shift(&mut self, by: u32) {
        let places = self.places.iter_mut();
        places.for_each(|(location, _)| location.source.0 += by);
    }

    /// Whether at least `percent` of all have it.
    pub fn is_at_least(&self, percent: u64) -> bool {
        self.all > 0 && self.have * 100 >= self.all * percent
    }

    /// How many have it without being remembered, as the end of a message.
    pub fn more(&self) -> String {
        match self.have - self.places.len() as u64 {
            0 => String::new(),
            more => format!("; {} more are not listed", grouped(more)),
        }
    }
}

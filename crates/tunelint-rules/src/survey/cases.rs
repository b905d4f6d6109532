//! Findings of one kind, gathered: how many there are, and where the first are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunelint_data::record::Record;
use tunelint_data::text::position::{Location, Span};
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::Message;

/// The number of records kept of a kind.
const RECORDS: usize = 3;

/// What rules report once for each kind `K`, with a note about the first. The number of kinds must not
/// grow with the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasesByKind<K: Ord, N = ()> {
    /// The number of examples looked at.
    pub all: u64,
    kinds: BTreeMap<K, Cases<N>>,
}

/// The examples of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cases<N = ()> {
    /// Their number.
    pub count: u64,
    /// The place in the first.
    pub place: Location,
    /// What is noted about it.
    pub note: N,
    /// The first records; the places in them are not kept.
    pub records: Vec<Location>,
}

impl<K: Ord, N> Default for CasesByKind<K, N> {
    fn default() -> Self {
        Self {
            all: 0,
            kinds: BTreeMap::new(),
        }
    }
}

impl<K: Ord, N> CasesByKind<K, N> {
    /// Adds an example of a kind. `first` gives the place and the note, and runs only for the first
    /// that is added.
    pub fn add(&mut self, kind: K, record: &Record<'_>, first: impl FnOnce() -> (Span, N)) {
        match self.kinds.get_mut(&kind) {
            Some(cases) => {
                cases.count += 1;
                if cases.records.len() < RECORDS {
                    cases.records.push(record.locate(Span::at(0)));
                }
            }
            None => {
                let (span, note) = first();
                let cases = Cases {
                    count: 1,
                    place: record.locate(span),
                    note,
                    records: vec![record.locate(Span::at(0))],
                };
                self.kinds.insert(kind, cases);
            }
        }
    }

    /// Adds the cases of the examples that follow.
    pub fn merge(&mut self, other: Self) {
        self.all += other.all;
        for (kind, from) in other.kinds {
            match self.kinds.get_mut(&kind) {
                Some(into) => {
                    into.count += from.count;
                    into.records.extend(from.records);
                    into.records.truncate(RECORDS);
                }
                None => drop(self.kinds.insert(kind, from)),
            }
        }
    }

    /// Adds `by` to the source ids of all places.
    pub fn renumber_sources(&mut self, by: u32) {
        for cases in self.kinds.values_mut() {
            let places = std::iter::once(&mut cases.place).chain(&mut cases.records);
            places.for_each(|place| place.source.0 += by);
        }
    }

    /// The cases of each kind, in the order of the kinds.
    pub fn into_kinds(self) -> impl Iterator<Item = (K, Cases<N>)> {
        self.kinds.into_iter()
    }
}

impl<N> Cases<N> {
    /// Adds the further records to the message of a finding.
    pub fn related(&self, message: Message, label: &str) -> Message {
        let others = self.records.iter().skip(1);
        others.fold(message, |message, place| {
            message.related(label, place.clone())
        })
    }

    /// `in 3 of 20 examples`; nothing if it is the only example.
    pub fn share(&self, all: u64) -> String {
        match (self.count, all) {
            (1, 1) => String::new(),
            (count, all) if count == all => format!(" in all {} examples", grouped(all)),
            (count, all) => format!(" in {} of {} examples", grouped(count), grouped(all)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::record;

    fn cases(records: std::ops::Range<u64>) -> CasesByKind<char, u64> {
        let mut cases = CasesByKind {
            all: records.end - records.start,
            ..CasesByKind::default()
        };
        for number in records {
            let kind = if number % 3 == 0 { 'a' } else { 'b' };
            cases.add(kind, &record(number), || (Span::new(1, 2), number));
        }
        cases
    }

    #[test]
    fn where_the_data_is_cut_changes_nothing() {
        let whole = cases(0..20);
        for cut in 0..=20 {
            let mut merged = cases(0..cut);
            merged.merge(cases(cut..20));
            assert_eq!(merged, whole, "{cut}");
        }
        let kinds: Vec<_> = whole.into_kinds().collect();
        let counts = kinds
            .iter()
            .map(|(kind, of)| (*kind, of.count, of.note, of.records.len()));
        assert_eq!(
            counts.collect::<Vec<_>>(),
            [('a', 7, 0, 3), ('b', 13, 1, 3)]
        );
        assert_eq!(kinds[0].1.share(20), " in 7 of 20 examples");
        assert_eq!(kinds[0].1.share(7), " in all 7 examples");
    }
}

//! `--worst`: the records that fail, then the longest.

use std::cmp::Reverse;

use crate::report::render::RenderedRecord;

/// The worst records so far.
pub(super) struct Worst {
    number: usize,
    records: Vec<RenderedRecord>,
}

impl Worst {
    /// At most `number` records.
    pub(super) fn new(number: usize) -> Self {
        let records = Vec::new();
        Self { number, records }
    }

    /// Adds a record.
    pub(super) fn add(&mut self, record: RenderedRecord) {
        self.records.push(record);
        // Sorted seldom, so that the work stays linear in the records.
        if self.records.len() >= self.number.saturating_mul(2).max(64) {
            self.shorten();
        }
    }

    /// The worst, first.
    pub(super) fn into_records(mut self) -> Vec<RenderedRecord> {
        self.shorten();
        self.records
    }

    fn shorten(&mut self) {
        self.records.sort_by_key(|record| Reverse(record.badness()));
        self.records.truncate(self.number);
    }
}

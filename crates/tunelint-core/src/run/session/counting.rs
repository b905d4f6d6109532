//! Wraps an observer: remembers the findings that it accepts.

use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::atomic::{AtomicU64, Ordering};

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::{Counts, Finding};

use crate::run::lint::Observer;

/// Findings that the observer accepted, by source: one for all of the same impact.
pub(super) type AcceptedFindings = BTreeMap<SourceId, Vec<Finding>>;

/// An observer that remembers the findings that the inner observer accepts. The linter has already
/// counted these, so the caller must [`withdraw`](Self::withdraw) them from its counts.
pub(super) struct Counting<'o> {
    observer: &'o mut dyn Observer,
    meter: &'o AtomicU64,
    pub(super) accepted: AcceptedFindings,
    /// Whether the inner observer ended the run: distinguishes its errors from read errors.
    pub(super) failed: bool,
}

impl<'o> Counting<'o> {
    pub(super) fn new(observer: &'o mut dyn Observer, meter: &'o AtomicU64) -> Self {
        Self {
            observer,
            meter,
            accepted: AcceptedFindings::new(),
            failed: false,
        }
    }

    pub(super) fn withdraw(&mut self, source: SourceId, counts: &mut Counts) {
        withdraw(&mut self.accepted, source, counts);
    }
}

/// Moves the accepted findings of a source from its findings to its suppressed findings.
pub(super) fn withdraw(accepted: &mut AcceptedFindings, source: SourceId, counts: &mut Counts) {
    for finding in accepted.remove(&source).unwrap_or_default() {
        counts.accept(&finding);
    }
}

/// Whether two findings are counted together.
fn have_one_impact(one: &Finding, next: &Finding) -> bool {
    one.rule == next.rule
        && one.severity == next.severity
        && one.consequence == next.consequence
        && one.targets == next.targets
        && one.parts == next.parts
}

impl Observer for Counting<'_> {
    fn folds(&self) -> bool {
        self.observer.folds()
    }

    fn folded(&mut self, rule: &'static str, source: SourceId, records: RangeInclusive<u64>) {
        self.observer.folded(rule, source, records);
    }

    fn accepted(&mut self, finding: &Finding) -> u64 {
        let number = self.observer.accepted(finding);
        if number == 0 {
            return 0;
        }
        let known = self.accepted.entry(finding.location.source).or_default();
        match known
            .iter_mut()
            .find(|known| have_one_impact(known, finding))
        {
            Some(known) => known.count += number,
            None => known.push(Finding {
                count: number,
                ..finding.clone()
            }),
        }
        number
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        let passed_on = self.observer.finding(finding);
        self.failed |= passed_on.is_err();
        passed_on
    }

    fn progress(&mut self, _: u64) -> ControlFlow<()> {
        // The meter counts bytes on disk, which for a compressed file are fewer than those checked.
        let flow = self
            .observer
            .progress(self.meter.swap(0, Ordering::Relaxed));
        self.failed |= flow.is_break();
        flow
    }
}

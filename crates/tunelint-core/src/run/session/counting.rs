//! Findings on their way to the observer: counted by target, and held back where it accepts them.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::{Counts, Finding};

use super::targets::TargetCounts;
use crate::run::lint::Observer;

/// Findings that were accepted before, by their sources.
pub(super) type AcceptedFindings = BTreeMap<SourceId, Vec<Finding>>;

/// Counts findings by target on their way to the observer, and holds back what it accepts.
pub(super) struct Counting<'o> {
    observer: &'o mut dyn Observer,
    targets: &'o mut TargetCounts,
    meter: &'o AtomicU64,
    pub(super) accepted: AcceptedFindings,
    /// Whether the observer ended the run.
    pub(super) failed: bool,
}

impl<'o> Counting<'o> {
    pub(super) fn new(
        observer: &'o mut dyn Observer,
        targets: &'o mut TargetCounts,
        meter: &'o AtomicU64,
    ) -> Self {
        Self {
            observer,
            targets,
            meter,
            accepted: AcceptedFindings::new(),
            failed: false,
        }
    }

    pub(super) fn withdraw(&mut self, source: SourceId, counts: &mut Counts) {
        withdraw(&mut self.accepted, source, counts);
    }
}

/// Takes what was accepted out of the counts of a source.
pub(super) fn withdraw(accepted: &mut AcceptedFindings, source: SourceId, counts: &mut Counts) {
    for finding in accepted.remove(&source).unwrap_or_default() {
        counts.accept(finding.rule, finding.severity);
    }
}

impl Observer for Counting<'_> {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        if self.observer.accepts(&finding) {
            let source = finding.location.source;
            self.accepted.entry(source).or_default().push(finding);
            return Ok(());
        }
        self.targets.add(&finding);
        let passed_on = self.observer.finding(finding);
        self.failed |= passed_on.is_err();
        passed_on
    }

    fn progress(&mut self, _: u64) -> ControlFlow<()> {
        // What was read of a packed file is less than what was checked.
        let flow = self
            .observer
            .progress(self.meter.swap(0, Ordering::Relaxed));
        self.failed |= flow.is_break();
        flow
    }
}

//! The most severe findings of a run, for formats with a limit on findings.

use tunelint_core::finding::{Finding, Severity};

/// Keeps the first findings of each severity.
#[derive(Debug)]
pub(super) struct Worst {
    limit: usize,
    kept: [Vec<Finding>; Severity::ALL.len()],
}

impl Worst {
    /// Keeps at most `limit` findings of each severity.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: Default::default(),
        }
    }

    /// Adds a finding, unless the limit of its severity is reached.
    pub(super) fn push(&mut self, finding: &Finding) {
        let of = Severity::ALL.iter().zip(&mut self.kept);
        for (_, kept) in of.filter(|(severity, _)| **severity == finding.severity) {
            if kept.len() < self.limit {
                kept.push(finding.clone());
            }
        }
    }

    /// The kept findings: errors first, and in the order of the run within a severity.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().flatten()
    }
}

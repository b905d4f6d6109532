//! The gravest findings of a run, for formats that take only so many.

use tunelint_core::finding::{Finding, Severity};

/// Keeps the first findings of each severity.
#[derive(Debug)]
pub(super) struct Worst {
    limit: usize,
    kept: [Vec<Finding>; Severity::ALL.len()],
}

impl Worst {
    /// At most `limit` of each severity.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: Default::default(),
        }
    }

    /// Takes the next finding in.
    pub(super) fn push(&mut self, finding: &Finding) {
        let of = Severity::ALL.iter().zip(&mut self.kept);
        for (_, kept) in of.filter(|(severity, _)| **severity == finding.severity) {
            if kept.len() < self.limit {
                kept.push(finding.clone());
            }
        }
    }

    /// What was kept: errors first, each severity in the order of the run.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().flatten()
    }
}

//! Collects the fixes that the options allow, by source.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tunelint_core::finding::{Applicability, Finding};
use tunelint_core::fix::FixRequest;
use tunelint_core::position::SourceId;
use tunelint_core::totals::{SourceSummary, Summary};

use crate::cli::Fixes;
use crate::report::Report;

/// A report that collects fixes instead of printing findings.
pub(super) struct FixCollector {
    pub(super) fixes: Fixes,
    pub(super) requests: Arc<Mutex<BTreeMap<SourceId, FixRequest>>>,
}

impl Report for FixCollector {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let allowed = |of: Applicability| match of {
            Applicability::Safe => self.fixes.fix || self.fixes.unsafe_fixes,
            Applicability::Unsafe => self.fixes.unsafe_fixes,
            Applicability::DropsRecord => self.fixes.drop_records,
        };
        if finding
            .fix
            .as_ref()
            .is_some_and(|fix| allowed(fix.applicability))
        {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            requests
                .entry(finding.location.source)
                .or_default()
                .add(finding);
        }
        Ok(())
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}

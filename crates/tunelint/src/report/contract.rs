//! The interface of a report.

use std::io;

use tunelint_core::finding::Finding;
use tunelint_core::totals::{SourceSummary, Summary};

/// A report that is being written.
///
/// [`source`](Self::source) is called before the findings of a source, and [`finish`](Self::finish)
/// once at the end. Dataset-wide findings follow after the last source, so a finding need not
/// belong to the source that was started last. Errors of any method end the run.
pub trait Report {
    /// Starts a source. Only its path and targets are set; its totals are in the summary.
    fn source(&mut self, source: &SourceSummary) -> io::Result<()>;
    /// Adds a finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Writes the totals and flushes the output.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// The destination of a report.
pub type Out<'w> = Box<dyn io::Write + Send + 'w>;

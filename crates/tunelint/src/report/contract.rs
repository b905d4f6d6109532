//! What a report is.

use std::io;

use tunelint_core::finding::Finding;
use tunelint_core::totals::{SourceSummary, Summary};

/// A report that is being written. Per source, [`Report::source`] is called before the findings of
/// that source; [`Report::finish`] is called once, at the end.
pub trait Report {
    /// Starts a source. Its totals are not known yet.
    fn source(&mut self, source: &SourceSummary) -> io::Result<()>;
    /// Adds a finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Ends the report.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// The destination of a report.
pub type Out<'w> = Box<dyn io::Write + Send + 'w>;

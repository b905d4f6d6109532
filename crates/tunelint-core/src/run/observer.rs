//! Receives the findings of a check.

use std::io;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::PathBuf;

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::Finding;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::reader::OpenError;

/// Receives the findings of a run, source by source, and can end the run. Implemented by closures
/// that take a [`Finding`].
///
/// The methods are called one at a time, though not always on the same thread, and in the same
/// order whatever the number of threads. Dataset-wide findings follow after the last source.
pub trait Observer: Send {
    /// A source is about to be checked. Of its summary, only path and targets are set.
    ///
    /// # Errors
    /// An error ends the run and is returned from it.
    fn source(&mut self, _source: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    /// A finding that is neither suppressed nor accepted. How many of each rule are passed on
    /// depends on [`Policy::keep`](tunelint_layouts::finding::Policy::keep); the totals are always exact.
    ///
    /// # Errors
    /// An error ends the run and is returned from it.
    fn finding(&mut self, finding: Finding) -> io::Result<()>;

    /// Whether findings of one cause in nearly every record are passed on as one. Not if each is
    /// needed, to be fixed or compared.
    fn folds(&self) -> bool {
        true
    }

    /// Findings of `rule` about these records of `source` are not passed on, because the one that is
    /// passed on when the source ends stands for them. With
    /// [`Keep::All`](tunelint_layouts::finding::Keep::All), called for every such record.
    fn folded(&mut self, _rule: &'static str, _source: SourceId, _records: RangeInclusive<u64>) {}

    /// How many of the findings that one stands for were accepted before, for example in a baseline.
    /// Called once for each finding, before any are folded; accepted ones count as suppressed, and a
    /// finding of which none is left is not passed on.
    fn accepted(&mut self, _finding: &Finding) -> u64 {
        0
    }

    /// A file could not be read, or not completely. The run continues with the next one.
    fn unreadable(&mut self, _error: &SourceError) {}

    /// `bytes` more bytes were read, as stored on disk: for a compressed file, the compressed size.
    /// Called after each batch. `Break` ends the run with [`io::ErrorKind::Interrupted`].
    fn progress(&mut self, _bytes: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(Finding) -> io::Result<()> + Send> Observer for F {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self(finding)
    }
}

/// Why a file could not be read, or not completely.
#[derive(Debug)]
pub enum SourceError {
    /// It cannot be opened with the given options.
    Open(PathBuf, OpenError),
    /// Reading failed.
    Read(PathBuf, io::Error),
    /// This many records of a validation or production file are not valid examples, so that they
    /// were not compared.
    Unread(PathBuf, u64),
}

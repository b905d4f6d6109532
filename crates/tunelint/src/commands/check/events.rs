//! Forwards the events of a session to the reports, standard error and the progress bar.

use std::io;
use std::ops::ControlFlow;

use tunelint_core::finding::Finding;
use tunelint_core::printable::{counted, printable_path};
use tunelint_core::session::{Observer, SourceError};
use tunelint_core::totals::{SourceSummary, Summary};

use super::output::Reports;
use crate::exit::Failure;
use crate::host::Stop;
use crate::progress::Progress;
use crate::reading;

/// An observer that forwards findings to the reports.
pub(super) struct Events {
    pub(super) reports: Reports,
    progress: Progress,
    /// Whether errors about unreadable files are not printed.
    silent: bool,
    /// The files that could not be read.
    pub(super) unread: Vec<Failure>,
    stop: Stop,
}

impl Events {
    /// An observer that writes to `reports` and advances `progress`.
    pub(super) fn new(reports: Reports, progress: Progress) -> Self {
        Self {
            reports,
            progress,
            silent: false,
            unread: Vec::new(),
            stop: Stop::default(),
        }
    }

    /// The same without a progress bar and without errors about unreadable files, for runs before
    /// the reported one.
    pub(super) fn silent(reports: Reports) -> Self {
        Self {
            silent: true,
            ..Self::new(reports, Progress::default())
        }
    }

    /// The same for a run that ends when `stop` is set.
    pub(super) fn until(self, stop: &Stop) -> Self {
        let stop = stop.clone();
        Self { stop, ..self }
    }

    /// The reports, to be finished with `summary`, to which the files that could not be read are
    /// added. Removes the progress bar.
    pub(super) fn into_reports(self, summary: &mut Summary) -> Reports {
        summary
            .unread
            .extend(self.unread.iter().map(Failure::unread));
        self.reports
    }
}

impl Observer for Events {
    fn source(&mut self, source: &SourceSummary) -> io::Result<()> {
        self.reports.source(source)
    }

    fn folds(&self) -> bool {
        self.reports.fold()
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self.reports.finding(&finding)
    }

    fn accepted(&mut self, finding: &Finding) -> u64 {
        self.reports.accepted(finding)
    }

    fn unreadable(&mut self, error: &SourceError) {
        let failure = failure(error);
        if !self.silent {
            failure.print();
        }
        self.unread.push(failure);
    }

    fn progress(&mut self, bytes: u64) -> ControlFlow<()> {
        self.progress.add(bytes);
        match self.stop.is_set() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// The message for a file that could not be read.
pub(super) fn failure(error: &SourceError) -> Failure {
    match error {
        SourceError::Open(path, error) => reading::not_opened(path, error).about(path),
        SourceError::Read(path, error) => {
            Failure::io("read", &printable_path(path), error).about(path)
        }
        SourceError::Unread(path, records) => {
            let (shown, records) = (printable_path(path), counted(*records, "record"));
            Failure::new(format!("{records} of {shown} not compared: unreadable"))
                .help(format!("run `tunelint check {shown}` to see why"))
                .about(path)
        }
    }
}

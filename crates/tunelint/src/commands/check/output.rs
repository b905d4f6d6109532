//! The reports of one run: one on standard output, the others in files.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tunelint_core::finding::{Finding, Keep, Severity};
use tunelint_core::printable::printable_path;
use tunelint_core::source::Input;
use tunelint_core::totals::{SourceSummary, Summary};

use super::accepting::Accepted;
use super::report_option::{format_and_path, report_paths};
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::report::{self, Format, Report, SourceName, Style};
use crate::staged::{StagedFile, same_file, same_output};
use crate::stdout::Stdout;

/// All reports of a run, which receive the same findings, and the baselines that withhold some.
pub(super) struct Reports {
    reports: Vec<Box<dyn Report + Send>>,
    files: Vec<ReportFile>,
    accepted: Accepted,
    /// Whether findings of one cause are printed as one.
    fold: bool,
}

/// A report in a file. The file is replaced only when the report is complete.
struct ReportFile {
    path: PathBuf,
    staged: Shared,
}

/// A staged file shared by the report that writes to it and by [`Reports`], which commits it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<StagedFile>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            Some(file) => file.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The number of findings that the reports need.
pub(super) fn keep(options: &CheckOptions) -> Result<Keep, Failure> {
    most(options, Format::keep)
}

/// The number of findings of each rule that the reports show with an excerpt.
pub(super) fn excerpts(options: &CheckOptions) -> Result<usize, Failure> {
    most(options, Format::excerpts)
}

/// The highest demand of any report.
fn most<T: Ord>(options: &CheckOptions, of: fn(Format, bool) -> T) -> Result<T, Failure> {
    let mut most = of(options.format, options.show_all);
    for text in &options.report {
        most = most.max(of(format_and_path(text)?.0, options.show_all));
    }
    Ok(most)
}

impl Reports {
    /// Opens all reports; `open` creates the one on standard output. `inputs` are those of
    /// [`Session::inputs`](tunelint_core::session::Session::inputs).
    pub(super) fn open(
        options: &CheckOptions,
        inputs: &[Input],
        fail_on: Option<Severity>,
        rule_url: Option<String>,
        open: impl report::Opens,
    ) -> Result<Self, Failure> {
        let directory = std::env::current_dir().unwrap_or_default();
        let names: Vec<SourceName> = inputs
            .iter()
            .map(|input| SourceName::of(input, &directory))
            .collect();
        let style = |color| Style {
            color,
            quiet: options.quiet,
            show_all: options.show_all,
            statistics: options.statistics,
            fail_on,
            names: names.clone(),
            rule_url: rule_url.clone(),
            links: color && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        };
        let out = BufWriter::with_capacity(64 * 1024, Stdout::default());
        let style_here = style(options.color.is_on());
        let mut reports = vec![open(options.format, style_here, Box::new(out))];
        let mut files = Vec::new();
        for text in &options.report {
            let (format, path) = format_and_path(text)?;
            let staged = StagedFile::create(&path)
                .map_err(|error| Failure::io("write", &printable_path(&path), &error))?;
            let shared = Shared(Arc::new(Mutex::new(Some(staged))));
            reports.push(report::open(format, style(false), Box::new(shared.clone())));
            files.push(ReportFile {
                path,
                staged: shared,
            });
        }
        Ok(Self {
            reports,
            files,
            accepted: Accepted::default(),
            fold: true,
        })
    }

    /// Only `report`, for runs that collect every finding instead of printing them.
    pub(super) fn only(report: Box<dyn Report + Send>) -> Self {
        Self {
            reports: vec![report],
            files: Vec::new(),
            accepted: Accepted::default(),
            fold: false,
        }
    }

    /// Whether findings of one cause are printed as one.
    pub(super) fn fold(&self) -> bool {
        self.fold
    }

    /// The same, without the findings that a baseline accepts.
    pub(super) fn with_baselines(mut self, accepted: Accepted) -> Self {
        self.accepted = accepted;
        self
    }

    /// How many of the findings that one stands for a baseline accepts. Must be called once per
    /// finding: each entry of a baseline is used up.
    pub(super) fn accepted(&mut self, finding: &Finding) -> u64 {
        self.accepted.takes(finding)
    }

    pub(super) fn source(&mut self, source: &SourceSummary) -> io::Result<()> {
        self.reports
            .iter_mut()
            .try_for_each(|report| report.source(source))
    }

    pub(super) fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.reports
            .iter_mut()
            .try_for_each(|report| report.finding(finding))
    }

    /// Completes all reports, then moves those in files to their final paths.
    pub(super) fn finish(self, summary: &Summary) -> Result<(), Failure> {
        for mut report in self.reports {
            report.finish(summary).map_err(failed)?;
        }
        for ReportFile { path, staged } in self.files {
            let staged = staged
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            let commit = staged.map_or(Ok(()), |staged| staged.commit(true));
            commit.map_err(|error| Failure::io("write", &printable_path(&path), &error))?;
        }
        Ok(())
    }
}

/// Rejects outputs that would overwrite an input (`read`: data, settings, baselines) or each other.
pub(super) fn refuse_inputs(options: &CheckOptions, read: &[PathBuf]) -> Result<(), Failure> {
    let mut written: Vec<PathBuf> = options.part.iter().cloned().collect();
    written.extend(report_paths(options)?);
    for (index, path) in written.iter().enumerate() {
        let shown = printable_path(path);
        if read.iter().any(|input| same_file(input, path)) {
            return Err(Failure::new(format!("{shown} is an input of this check"))
                .help("choose another path for the output"));
        }
        if written
            .iter()
            .skip(index + 1)
            .any(|other| same_output(other, path))
        {
            return Err(
                Failure::new(format!("two outputs have the same path: {shown}"))
                    .help("choose a different path for each"),
            );
        }
    }
    Ok(())
}

/// A report that could not be written.
pub(super) fn failed(error: io::Error) -> Failure {
    Failure::io("write", "the report", &error)
}

//! The reports of one run: one to standard output, others into files.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tunelint_core::finding::{Finding, Keep, Severity};
use tunelint_core::printable::printable_path;
use tunelint_core::totals::{SourceSummary, Summary};

use clap::ValueEnum;

use super::accepting::Accepted;
use crate::cli::{CheckOptions, Color};
use crate::exit::Failure;
use crate::names;
use crate::report::{self, Format, Report, SourceName, Style};
use crate::staged::{StagedFile, same_file};

/// Every report of a run.
pub(super) struct Reports {
    reports: Vec<Box<dyn Report + Send>>,
    files: Vec<ReportFile>,
    accepted: Accepted,
}

/// A report that goes into a file, complete or not at all.
struct ReportFile {
    path: PathBuf,
    staged: Shared,
}

/// A staged file that a report writes to while it is kept for committing.
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

/// Standard output; whoever reads it may stop reading at any time.
struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            outcome => outcome,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }
}

/// How many findings the reports need.
pub(super) fn keep(options: &CheckOptions) -> Result<Keep, Failure> {
    most(options, Format::keep)
}

/// How many findings of each rule the reports show with an excerpt.
pub(super) fn excerpts(options: &CheckOptions) -> Result<usize, Failure> {
    most(options, Format::excerpts)
}

/// The most that any of the reports asks for.
fn most<T: Ord>(options: &CheckOptions, of: fn(Format) -> T) -> Result<T, Failure> {
    let mut most = of(options.format);
    for text in &options.report {
        most = most.max(of(format_and_path(text)?.0));
    }
    Ok(most)
}

fn format_and_path(text: &str) -> Result<(Format, PathBuf), Failure> {
    let usage = || {
        Failure::new(format!("invalid report `{text}`"))
            .help("write FORMAT=PATH, for example json=report.json")
    };
    let (format, path) = text.split_once('=').ok_or_else(usage)?;
    let format = <Format as clap::ValueEnum>::from_str(format, false).map_err(|_| {
        let known: Vec<String> = <Format as clap::ValueEnum>::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        names::unknown("report format", format, &known)
    })?;
    if path.is_empty() {
        return Err(usage());
    }
    Ok((format, PathBuf::from(path)))
}

impl Reports {
    /// Opens every report, that to standard output by `open`; `names` are those of the sources by
    /// their ids.
    pub(super) fn open(
        options: &CheckOptions,
        names: &[PathBuf],
        fail_on: Option<Severity>,
        rule_url: Option<String>,
        open: impl report::Opens,
    ) -> Result<Self, Failure> {
        let directory = std::env::current_dir().unwrap_or_default();
        let names: Vec<SourceName> = names
            .iter()
            .map(|name| SourceName::new(name, &directory))
            .collect();
        let style = |color| Style {
            color,
            quiet: options.quiet,
            statistics: options.statistics,
            fail_on,
            names: names.clone(),
            rule_url: rule_url.clone(),
            links: color && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
        };
        let out = BufWriter::with_capacity(64 * 1024, Stdout(io::stdout()));
        let style_here = style(colored(options.color));
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
        })
    }

    /// A run that is not reported: `report` has the findings instead.
    pub(super) fn instead(report: Box<dyn Report + Send>) -> Self {
        Self {
            reports: vec![report],
            files: Vec::new(),
            accepted: Accepted::default(),
        }
    }

    /// The same without what is accepted.
    pub(super) fn without(mut self, accepted: Accepted) -> Self {
        self.accepted = accepted;
        self
    }

    /// Whether a finding was accepted before.
    pub(super) fn accepts(&mut self, finding: &Finding) -> bool {
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

    /// Ends every report, and puts those that go into files in their place.
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

/// Refuses to write over what is read: data, settings, a baseline; and two reports into one file.
pub(super) fn refuse_inputs(options: &CheckOptions, read: &[PathBuf]) -> Result<(), Failure> {
    let mut written: Vec<PathBuf> = options.part.iter().cloned().collect();
    for text in &options.report {
        written.push(format_and_path(text)?.1);
    }
    for (index, path) in written.iter().enumerate() {
        let shown = printable_path(path);
        if read.iter().any(|input| same_file(input, path)) {
            return Err(Failure::new(format!("{shown} is an input of this check"))
                .help("choose another file"));
        }
        if written
            .iter()
            .skip(index + 1)
            .any(|other| other == path || same_file(other, path))
        {
            return Err(
                Failure::new(format!("two reports have the same file {shown}"))
                    .help("choose a different file for each"),
            );
        }
    }
    Ok(())
}

/// A report that could not be written.
pub(super) fn failed(error: io::Error) -> Failure {
    Failure::io("write", "the report", &error)
}

fn colored(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            io::stdout().is_terminal()
                && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

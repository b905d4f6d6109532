//! Checks without printing: findings and totals are kept, and written in any format later.

use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::PathBuf;

use tunelint_core::finding::{Finding, Keep, Severity};
use tunelint_core::position::SourceId;
use tunelint_core::session::{Observer, Outcome, Session, SourceError};
use tunelint_core::totals::{SourceSummary, Summary};

use super::accepting::Accepted;
use super::events::failure;
use super::fixing::{self, Fixed};
use super::output;
use super::plan::Plans;
use super::sources::Sources;
use super::{skipped, unchecked};
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::host::Stop;
use crate::report::{Report, SourceName, Style};

/// The findings of a check, as reports receive them.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// The sources as they were started, each with the number of findings before it.
    started: Vec<(usize, SourceSummary)>,
    /// The records of findings that were folded into another, by rule, as runs of neighbors.
    pub folded: BTreeMap<&'static str, Vec<(SourceId, RangeInclusive<u64>)>>,
    /// The totals.
    pub summary: Summary,
    /// Whether a finding reached `fail_on`.
    pub failed: bool,
    /// Whether everything could be read, including what data was compared with.
    pub complete: bool,
    /// The names of all sources by id.
    pub names: Vec<PathBuf>,
    /// The same, as reports show them.
    shown_names: Vec<SourceName>,
    fail_on: Option<Severity>,
    rule_url: Option<String>,
    options: Shown,
}

/// The options that say what a report for people shows.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    quiet: bool,
    all: bool,
    statistics: bool,
}

impl Checked {
    /// How reports are written.
    pub fn style(&self) -> Style {
        Style {
            color: false,
            quiet: self.options.quiet,
            show_all: self.options.all,
            statistics: self.options.statistics,
            fail_on: self.fail_on,
            names: self.shown_names.clone(),
            rule_url: self.rule_url.clone(),
            links: false,
        }
    }

    /// Sends everything to a report, in the order of the run.
    ///
    /// # Errors
    /// Those of the report.
    pub fn replay(&self, report: &mut dyn Report) -> io::Result<()> {
        let mut started = self.started.iter().peekable();
        for (index, finding) in self.findings.iter().enumerate() {
            while let Some((_, source)) = started.next_if(|(before, _)| *before <= index) {
                report.source(source)?;
            }
            report.finding(finding)?;
        }
        started.try_for_each(|(_, source)| report.source(source))?;
        report.finish(&self.summary)
    }
}

/// Runs the check of `options` and keeps what it finds.
///
/// # Errors
/// Invalid options and settings, and the first file that cannot be read.
pub fn collect(options: &CheckOptions) -> Result<Checked, Failure> {
    let sources = found(options)?;
    let plans = Plans::keeping(options, &sources, Keep::All)?.with_all_excerpts();
    collect_from(options, &sources, &plans, |session, observer| {
        session.run(observer).map_err(output::failed)
    })
}

/// The same for what `run` does with the session.
pub(super) fn collect_from(
    options: &CheckOptions,
    sources: &Sources,
    plans: &Plans,
    run: impl FnOnce(Session, &mut dyn Observer) -> Result<Outcome, Failure>,
) -> Result<Checked, Failure> {
    let session = plans.session(sources)?;
    let names = session.names();
    let directory = std::env::current_dir().unwrap_or_default();
    let inputs = session.inputs();
    let shown_names = inputs.iter().map(|of| SourceName::of(of, &directory));
    let mut collector = Collector {
        checked: Checked {
            fail_on: plans.fail_on(),
            rule_url: sources.rule_url(),
            options: Shown {
                quiet: options.quiet,
                all: options.show_all,
                statistics: options.statistics,
            },
            shown_names: shown_names.collect(),
            ..Checked::default()
        },
        accepted: Accepted::read(options, sources, &names)?,
        unread: None,
        stop: options.reading.host.stop.clone(),
    };
    let outcome = run(session, &mut collector)?;
    if let Some(failure) = collector.unread {
        return Err(failure);
    }
    let mut summary = outcome.summary;
    summary.unread = collector.checked.summary.unread;
    summary.unread.extend(unchecked(&summary.sources));
    summary.notes.extend(skipped(&sources.skipped));
    summary.notes.extend(sources.notes.iter().cloned());
    Ok(Checked {
        summary,
        failed: outcome.failed,
        complete: outcome.complete,
        names,
        ..collector.checked
    })
}

/// Applies the fixes that `options` allow to files.
///
/// # Errors
/// Those of [`collect`], and files that cannot be written.
pub fn fix(options: &CheckOptions) -> Result<Fixed, Failure> {
    let sources = found(options)?;
    let plans = Plans::new(options, &sources)?;
    let names = plans.session(&sources)?.names();
    output::refuse_inputs(options, &sources.read_by(options, &names))?;
    let mut fixed = fixing::run(options, &sources, &names)?;
    let unread = fixed.unread.drain(..).next();
    match unread {
        Some(failure) => Err(failure),
        None => Ok(fixed),
    }
}

/// The sources, all of which exist.
pub(super) fn found(options: &CheckOptions) -> Result<Sources, Failure> {
    let mut sources = Sources::new(options)?;
    let missing = sources.failures.drain(..).next();
    match missing {
        Some(failure) => Err(failure),
        None => Ok(sources),
    }
}

/// Keeps what a session reports.
struct Collector {
    checked: Checked,
    accepted: Accepted,
    /// Why the first file that cannot be read cannot.
    unread: Option<Failure>,
    stop: Stop,
}

impl Observer for Collector {
    fn source(&mut self, source: &SourceSummary) -> io::Result<()> {
        let before = self.checked.findings.len();
        self.checked.started.push((before, source.clone()));
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self.checked.findings.push(finding);
        Ok(())
    }

    fn folded(&mut self, rule: &'static str, source: SourceId, records: RangeInclusive<u64>) {
        let runs = self.checked.folded.entry(rule).or_default();
        match runs.last_mut() {
            Some((of, last))
                if *of == source && last.end().checked_add(1) == Some(*records.start()) =>
            {
                *last = *last.start()..=*records.end();
            }
            _ => runs.push((source, records)),
        }
    }

    fn accepted(&mut self, finding: &Finding) -> u64 {
        self.accepted.takes(finding)
    }

    fn unreadable(&mut self, error: &SourceError) {
        match error {
            // The data is there, but not all of it is valid.
            SourceError::Unread(..) => {
                let unread = failure(error).unread();
                self.checked.summary.unread.push(unread);
            }
            _ if self.unread.is_none() => self.unread = Some(failure(error)),
            _ => {}
        }
    }

    fn progress(&mut self, _: u64) -> ControlFlow<()> {
        match self.stop.is_set() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

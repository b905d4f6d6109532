//! `tunelint check`: lints training data. `tunelint merge` finishes what the shards of a check
//! started.

mod accepting;
mod collecting;
mod contained;
mod events;
mod fixing;
pub(super) mod opening;
mod options;
mod output;
pub mod parts;
mod plan;
mod report_option;
mod roles;
pub mod rounds;
mod source;
mod sources;

use std::path::PathBuf;
use std::sync::PoisonError;

use tunelint_core::contract::Stopwatch;
use tunelint_core::finding::Keep;
use tunelint_core::lint::REPORTING;
use tunelint_core::printable::counted;
use tunelint_core::session::Outcome;
use tunelint_core::totals::{SourceSummary, UnreadFile};

use crate::baseline::Baseline;
use crate::cli::CheckOptions;
use crate::exit::{Exit, Failure};
use crate::names::skipped;
use crate::progress::Progress;
use crate::{report, timings};
pub use collecting::{Checked, collect, fix};
use events::Events;
pub use fixing::Fixed;
use output::Reports;
use plan::Plans;
use sources::Sources;

/// Runs `tunelint check`. Returns an error only if nothing could be checked at all; files that
/// cannot be read are reported on standard error and make the exit code 2.
pub fn run(options: CheckOptions) -> Result<Exit, Failure> {
    run_into(options, report::open)
}

/// The same, with `open` to create the report on standard output: for callers that embed the
/// findings in a report of their own.
pub(super) fn run_into<F: report::Opens>(options: CheckOptions, open: F) -> Result<Exit, Failure> {
    let sources = Sources::new(&options)?;
    let mut exit = Exit::Clean;
    for failure in &sources.failures {
        failure.print();
        exit = Exit::CouldNotRun;
    }
    let plans = Plans::new(&options, &sources)?;
    if sources.list.is_empty() && sources.failures.is_empty() {
        return Ok(exit);
    }
    let names = plans.session(&sources)?.names();
    output::refuse_inputs(&options, &sources.read_by(&options, &names))?;
    if fixing::is_wanted(&options) {
        let fixed = fixing::run(&options, &sources, &names)?;
        fixed.print()?;
        exit = exit.max(fixed.exit);
        if options.fixes.diff {
            return Ok(exit);
        }
    }
    let accepted = accepting::Accepted::read(&options, &sources, &names)?;
    let plans = match accepted.is_empty() {
        true => plans,
        // Whether a finding is new can be decided only if all findings are kept.
        false => Plans::keeping(&options, &sources, Keep::All)?.with_all_excerpts(),
    };
    let (fail_on, rule_url) = (plans.fail_on(), sources.rule_url());
    let session = plans.session(&sources)?;
    let reports = Reports::open(&options, &session.inputs(), fail_on, rule_url, open)?;
    let reports = reports.with_baselines(accepted);
    let bytes = bytes_of(&names) * session.readings();
    let progress = Progress::start(bytes, !options.no_progress);
    let mut events = Events::new(reports, progress);
    let mut outcome = match &options.part {
        Some(path) => parts::shard(session, &sources, path, &mut events)?,
        None => session.run(&mut events).map_err(output::failed)?,
    };
    let summary = &mut outcome.summary;
    summary.unread = sources.failures.iter().map(Failure::unread).collect();
    summary.unread.extend(unchecked(&summary.sources));
    summary.notes.extend(skipped(&sources.skipped));
    summary.notes.extend(sources.notes.iter().cloned());
    if options.contained {
        summary.notes.extend(sources.turned_off());
    }
    let timings = timings::of_run(options.timings);
    let reporting = Stopwatch::of(timings.as_ref(), REPORTING);
    reporting.measure(|| events.into_reports(summary).finish(summary))?;
    if let Some(timings) = timings {
        timings::print(&timings);
    }
    Ok(exit.max(exit_of(&outcome)))
}

/// What could not be checked and is not reported as a finding, because the rules about it are off.
fn unchecked(sources: &[SourceSummary]) -> Vec<UnreadFile> {
    let partly = sources.iter().filter(|source| source.unchecked > 0);
    let partly = partly.map(
        |SourceSummary {
             path, unchecked, ..
         }| UnreadFile {
            path: Some(path.clone()),
            message: format!(
                "{} of {path} not checked: unreadable, and the rules that report it are off",
                counted(*unchecked, "record")
            ),
        },
    );
    partly.collect()
}

/// The exit code of a run.
fn exit_of(outcome: &Outcome) -> Exit {
    match (outcome.complete, outcome.failed) {
        (false, _) => Exit::CouldNotRun,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    }
}

/// Runs `tunelint merge`: finishes a sharded check.
pub fn merge(options: &crate::cli::Merge) -> Result<Exit, Failure> {
    let (outcome, reports) = parts::merge(options)?;
    reports.finish(&outcome.summary)?;
    Ok(exit_of(&outcome))
}

/// All current findings as a baseline, and the path of the baseline in the settings, if there is
/// one. Any file that cannot be read is an error: the baseline would be incomplete.
pub(super) fn today(options: &CheckOptions) -> Result<(Baseline, Option<PathBuf>), Failure> {
    let mut sources = Sources::new(options)?;
    if let Some(failure) = sources.failures.drain(..).next() {
        return Err(failure);
    }
    let plans = Plans::keeping(options, &sources, Keep::All)?;
    let session = plans.session(&sources)?;
    let names = session.names();
    let (collector, today) = accepting::BaselineCollector::new(&names);
    let bytes = bytes_of(&names) * session.readings();
    let progress = Progress::start(bytes, !options.no_progress);
    let mut events = Events::new(Reports::only(Box::new(collector)), progress);
    if !session.run(&mut events).map_err(output::failed)?.complete {
        return Err(Failure::new(
            "no baseline was written: some files could not be checked",
        ));
    }
    let named = sources
        .settings
        .iter()
        .find_map(|settings| settings.baseline.clone());
    let today = today.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok((today, named.map(|path| crate::settings::shown(&path))))
}

/// The total size of the files on disk, for the progress bar.
fn bytes_of(names: &[PathBuf]) -> u64 {
    let sizes = names.iter().filter_map(|name| std::fs::metadata(name).ok());
    sizes.map(|meta| meta.len()).sum()
}

//! `tunelint check`: findings about files of training examples.

mod output;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;

use tunelint_core::finding::{Counts, Finding, Keep, Policy, Severity};
use tunelint_core::linter::Linter;
use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::profile::{self, Profile};
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::rule::RuleContext;
use tunelint_core::rules::{RuleSet, Selection};
use tunelint_core::source::Input;
use tunelint_core::summary::{SourceSummary, Summary};
use tunelint_core::survey::Leaks;
use tunelint_core::task::Task;

use super::{names, reading};
use crate::cli::Check;
use crate::exit::{Exit, Failure};
use crate::walk::{Named, Walk, walk};
use output::Reports;

/// Checks what the options name.
pub fn run(options: Check) -> Result<Exit, Failure> {
    let plan = Plan::new(&options)?;
    let Walk { found, failures } = walk(&options.paths, options.no_error_on_unmatched);
    let mut exit = Exit::Clean;
    for failure in &failures {
        failure.print();
        exit = Exit::CouldNotRun;
    }
    if found.is_empty() {
        return Ok(exit);
    }
    let reports = Reports::open(&options, &names_of(&found, &options))?;
    let mut run = Run {
        plan: &plan,
        datasets: Vec::new(),
        reports,
        summary: Summary::default(),
    };
    for (index, named) in found.iter().enumerate() {
        if let Err(failure) = run.source(SourceId(index as u32), named, &options) {
            failure.print();
            exit = Exit::CouldNotRun;
        }
    }
    let counts = run.finish()?;
    Ok(exit.max(verdict::of(&counts, options.fail_on)))
}

/// The names under which sources are reported, in the order of their ids.
fn names_of(found: &[Named], options: &Check) -> Vec<PathBuf> {
    let stdin = &options.reading.stdin_filename;
    let name = |named: &Named| match named {
        Named::Stdin => stdin.clone().unwrap_or_else(|| "<stdin>".into()),
        Named::File(path) => path.clone(),
    };
    let names = found.iter().map(name);
    names.chain(options.validation.clone()).collect()
}

/// What was asked for, checked before anything is read.
struct Plan {
    reading: ReadOptions,
    targets: Vec<Arc<Profile>>,
    task: Option<Task>,
    preamble: Option<String>,
    selection: Selection,
    severities: std::collections::BTreeMap<&'static str, Severity>,
    keep: Keep,
    threads: usize,
}

impl Plan {
    fn new(options: &Check) -> Result<Self, Failure> {
        let rules = |list: &[String]| {
            list.iter()
                .map(|name| names::rule(name))
                .collect::<Result<Vec<_>, _>>()
        };
        let known = Task::ALL.map(Task::as_str);
        let task = |name: &String| {
            Task::from_name(name).ok_or_else(|| names::unknown("task", name, &known))
        };
        Ok(Self {
            reading: reading::options(&options.reading)?,
            targets: options
                .target
                .iter()
                .map(|name| names::profile(name))
                .collect::<Result<_, _>>()?,
            task: options.task.as_ref().map(task).transpose()?,
            preamble: options
                .preamble
                .as_deref()
                .map(reading::text_or_file)
                .transpose()?,
            selection: Selection {
                select: rules(&options.select)?,
                extend_select: rules(&options.extend_select)?,
                ignore: rules(&options.ignore)?,
                preview: options.preview,
            },
            severities: options
                .severity
                .iter()
                .map(|text| severity(text))
                .collect::<Result<_, _>>()?,
            keep: output::keep(options)?,
            threads: threads(options.threads),
        })
    }

    /// The profiles that a source is checked for.
    fn targets_of(&self, reader: &Reader) -> Result<Vec<Arc<Profile>>, Failure> {
        if !self.targets.is_empty() {
            return Ok(self.targets.clone());
        }
        let layout = reader.layout().map(|layout| layout.name());
        let default = layout.and_then(profile::for_layout);
        default
            .map(|name| names::profile(name).map(|profile| vec![profile]))
            .unwrap_or(Ok(Vec::new()))
    }

    fn linter(&self, context: &RuleContext) -> Linter {
        let enabled = self.selection.enabled();
        let rules = RuleSet::build(&enabled, context);
        let policy = Policy {
            keep: self.keep,
            severities: self.severities.clone(),
            enabled,
        };
        Linter::new(rules, policy, self.threads)
    }
}

/// How many threads to use.
pub(super) fn threads(wanted: Option<usize>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    wanted
        .filter(|threads| *threads > 0)
        .unwrap_or_else(available)
}

fn severity(text: &str) -> Result<(&'static str, Severity), Failure> {
    let usage = || {
        Failure::new(format!("`{text}` does not give a rule a severity"))
            .help("write RULE=error, RULE=warning or RULE=advice")
    };
    let (rule, level) = text.split_once('=').ok_or_else(usage)?;
    Ok((
        names::rule(rule)?,
        Severity::from_name(level).ok_or_else(usage)?,
    ))
}

/// Sources that are meant for the same targets are one dataset.
struct Dataset {
    targets: Vec<String>,
    linter: Linter,
}

/// A run in progress.
struct Run<'p> {
    plan: &'p Plan,
    datasets: Vec<Dataset>,
    reports: Reports,
    summary: Summary,
}

impl Run<'_> {
    /// Checks one source. A failure to read it does not end the run.
    fn source(&mut self, id: SourceId, named: &Named, options: &Check) -> Result<(), Failure> {
        let input = reading::input(named, &options.reading)?;
        let reader = reading::open(id, input, &self.plan.reading)?;
        let path = printable_path(&reader.input.name);
        let profiles = self.plan.targets_of(&reader)?;
        let targets: Vec<String> = profiles
            .iter()
            .map(|profile| profile.name.clone())
            .collect();
        let at = match self
            .datasets
            .iter()
            .position(|dataset| dataset.targets == targets)
        {
            Some(at) => at,
            None => {
                let linter = self.plan.linter(&self.context(&profiles, options)?);
                self.datasets.push(Dataset {
                    targets: targets.clone(),
                    linter,
                });
                self.datasets.len() - 1
            }
        };
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(());
        };
        let mut partial = SourceSummary {
            path: path.clone(),
            targets: targets.clone(),
            ..SourceSummary::default()
        };
        self.reports.source(&partial)?;
        let reports = &mut self.reports;
        let mut sink = |finding: Finding| reports.finding(&finding);
        let checked = dataset
            .linter
            .check(reader, &mut sink)
            .map_err(|error| Failure::io("check", &path, &error))?;
        partial = SourceSummary {
            targets,
            task: self.plan.task.map(|task| (task.as_str().to_owned(), false)),
            ..checked
        };
        self.summary.counts.merge(&partial.counts);
        self.summary.sources.push(partial);
        for profile in profiles {
            verdict::note_status(&profile, &mut self.summary);
        }
        Ok(())
    }

    fn context(&self, profiles: &[Arc<Profile>], options: &Check) -> Result<RuleContext, Failure> {
        Ok(RuleContext {
            profiles: profiles.to_vec(),
            task: self.plan.task,
            preamble: self.plan.preamble.clone(),
            validation: self.validation(options)?.map(Arc::new),
            ..RuleContext::default()
        })
    }

    /// What is known about the examples of the validation set.
    fn validation(&self, options: &Check) -> Result<Option<Leaks>, Failure> {
        let Some(path) = &options.validation else {
            return Ok(None);
        };
        // Its id follows those of the sources: its name is the last of all.
        let id = SourceId(self.reports.names().saturating_sub(1) as u32);
        let reader = reading::open(id, Input::path(path.clone()), &self.plan.reading)?;
        let enabled = ["duplicate-example"].into_iter().collect();
        let rules = RuleSet::build(&enabled, &RuleContext::default());
        let silent = Policy {
            keep: Keep::First(0),
            severities: Default::default(),
            enabled: Default::default(),
        };
        let mut linter = Linter::new(rules, silent, self.plan.threads);
        linter
            .check(reader, &mut |_| Ok(()))
            .map_err(|error| Failure::io("read", &printable_path(path), &error))?;
        Ok(Some(Leaks::new(&linter.into_seen())))
    }

    /// Says what all sources together show, and ends the reports.
    fn finish(self) -> Result<Counts, Failure> {
        let Self {
            datasets,
            mut reports,
            mut summary,
            ..
        } = self;
        for Dataset { targets, linter } in datasets {
            let mut sink = |finding: Finding| reports.finding(&finding);
            let concluded = linter.finish(&mut sink).map_err(output::failed)?;
            verdict::name_task(&concluded.inferred, &targets, &mut summary);
            for (source, counts) in concluded.counts {
                summary.counts.merge(&counts);
                let path = reports.name(source);
                if let Some(of) = summary.sources.iter_mut().find(|of| of.path == path) {
                    of.counts.merge(&counts);
                }
            }
            summary.targets.extend(
                targets
                    .into_iter()
                    .filter(|name| !summary.targets.contains(name))
                    .collect::<Vec<_>>(),
            );
        }
        verdict::note_missing_target(&mut summary);
        summary.next_step = verdict::next_step(&summary);
        reports.finish(&summary)?;
        Ok(summary.counts)
    }
}

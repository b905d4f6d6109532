//! `tunelint check`: findings about files of training examples.

mod accepting;
mod allowances;
mod fixing;
mod matrix;
pub(super) mod opening;
mod output;
pub mod parts;
mod plan;
mod sources;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use tunelint_core::allow::Excuse;
use tunelint_core::finding::{Counts, Finding, Keep};
use tunelint_core::linter::Linter;
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, printable_path};
use tunelint_core::production::Prompts;
use tunelint_core::profile::Profile;
use tunelint_core::source::Input;
use tunelint_core::summary::{SourceSummary, Summary};
use tunelint_core::survey::Leaks;

use super::{names, reading};
use crate::baseline::Baseline;
use crate::cli::Check;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::report;
use crate::walk::Named;
use output::Reports;
use plan::Plan;
use sources::{Role, Source, Sources};

/// Checks what the options name.
pub fn run(options: Check) -> Result<Exit, Failure> {
    run_into(options, report::open)
}

/// The same with the report on standard output made by `open`.
pub(super) fn run_into<F: report::Opens>(options: Check, open: F) -> Result<Exit, Failure> {
    let sources = Sources::new(&options)?;
    let mut exit = Exit::Clean;
    for failure in &sources.failures {
        failure.print();
        exit = Exit::CouldNotRun;
    }
    let plans = Plans::new(&options, &sources)?;
    if sources.list.is_empty() {
        return Ok(exit);
    }
    let names = names_of(&sources, &plans, &options);
    output::refuse_inputs(&options, &sources.read_by(&options, &names))?;
    if fixing::is_wanted(&options) {
        let fixed = fixing::run(&options, &sources, &names)?;
        if options.fixes.diff {
            return Ok(exit.max(fixed));
        }
    }
    let accepted = accepting::Accepted::read(&options, &sources, &names)?;
    let plans = match accepted.is_empty() {
        true => plans,
        // Every finding must be seen, to know whether it was there before.
        false => Plans::keeping(&options, &sources, Keep::All)?.with_all_excerpts(),
    };
    let (fail_on, rule_url) = (plans.fail_on(), sources.rule_url());
    let reports = Reports::open(&options, &names, fail_on, rule_url, open)?.but_for(accepted);
    let run = Run::new(&sources, &plans, &names, reports, !options.no_progress);
    Ok(exit.max(match &options.part {
        Some(path) => run.part(path)?,
        None => run.all()?,
    }))
}

/// What is found today, for a baseline; and where the settings want it.
pub(super) fn today(options: &Check) -> Result<(Baseline, Option<PathBuf>), Failure> {
    let sources = Sources::new(options)?;
    if let Some(failure) = sources.failures.into_iter().next() {
        return Err(failure);
    }
    let sources = Sources {
        failures: Vec::new(),
        ..sources
    };
    let plans = Plans::keeping(options, &sources, Keep::All)?;
    let names = names_of(&sources, &plans, options);
    let (collector, today) = accepting::Collector::new(&names);
    let reports = Reports::instead(Box::new(collector));
    let run = Run::new(&sources, &plans, &names, reports, !options.no_progress);
    if run.all()? == Exit::CouldNotRun {
        return Err(Failure::new(
            "not every file could be checked, so nothing was accepted",
        ));
    }
    let named = sources
        .settings
        .iter()
        .find_map(|settings| settings.baseline.clone());
    let today = today.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok((today, named.map(|path| crate::settings::shown(&path))))
}

/// The names of all files that findings may speak of, by the numbers of the sources.
fn names_of(sources: &Sources, plans: &Plans, options: &Check) -> Vec<PathBuf> {
    let stdin = &options.reading.stdin_filename;
    let name = |source: &Source| match &source.named {
        Named::Stdin => stdin.clone().unwrap_or_else(|| "<stdin>".into()),
        Named::File(path) => path.clone(),
    };
    let mut names: Vec<PathBuf> = sources.list.iter().map(name).collect();
    let compared = |plan: &'_ Plan| [plan.validation.clone(), plan.production.clone()].concat();
    let compared = plans.list.values().flat_map(compared);
    let settings = sources
        .settings
        .iter()
        .flat_map(|settings| &settings.allows);
    for path in compared.chain(settings.map(|allow| allow.path.clone())) {
        if !names.contains(&path) {
            names.push(path);
        }
    }
    names
}

/// How many bytes there are to be read.
fn bytes_of(names: &[PathBuf]) -> u64 {
    let sizes = names.iter().filter_map(|name| std::fs::metadata(name).ok());
    sizes.map(|meta| meta.len()).sum()
}

/// How many threads to use.
pub(super) fn threads(wanted: Option<usize>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    wanted
        .filter(|threads| *threads > 0)
        .unwrap_or_else(available)
}

/// A plan for each dataset of each settings file.
struct Plans {
    list: BTreeMap<(usize, Option<usize>), Plan>,
    today: String,
}

impl Plans {
    fn new(options: &Check, sources: &Sources) -> Result<Self, Failure> {
        Self::keeping(options, sources, output::keep(options)?)
    }

    /// The plans of a run that needs so many findings.
    fn keeping(options: &Check, sources: &Sources, keep: Keep) -> Result<Self, Failure> {
        let today = allowances::today();
        let mut list = BTreeMap::new();
        let mut wanted: Vec<_> = sources.list.iter().map(Source::plan).collect();
        // What the options say is checked even if there is nothing to check.
        wanted.extend((0..sources.settings.len()).map(|settings| (settings, None)));
        for key in wanted {
            let Some(settings) = sources
                .settings
                .get(key.0)
                .filter(|_| !list.contains_key(&key))
            else {
                continue;
            };
            let dataset = key.1.and_then(|index| settings.datasets.get(index));
            list.insert(key, Plan::new(options, settings, dataset, &today, keep)?);
        }
        Ok(Self { list, today })
    }

    /// The same with an excerpt for every finding: which of them are told is not known yet.
    fn with_all_excerpts(mut self) -> Self {
        self.list
            .values_mut()
            .for_each(|plan| plan.policy.excerpts = usize::MAX);
        self
    }

    /// The strictest level of all.
    fn fail_on(&self) -> Option<tunelint_core::finding::Severity> {
        let levels = self.list.values().filter_map(|plan| plan.fail_on.level());
        levels.min()
    }
}

/// Sources that are meant for the same targets are one dataset.
struct Dataset {
    plan: (usize, Option<usize>),
    role: Role,
    targets: Vec<String>,
    linter: Linter,
    /// What was found in it, and in how many records.
    counts: Counts,
    records: u64,
}

/// A run in progress.
struct Run<'r> {
    sources: &'r Sources,
    plans: &'r Plans,
    datasets: Vec<Dataset>,
    reports: Reports,
    summary: Summary,
    names: &'r [PathBuf],
    progress: Progress,
    silent: bool,
    /// Whether a file that is compared with could not be read as a whole.
    incomplete: bool,
    /// The numbers of the sources that were checked.
    checked: Vec<u32>,
    /// How many findings each allowance excused, by settings and number.
    used: BTreeMap<(usize, usize), u64>,
}

impl<'r> Run<'r> {
    fn new(
        sources: &'r Sources,
        plans: &'r Plans,
        names: &'r [PathBuf],
        reports: Reports,
        progress: bool,
    ) -> Self {
        Self {
            sources,
            plans,
            datasets: Vec::new(),
            reports,
            summary: Summary::default(),
            names,
            used: BTreeMap::new(),
            progress: Progress::start(bytes_of(names), progress),
            silent: false,
            incomplete: false,
            checked: Vec::new(),
        }
    }

    /// The same without a word about files that cannot be read.
    fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// Checks every source, and says what all of them show.
    fn all(mut self) -> Result<Exit, Failure> {
        Ok(self.each_source().max(self.finish()?))
    }

    /// Checks every source.
    fn each_source(&mut self) -> Exit {
        let mut exit = Exit::Clean;
        for (index, source) in self.sources.list.iter().enumerate() {
            if let Err(failure) = self.source(SourceId(index as u32), source) {
                if !self.silent {
                    failure.print();
                }
                exit = Exit::CouldNotRun;
            }
        }
        if self.incomplete {
            exit = Exit::CouldNotRun;
        }
        exit
    }

    /// Checks one source. A failure to read it does not end the run.
    fn source(&mut self, id: SourceId, source: &Source) -> Result<(), Failure> {
        let Some(plan) = self.plans.list.get(&source.plan()) else {
            return Ok(());
        };
        let mut input = reading::input(&source.named, &plan.typed)?;
        input.meter = self.progress.meter();
        let reader = reading::open(id, input, &plan.reading)?;
        let path = printable_path(&reader.input.name);
        let profiles = plan.targets_of(&reader)?;
        let targets: Vec<String> = profiles.iter().map(|of| of.name.clone()).collect();
        let at = self.dataset(source, plan, &profiles, &targets)?;
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(());
        };
        self.reports.source(&SourceSummary {
            path: path.clone(),
            targets: targets.clone(),
            ..SourceSummary::default()
        })?;
        let reports = &mut self.reports;
        let mut sink = |finding: Finding| reports.finding(&finding);
        let checked = dataset
            .linter
            .check(reader, &mut sink)
            .map_err(|error| Failure::io("check", &path, &error))?;
        let mut checked = SourceSummary {
            targets,
            task: plan.task.map(|task| (task.as_str().to_owned(), false)),
            ..checked
        };
        self.reports.accept(id, &mut checked.counts);
        dataset.counts.merge(&checked.counts);
        dataset.records += checked.records;
        self.summary.counts.merge(&checked.counts);
        self.summary.sources.push(checked);
        self.checked.push(id.0);
        for profile in profiles.iter().filter(|_| !plan.every_target) {
            verdict::note_status(profile, &mut self.summary);
        }
        Ok(())
    }

    /// The dataset of a source, by its place in the list.
    fn dataset(
        &mut self,
        source: &Source,
        plan: &Plan,
        profiles: &[Arc<Profile>],
        targets: &[String],
    ) -> Result<usize, Failure> {
        let same = |dataset: &Dataset| {
            (dataset.plan, dataset.role) == (source.plan(), source.role)
                && dataset.targets == targets
        };
        if let Some(at) = self.datasets.iter().position(same) {
            return Ok(at);
        }
        let mut context = plan.context(profiles);
        if source.role == Role::Training {
            context.validation = self.validation(plan)?.map(Arc::new);
            context.production = self.production(plan)?.map(Arc::new);
        }
        self.datasets.push(Dataset {
            plan: source.plan(),
            role: source.role,
            targets: targets.to_vec(),
            linter: plan.linter(&context),
            counts: Counts::default(),
            records: 0,
        });
        Ok(self.datasets.len() - 1)
    }

    /// What is known about the examples of the validation sets.
    fn validation(&mut self, plan: &Plan) -> Result<Option<Leaks>, Failure> {
        if plan.validation.is_empty() {
            return Ok(None);
        }
        let mut leaks = Leaks::default();
        for path in &plan.validation {
            let reader = reading::open(self.id_of(path), Input::path(path.clone()), &plan.reading)?;
            let unread = leaks.read(reader);
            let unread =
                unread.map_err(|error| Failure::io("read", &printable_path(path), &error))?;
            self.note_unread(path, unread);
        }
        Ok(Some(leaks))
    }

    /// The prompts of the application.
    fn production(&mut self, plan: &Plan) -> Result<Option<Prompts>, Failure> {
        let mut all: Option<Prompts> = None;
        for path in &plan.production {
            let input = Input::path(path.clone());
            let prompts = Prompts::read(self.id_of(path), input, &plan.reading)
                .map_err(|error| Failure::io("read", &printable_path(path), &error.into_io()))?;
            self.note_unread(path, prompts.unread);
            all.get_or_insert_default().sketch.merge(prompts.sketch);
        }
        Ok(all)
    }

    /// Tells that a file which is only compared with could not be read as a whole.
    fn note_unread(&mut self, path: &Path, unread: u64) {
        if unread == 0 {
            return;
        }
        let shown = printable_path(path);
        let records = counted(unread, "record");
        let failure = Failure::new(format!(
            "{records} of {shown} could not be read and compared"
        ));
        if !self.silent {
            failure
                .help(format!("`tunelint check {shown}` says why"))
                .print();
        }
        self.incomplete = true;
    }

    fn id_of(&self, path: &Path) -> SourceId {
        let at = self.names.iter().position(|name| name == path);
        SourceId(at.unwrap_or_default() as u32)
    }

    /// Says what all sources together show, and ends the reports.
    fn finish(mut self) -> Result<Exit, Failure> {
        let mut exit = Exit::Clean;
        for mut dataset in std::mem::take(&mut self.datasets) {
            let reports = &mut self.reports;
            let mut sink = |finding: Finding| reports.finding(&finding);
            let concluded = dataset.linter.finish(&mut sink).map_err(output::failed)?;
            verdict::name_task(&concluded.inferred, &dataset.targets, &mut self.summary);
            for (source, mut counts) in concluded.counts {
                self.reports.accept(source, &mut counts);
                dataset.counts.merge(&counts);
                self.count(source, &counts);
            }
            let targets = &mut self.summary.targets;
            let new = dataset
                .targets
                .iter()
                .filter(|name| !targets.contains(name));
            let new: Vec<String> = new.cloned().collect();
            targets.extend(new);
            if let Some(plan) = self.plans.list.get(&dataset.plan) {
                let tolerated = verdict::tolerated(&dataset.counts, plan, dataset.records);
                verdict::note_tolerated(&tolerated, &mut self.summary);
                exit = exit.max(verdict::of(&dataset.counts, plan.fail_on, &tolerated));
            }
            self.note_used(dataset.plan, &dataset.counts);
        }
        exit = exit.max(self.judge_allowances(&self.plans.today)?);
        drop(std::mem::take(&mut self.progress));
        self.summary.suppressed = self.summary.counts.excused().values().sum();
        // Parts of shards keep no findings that could be counted by target.
        if !self.checked.is_empty() {
            self.summary.verdicts = self.reports.tally.verdicts(&self.summary, &self.checked);
        }
        verdict::note_missing_target(&mut self.summary);
        self.summary.next_step = verdict::next_step(&self.summary);
        self.reports.finish(&self.summary)?;
        Ok(exit)
    }

    /// Adds to the totals of a source, and of all.
    fn count(&mut self, source: SourceId, counts: &Counts) {
        self.summary.counts.merge(counts);
        let path = self
            .names
            .get(source.0 as usize)
            .map(|name| printable_path(name));
        let of = &mut self.summary.sources;
        if let Some(of) = of.iter_mut().find(|of| Some(&of.path) == path.as_ref()) {
            of.counts.merge(counts);
        }
    }

    fn note_used(&mut self, plan: (usize, Option<usize>), counts: &Counts) {
        let Some(holding) = self.plans.list.get(&plan).map(|plan| &plan.holding) else {
            return;
        };
        for (excuse, times) in counts.excused() {
            if let Excuse::Listed(index) = excuse
                && let Some(number) = holding.get(*index)
            {
                *self.used.entry((plan.0, *number)).or_default() += times;
            }
        }
    }
}

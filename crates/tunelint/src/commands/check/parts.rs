//! A check in shards: each leaves a part of what it gathered, and the parts are finished together.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Parser;
use tunelint_core::part::{NoPart, Part, PartSource};
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, printable_path};
use tunelint_core::source::Input;
use tunelint_core::summary::SourceSummary;

use super::sources::Sources;
use super::{Plans, Reports, Run, names_of, verdict};
use crate::cli::{Arguments, Check, Command, Merge};
use crate::commands::{names, reading};
use crate::exit::{Exit, Failure};
use crate::report;
use crate::staged::{StagedFile, same_file};
use crate::walk::Named;

/// Finishes the check whose parts `options` name.
pub fn run(options: &Merge) -> Result<Exit, Failure> {
    refuse_twice(&options.parts)?;
    let parts: Vec<(&Path, Part)> = options
        .parts
        .iter()
        .map(|path| Ok((path.as_path(), read(path)?)))
        .collect::<Result<_, Failure>>()?;
    let mut check = request(&parts)?;
    check.paths = parts
        .iter()
        .flat_map(|(_, part)| &part.sources)
        .map(|source| source.path.clone())
        .collect();
    check.part = None;
    check.format = options.format;
    check.report.clone_from(&options.report);
    check.color = options.color;
    check.quiet = options.quiet;
    check.statistics = options.statistics;
    check.fail_on = options.fail_on.or(check.fail_on);
    check.threads = options.threads;
    let sources = Sources::listed(&check)?;
    let plans = Plans::new(&check, &sources)?;
    let names = names_of(&sources, &plans, &check);
    let mut read = sources.read_by(&check, &names);
    read.extend(options.parts.iter().cloned());
    super::output::refuse_inputs(&check, &read)?;
    let (fail_on, rule_url) = (plans.fail_on(), sources.rule_url());
    let reports = Reports::open(&check, &names, fail_on, rule_url, report::open)?;
    let run = Run::new(&sources, &plans, &names, reports, false);
    run.merged(&parts)
}

fn read(path: &Path) -> Result<Part, Failure> {
    let name = printable_path(path);
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", &name, &error))?;
    Part::from_bytes(&bytes).map_err(|why| match why {
        NoPart::OtherFile => Failure::new(format!("{name} is no part of a check"))
            .help("`tunelint check --part FILE` writes one for each shard"),
        NoPart::Damaged => Failure::new(format!("the part {name} is cut off or damaged"))
            .help("check its shard again"),
    })
}

/// Refuses a part that is named twice.
fn refuse_twice(parts: &[PathBuf]) -> Result<(), Failure> {
    for (index, part) in parts.iter().enumerate() {
        if parts
            .iter()
            .skip(index + 1)
            .any(|other| same_file(part, other))
        {
            return Err(Failure::new(format!(
                "the part {} is named twice",
                printable_path(part)
            )));
        }
    }
    Ok(())
}

/// What all parts were asked to do, which must be the same.
fn request(parts: &[(&Path, Part)]) -> Result<Check, Failure> {
    let mut agreed: Option<(&Path, Check, String)> = None;
    for (path, part) in parts {
        let name = printable_path(path);
        if part.version != env!("CARGO_PKG_VERSION") {
            return Err(Failure::new(format!(
                "the part {name} was made by version {}",
                part.version
            ))
            .help(format!(
                "this is version {}: check all shards with one version",
                env!("CARGO_PKG_VERSION")
            )));
        }
        let words = ["tunelint".to_owned()]
            .into_iter()
            .chain(part.request.iter().cloned());
        let Ok(Arguments {
            command: Command::Check(check),
        }) = Arguments::try_parse_from(words)
        else {
            return Err(Failure::new(format!(
                "the part {name} says nothing that this version can do"
            )));
        };
        let asked = asked(&check);
        match &agreed {
            None => agreed = Some((path, *check, asked)),
            Some((first, _, same))
                if *same != asked
                    || parts.first().map(|(_, first)| &first.rules) != Some(&part.rules) =>
            {
                return Err(Failure::new(format!(
                    "the parts {} and {name} come from different checks",
                    printable_path(first)
                ))
                .help("check every shard with the same options and settings"));
            }
            Some(_) => {}
        }
    }
    agreed
        .map(|(_, check, _)| check)
        .ok_or_else(|| Failure::new("no part was named"))
}

/// What decides about findings, in a form that can be compared.
fn asked(check: &Check) -> String {
    let Check {
        target,
        task,
        reading,
        preamble,
        validation,
        production,
        select,
        ignore,
        extend_select,
        severity,
        preview,
        settings,
        ..
    } = check;
    format!(
        "{:?}",
        (
            target,
            task,
            reading,
            preamble,
            validation,
            production,
            (select, ignore, extend_select, severity, preview, settings)
        )
    )
}

impl Run<'_> {
    /// Checks every source, and keeps what only all shards together show for later.
    pub(super) fn part(mut self, path: &Path) -> Result<Exit, Failure> {
        let mut exit = self.each_source();
        let mut datasets = std::mem::take(&mut self.datasets);
        let (Some(dataset), 0) = (datasets.pop(), datasets.len()) else {
            return Err(Failure::new(
                "these files are meant for different targets, or lie in different datasets",
            )
            .help("make a part for each"));
        };
        let name = printable_path(path);
        let failed = |why: String| Failure::new(format!("cannot write the part {name}: {why}"));
        let mut part = dataset
            .linter
            .into_part()
            .map_err(|error| failed(error.to_string()))?;
        part.request = std::env::args().skip(1).collect();
        part.sources = self
            .sources
            .list
            .iter()
            .zip(&self.summary.sources)
            .map(|(source, summary)| PartSource::new(path_of(&source.named), summary))
            .collect();
        let bytes = part.to_bytes().map_err(|error| failed(error.to_string()))?;
        let mut file =
            StagedFile::create(path).map_err(|error| Failure::io("write", &name, &error))?;
        file.write_all(&bytes)
            .and_then(|()| file.commit(true))
            .map_err(|error| Failure::io("write", &name, &error))?;
        if let Some(plan) = self.plans.list.get(&dataset.plan) {
            let tolerated = verdict::tolerated(&dataset.counts, plan, dataset.records);
            exit = exit.max(verdict::of(&dataset.counts, plan.fail_on, &tolerated));
        }
        self.summary.notes.push(format!(
            "what only all shards together show is kept in {name}: `tunelint merge` tells it"
        ));
        drop(std::mem::take(&mut self.progress));
        self.summary.suppressed = self.summary.counts.excused().values().sum();
        self.reports.finish(&self.summary)?;
        Ok(exit)
    }

    /// Takes in what the shards gathered, and says what all of them show.
    fn merged(mut self, parts: &[(&Path, Part)]) -> Result<Exit, Failure> {
        let mut first = 0;
        let mut absent = 0;
        for (path, part) in parts {
            for (index, source) in part.sources.iter().enumerate() {
                let id = SourceId(first + index as u32);
                absent += u64::from(!self.revisit(id, source)?);
            }
            if let Some(dataset) = self.datasets.last_mut() {
                dataset.linter.take_in(part, first).map_err(|_| {
                    Failure::new(format!(
                        "the part {} is cut off or damaged",
                        printable_path(path)
                    ))
                    .help("check its shard again")
                })?;
            }
            first += part.sources.len() as u32;
        }
        if absent > 0 {
            self.summary.notes.push(format!(
                "{} not at hand and could not be held beside the common form",
                match absent {
                    1 => "1 file is".to_owned(),
                    more => format!("{} are", counted(more, "file")),
                }
            ));
        }
        self.finish()
    }

    /// Takes up a source that another run has checked. Whether it is at hand.
    fn revisit(&mut self, id: SourceId, source: &PartSource) -> Result<bool, Failure> {
        let Some(listed) = self.sources.list.get(id.0 as usize) else {
            return Ok(false);
        };
        let Some(plan) = self.plans.list.get(&listed.plan()) else {
            return Ok(false);
        };
        let summary = source.summary();
        let profiles: Vec<_> = summary
            .targets
            .iter()
            .map(|name| names::profile(name))
            .collect::<Result<_, _>>()?;
        let at = self.dataset(listed, plan, &profiles, &summary.targets)?;
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(false);
        };
        dataset.counts.merge(&summary.counts);
        dataset.records += summary.records;
        self.summary.counts.merge(&summary.counts);
        self.summary.sources.push(SourceSummary {
            task: plan.task.map(|task| (task.as_str().to_owned(), false)),
            ..summary
        });
        for profile in &profiles {
            verdict::note_status(profile, &mut self.summary);
        }
        let here = source.path.is_file();
        if here {
            let input = Input::path(source.path.clone());
            dataset
                .linter
                .revisit(&reading::open(id, input, &plan.reading)?);
        }
        Ok(here)
    }
}

fn path_of(named: &Named) -> PathBuf {
    match named {
        Named::File(path) => path.clone(),
        Named::Stdin => "-".into(),
    }
}

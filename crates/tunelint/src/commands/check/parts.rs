//! A check in shards: each leaves a part of what it gathered, and the parts are finished together.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Parser;
use tunelint_core::printable::printable_path;
use tunelint_core::session::{MergeError, Outcome, Session};
use tunelint_core::shard::{PartError, PartSource, ShardPart};

use super::events::{self, Events};
use super::output::{self, Reports};
use super::plan::Plans;
use super::sources::Sources;
use crate::cli::{CheckOptions, Command, CommandLine, Merge};
use crate::exit::Failure;
use crate::progress::Progress;
use crate::report;
use crate::staged::{StagedFile, same_file};
use crate::walk::Named;

/// Checks every source, and keeps what only all shards together show for later in a part.
pub(super) fn shard(
    session: Session,
    sources: &Sources,
    path: &Path,
    events: &mut Events,
) -> Result<Outcome, Failure> {
    let Some((mut part, mut outcome)) = session.shard(events).map_err(output::failed)? else {
        return Err(Failure::new(
            "the files have different targets or belong to different datasets",
        )
        .help("write one part for each"));
    };
    let name = printable_path(path);
    part.request = std::env::args().skip(1).collect();
    let files = sources.list.iter().zip(&outcome.summary.sources);
    let files = files.map(|(source, summary)| PartSource::new(path_of(&source.named), summary));
    part.sources = files.collect();
    let bytes = part.to_bytes();
    let bytes =
        bytes.map_err(|error| Failure::new(format!("cannot write the part {name}: {error}")))?;
    let mut file = StagedFile::create(path).map_err(|error| Failure::io("write", &name, &error))?;
    file.write_all(&bytes)
        .and_then(|()| file.commit(true))
        .map_err(|error| Failure::io("write", &name, &error))?;
    outcome.summary.notes.push(format!(
        "findings about the whole dataset come with `tunelint merge {name} …`"
    ));
    Ok(outcome)
}

/// Merges the parts that `options` name: what they come to, and the reports that are still open.
pub(super) fn merge(options: &Merge) -> Result<(Outcome, Reports), Failure> {
    refuse_twice(&options.parts)?;
    let parts: Vec<(&Path, ShardPart)> = options
        .parts
        .iter()
        .map(|path| Ok((path.as_path(), read(path)?)))
        .collect::<Result<_, Failure>>()?;
    let check = check_of(options, &parts)?;
    let sources = Sources::listed(&check)?;
    let plans = Plans::new(&check, &sources)?;
    let session = plans.session(&sources)?;
    let names = session.names();
    let mut read = sources.read_by(&check, &names);
    read.extend(options.parts.iter().cloned());
    output::refuse_inputs(&check, &read)?;
    let (fail_on, rule_url) = (plans.fail_on(), sources.rule_url());
    let reports = Reports::open(&check, &names, fail_on, rule_url, report::open)?;
    let mut events = Events::new(reports, Progress::default());
    let (paths, parts): (Vec<&Path>, Vec<ShardPart>) = parts.into_iter().unzip();
    let merged = session.merge(&parts, &mut events);
    let outcome = merged.map_err(|error| unmerged(&error, &paths))?;
    Ok((outcome, events.into_reports()))
}

/// Why parts cannot be merged, for people.
fn unmerged(error: &MergeError, paths: &[&Path]) -> Failure {
    match error {
        MergeError::Damaged(number) => {
            damaged(paths.get(*number).copied().unwrap_or(Path::new("")))
        }
        MergeError::Source(error) => events::failure(error),
        MergeError::Target(error) => Failure::new(error.to_string()),
        MergeError::Io(error) => Failure::io("finish", "the check", error),
    }
}

fn damaged(path: &Path) -> Failure {
    Failure::new(format!(
        "the part {} is truncated or damaged",
        printable_path(path)
    ))
    .help("run the check of its shard again")
}

/// The check that all parts come from, with the outputs that are wanted now.
fn check_of(options: &Merge, parts: &[(&Path, ShardPart)]) -> Result<CheckOptions, Failure> {
    let check = request(parts)?;
    let sources = parts.iter().flat_map(|(_, part)| &part.sources);
    Ok(CheckOptions {
        paths: sources.map(|source| source.path.clone()).collect(),
        part: None,
        format: options.format,
        report: options.report.clone(),
        color: options.color,
        quiet: options.quiet,
        statistics: options.statistics,
        fail_on: options.fail_on.or(check.fail_on),
        threads: options.threads,
        ..check
    })
}

fn read(path: &Path) -> Result<ShardPart, Failure> {
    let name = printable_path(path);
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", &name, &error))?;
    ShardPart::from_bytes(&bytes).map_err(|why| match why {
        PartError::OtherFile => Failure::new(format!("{name} is not a part of a check"))
            .help("write one for each shard with `tunelint check --part FILE`"),
        PartError::Damaged => damaged(path),
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
                "the part {} is given twice",
                printable_path(part)
            )));
        }
    }
    Ok(())
}

/// What all parts were asked to do, which must be the same.
fn request(parts: &[(&Path, ShardPart)]) -> Result<CheckOptions, Failure> {
    let mut agreed: Option<(&Path, CheckOptions, String)> = None;
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
        let Ok(CommandLine {
            command: Command::Check(check),
        }) = CommandLine::try_parse_from(words)
        else {
            return Err(Failure::new(format!(
                "the part {name} has options that this version does not know"
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
        .ok_or_else(|| Failure::new("no parts given"))
}

/// What decides about findings, in a form that can be compared.
fn asked(check: &CheckOptions) -> String {
    let CheckOptions {
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

fn path_of(named: &Named) -> PathBuf {
    match named {
        Named::File(path) => path.clone(),
        Named::Stdin => "-".into(),
    }
}

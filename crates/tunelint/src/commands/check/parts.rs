//! Sharded checks: each shard writes a part file, and `tunelint merge` finishes the check from
//! them.

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
use super::unchecked;
use crate::arguments;
use crate::cli::{CheckOptions, Command, CommandLine, Merge};
use crate::exit::Failure;
use crate::progress::Progress;
use crate::report;
use crate::staged::{StagedFile, same_file};
use crate::whole_file;

/// Checks the sources of one shard and writes the part file `path`, with what is needed for the
/// findings about the whole dataset.
pub(super) fn shard(
    session: Session,
    sources: &Sources,
    path: &Path,
    events: &mut Events,
) -> Result<Outcome, Failure> {
    let Some((mut part, mut outcome)) = session.shard(events).map_err(output::failed)? else {
        return Err(Failure::new(
            "one part file cannot hold files with different targets or datasets",
        )
        .help("run a separate check for each, with different `--part` files"));
    };
    let name = printable_path(path);
    let words = arguments::of_process()?.into_iter().skip(1);
    part.request = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let files = sources.list.iter().zip(&outcome.summary.sources);
    let files =
        files.map(|(source, summary)| PartSource::new(source.named.path().to_owned(), summary));
    part.sources = files.collect();
    let bytes = part.to_bytes();
    let bytes = bytes.map_err(|error| Failure::new(format!("cannot write {name}: {error}")))?;
    let written = StagedFile::create_private(path).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.commit(true)
    });
    written.map_err(|error| Failure::io("write", &name, &error))?;
    outcome.summary.notes.push(format!(
        "dataset-wide findings are reported by `tunelint merge {name} …`; {name} holds texts of the data"
    ));
    Ok(outcome)
}

/// Merges the parts of a check. Returns the outcome and the reports, which the caller must finish.
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
    let reports = Reports::open(&check, &session.inputs(), fail_on, rule_url, report::open)?;
    let mut events = Events::new(reports, Progress::default());
    let (paths, parts): (Vec<&Path>, Vec<ShardPart>) = parts.into_iter().unzip();
    let merged = session.merge(&parts, &mut events);
    let mut outcome = merged.map_err(|error| unmerged(&error, &paths))?;
    outcome.summary.unread = unchecked(&outcome.summary.sources);
    let reports = events.into_reports(&mut outcome.summary);
    Ok((outcome, reports))
}

/// Converts an error of the library to a message that names the part file.
fn unmerged(error: &MergeError, paths: &[&Path]) -> Failure {
    match error {
        MergeError::Damaged(number) => {
            damaged(paths.get(*number).copied().unwrap_or(Path::new("")))
        }
        MergeError::Source(error) => events::failure(error),
        MergeError::Target(error) => Failure::new(error.to_string()),
        MergeError::Rounds(error) => Failure::new(error.to_string()),
        MergeError::Io(error) => Failure::io("finish", "the check", error),
    }
}

fn damaged(path: &Path) -> Failure {
    Failure::new(format!("{} is truncated or damaged", printable_path(path)))
        .help("check this shard again")
}

/// The options of the check that all parts come from, with the output options of `merge`.
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
        show_all: options.show_all,
        statistics: options.statistics,
        fail_on: options.fail_on.or(check.fail_on),
        threads: options.threads,
        ..check
    })
}

fn read(path: &Path) -> Result<ShardPart, Failure> {
    let name = printable_path(path);
    let bytes = whole_file::read(path, u64::MAX);
    let bytes = bytes.map_err(|error| Failure::io("read", &name, &error))?;
    ShardPart::from_bytes(&bytes).map_err(|why| match why {
        PartError::OtherFile => Failure::new(format!("{name} is not a part file"))
            .help("write a part for each shard with `tunelint check --part FILE`"),
        PartError::Damaged => damaged(path),
    })
}

/// Rejects a part that is given twice, also through links: its records would be counted twice.
fn refuse_twice(parts: &[PathBuf]) -> Result<(), Failure> {
    for (index, part) in parts.iter().enumerate() {
        if parts
            .iter()
            .skip(index + 1)
            .any(|other| same_file(part, other))
        {
            return Err(Failure::new(format!(
                "{} is given twice",
                printable_path(part)
            )));
        }
    }
    Ok(())
}

/// The options that the parts were written with.
///
/// # Errors
/// Parts of another version, or of checks with different options or rules.
fn request(parts: &[(&Path, ShardPart)]) -> Result<CheckOptions, Failure> {
    let mut agreed: Option<(&Path, CheckOptions, String)> = None;
    for (path, part) in parts {
        let name = printable_path(path);
        if part.version != env!("CARGO_PKG_VERSION") {
            return Err(
                Failure::new(format!("{name} was written by version {}", part.version)).help(
                    format!(
                        "this is version {}: check all shards with the same version",
                        env!("CARGO_PKG_VERSION")
                    ),
                ),
            );
        }
        let words = ["tunelint".to_owned()]
            .into_iter()
            .chain(part.request.iter().cloned());
        let Ok(CommandLine {
            command: Command::Check(check),
        }) = CommandLine::try_parse_from(words)
        else {
            return Err(Failure::new(format!(
                "{name} has options that are unknown to this version"
            )));
        };
        let comparable = comparable(&check.0);
        match &agreed {
            None => agreed = Some((path, *check.0, comparable)),
            Some((first, _, same))
                if *same != comparable
                    || parts.first().map(|(_, first)| &first.tallies.rules)
                        != Some(&part.tallies.rules) =>
            {
                return Err(Failure::new(format!(
                    "{} and {name} come from different checks",
                    printable_path(first)
                ))
                .help("check every shard with the same options and settings"));
            }
            Some(_) => {}
        }
    }
    agreed
        .map(|(_, check, _)| check)
        .ok_or_else(|| Failure::new("no part files given"))
}

/// The options that findings depend on, as a string to compare. Options about output are left out.
fn comparable(check: &CheckOptions) -> String {
    let CheckOptions {
        target,
        task,
        reading,
        tokenizer,
        model,
        preamble,
        validation,
        production,
        against,
        benchmark,
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
            (tokenizer, model),
            preamble,
            validation,
            (production, against, benchmark),
            (select, ignore, extend_select, severity, preview, settings)
        )
    )
}

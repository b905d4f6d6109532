//! Checks of partitions in several places, for programs that embed this one: parts, which are
//! combined, and the report, which is made of them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tunelint_core::contract::Check;
use tunelint_core::finding::{Finding, Keep};
use tunelint_core::rounds::{MAX_PARTITIONS, NextRound, Request, RoundError, RoundPart};
use tunelint_core::rules::by_name;
use tunelint_core::session::{MergeError, Observer, OwnRule, Rounds, Session, SourceError};
use tunelint_core::shard::PartError;
use tunelint_core::source::{Container, Input, Packed};

use super::accepting::Accepted;
use super::collecting::{Checked, collect_from, found};
use super::events::failure;
use super::plan::Plans;
use super::sources::Sources;
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::host::{Host, Stop};

/// Options whose values may be objects of the host.
const OF_DATA: [&str; 3] = ["--validation=", "--production=", "--benchmark="];

/// Options that choose rules, in the words of a check.
const OF_RULES: [&str; 8] = [
    "--target=",
    "--task=",
    "--select=",
    "--extend-select=",
    "--ignore=",
    "--severity=",
    "--fail-on=",
    "--preview",
];

/// The names of rules that are not in the registry. Each lives as long as the program, so it is kept
/// once.
static OWN_RULES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The parts of one check.
pub struct Parts {
    request: Request,
    parts: Vec<RoundPart>,
}

/// The name of the partition with the number `index`.
pub fn name(index: u32) -> PathBuf {
    PathBuf::from(format!("<partition {index}>"))
}

/// Reads the only source of `options`, the partition with the number `index`. `next` is what a later
/// round needs.
///
/// # Errors
/// Invalid options and settings, baselines, and data that cannot be read.
pub fn part(
    options: &CheckOptions,
    index: u32,
    request: Request,
    next: Option<&[u8]>,
) -> Result<RoundPart, Failure> {
    if index >= MAX_PARTITIONS {
        return Err(Failure::new(format!(
            "index: expected less than {MAX_PARTITIONS}, found {index}"
        )));
    }
    let next = next.map(|bytes| next_round(bytes, &request)).transpose()?;
    let sources = found(options)?;
    let plans = plans(options, &sources)?;
    let session = plans.session(&sources)?;
    if !Accepted::read(options, &sources, &session.names())?.is_empty() {
        return Err(
            Failure::new("a distributed check does not support a baseline")
                .help("leave out `--baseline`, and take it out of the settings"),
        );
    }
    let mut quiet = Quiet::new(options);
    let read = session.part(index, request, next.as_ref(), &mut quiet);
    match (quiet.unread, read) {
        (Some(failure), _) => Err(failure),
        (None, read) => read.map_err(|error| Failure::io("read", "the partition", &error)),
    }
}

/// Combines parts of one round; `next` is what those of a later round were made with.
///
/// # Errors
/// Those of [`Parts::options`], and parts that do not fit together.
pub fn combine(
    options: &CheckOptions,
    parts: Parts,
    next: Option<&[u8]>,
) -> Result<RoundPart, Failure> {
    let next = next.map(|bytes| next_round(bytes, &parts.request));
    let next = next.transpose()?;
    let rounds = parts.parts.iter().map(|of| of.round);
    let (least, most) = (rounds.clone().min(), rounds.max());
    if least != most {
        return Err(Failure::new("parts of different rounds cannot be combined")
            .help("combine those of each round"));
    }
    if most != Some(next.as_ref().map_or(0, |of| of.round)) {
        return Err(Failure::new("the state belongs to another round")
            .help("combine parts with the `state` that they were made with"));
    }
    let session = session(options)?;
    let mut quiet = Quiet::new(options);
    let combined = session.combine(parts.parts, next.as_ref(), &mut quiet);
    combined.map_err(|error| unmerged(&error))
}

/// What the next round needs; `None` if there is none.
///
/// # Errors
/// Those of [`combine`].
pub fn needed(options: &CheckOptions, parts: Parts) -> Result<Option<NextRound>, Failure> {
    let session = session(options)?;
    let concluded = session.conclude_rounds(parts.parts, &mut Quiet::new(options));
    match concluded.map_err(|error| unmerged(&error))? {
        Rounds::Finished(_) => Ok(None),
        Rounds::Unfinished(next) => Ok(Some(*next)),
    }
}

/// Finishes a check from the parts of all its rounds.
///
/// # Errors
/// Those of [`combine`], and a round that is missing.
pub fn finish(options: &CheckOptions, parts: Parts) -> Result<Checked, Failure> {
    if parts.partitions() == 0 {
        // What is reported is that there are no records.
        return super::collect(options);
    }
    let sources = found(options)?;
    let plans = plans(options, &sources)?;
    collect_from(options, &sources, &plans, |session, observer| {
        let concluded = session.conclude_rounds(parts.parts, observer);
        match concluded.map_err(|error| unmerged(&error))? {
            Rounds::Finished(outcome) => Ok(*outcome),
            Rounds::Unfinished(next) => Err(Failure::new(format!(
                "round {} is missing: rules compare every example with what all have in common",
                next.round
            ))
            .help(
                "make parts of all partitions with `state=tunelint.distributed.state(parts)`, and \
                 merge these as well",
            )),
        }
    })
}

impl Parts {
    /// Reads parts.
    ///
    /// # Errors
    /// No parts, other bytes, and parts of different checks or of another version.
    pub fn read(all: &[Vec<u8>]) -> Result<Self, Failure> {
        let mut parts = Vec::new();
        for (number, bytes) in (1..).zip(all) {
            let part = RoundPart::from_bytes(bytes);
            parts.push(part.map_err(|why| not_read(&format!("part {number}"), "a part", &why))?);
        }
        let first: Option<&RoundPart> = parts.first();
        let request = first.map(|of| of.request.clone());
        let request = request.ok_or_else(|| Failure::new("no parts given"))?;
        if request.version != env!("CARGO_PKG_VERSION") {
            return Err(Failure::new(format!(
                "the parts were made by version {}",
                request.version
            ))
            .help(format!(
                "this is version {}: make and merge parts with the same version",
                env!("CARGO_PKG_VERSION")
            )));
        }
        if parts.iter().any(|of| of.request != request) {
            return Err(Failure::new("the parts come from different checks")
                .help("make every part with the same options and settings"));
        }
        Ok(Self { request, parts })
    }

    /// The names of their rules that are not in the registry.
    pub fn own_rules(&self) -> &[String] {
        &self.request.own_rules
    }

    /// The arguments of their check, with the partitions as sources. Those of empty partitions name
    /// no files: there is nothing to compare with these.
    pub fn arguments(&self) -> Vec<OsString> {
        let words = self.request.words.iter().map(String::as_str);
        let words: Vec<&str> = match self.partitions() {
            0 => ["check", "--isolated"]
                .into_iter()
                .chain(words.filter(|word| OF_RULES.iter().any(|of| word.starts_with(of))))
                .collect(),
            _ => words.collect(),
        };
        let words = words.into_iter().chain(["--"]).map(OsString::from);
        words
            .chain(self.names().map(PathBuf::into_os_string))
            .collect()
    }

    /// Whether `options`, which were read from [`arguments`](Self::arguments), have the partitions as
    /// their only sources.
    pub fn are_sources_of(&self, options: &CheckOptions) -> bool {
        self.names().eq(options.paths.iter().cloned())
    }

    /// A host that has their partitions, which cannot be read, and their rules, which do nothing,
    /// besides the data of `host` that they were compared with.
    ///
    /// # Errors
    /// Data that is missing in `host`.
    pub fn host(&self, mut host: Host) -> Result<Host, Failure> {
        let words = self.request.words.iter();
        for (option, object) in words.filter_map(|word| object_of(word)) {
            if host.object(Path::new(object)).is_none() {
                return Err(Failure::new(format!(
                    "the parts were compared with data that is not given: `{option}`"
                ))
                .help(format!("pass the same `{option}` here")));
            }
        }
        let inert = |name: &String| OwnRule::new(lasting(name), |_| Some(Check::default()));
        host.rules = self.request.own_rules.iter().map(inert).collect();
        let partitions = self.names();
        Ok(host.with(partitions.map(|of| (of.clone(), Input::packed(of, Arc::new(Unread), None)))))
    }

    /// The number of partitions up to the last one.
    fn partitions(&self) -> u32 {
        let partitions = self.parts.iter().flat_map(RoundPart::partitions);
        partitions.max().map_or(0, |last| last + 1)
    }

    /// The names of the partitions; that of one where all are empty.
    fn names(&self) -> impl Iterator<Item = PathBuf> {
        (0..self.partitions().max(1)).map(name)
    }
}

/// The name of a rule as rules have it.
fn lasting(name: &str) -> &'static str {
    if let Some(entry) = by_name(name) {
        return entry.meta.name;
    }
    let mut known = OWN_RULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = known.get(name) {
        return name;
    }
    let name: &'static str = name.to_owned().leak();
    known.insert(name);
    name
}

/// The option and the object in an argument such as `--validation=<validation>`.
fn object_of(word: &str) -> Option<(&str, &str)> {
    let option = OF_DATA.iter().find(|option| word.starts_with(*option))?;
    let object = word.strip_prefix(option)?;
    let name = option.trim_start_matches('-').trim_end_matches('=');
    (object.starts_with('<') && object.ends_with('>')).then_some((name, object))
}

/// A partition that was read elsewhere.
#[derive(Debug)]
struct Unread;

impl Packed for Unread {
    fn container(&self) -> Option<Container> {
        Some(Container::Jsonl)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::empty()))
    }
}

fn plans(options: &CheckOptions, sources: &Sources) -> Result<Plans, Failure> {
    Ok(Plans::keeping(options, sources, Keep::All)?.with_all_excerpts())
}

fn session(options: &CheckOptions) -> Result<Session, Failure> {
    let sources = found(options)?;
    plans(options, &sources)?.session(&sources)
}

fn next_round(bytes: &[u8], request: &Request) -> Result<NextRound, Failure> {
    let next = NextRound::from_bytes(bytes).map_err(|why| {
        not_read(
            "the state",
            "what `tunelint.distributed.state` returned",
            &why,
        )
    })?;
    match next.request == *request {
        true => Ok(next),
        false => Err(Failure::new("the state comes from a different check")
            .help("make every part with the same options and settings")),
    }
}

fn not_read(what: &str, expected: &str, why: &PartError) -> Failure {
    match why {
        PartError::OtherFile => Failure::new(format!("{what} is not {expected}"))
            .help("pass what `tunelint.distributed` returned, unchanged"),
        PartError::Damaged => {
            Failure::new(format!("{what} is truncated or damaged")).help("make it again")
        }
    }
}

fn unmerged(error: &MergeError) -> Failure {
    let help = match error {
        MergeError::Rounds(RoundError::Twice(..)) => "pass each part once",
        MergeError::Rounds(RoundError::Between(..)) => "combine only parts of adjacent partitions",
        MergeError::Rounds(RoundError::Absent(..)) => "pass the parts of all partitions",
        MergeError::Rounds(RoundError::Changed(..)) => {
            "partition the data in the same way in every round: store it before the check"
        }
        MergeError::Damaged(_) => "make it again, with the same options and settings",
        MergeError::Source(error) => return failure(error),
        MergeError::Io(error) => return Failure::io("merge", "the parts", error),
        MergeError::Target(_) => return Failure::new(error.to_string()),
    };
    Failure::new(error.to_string()).help(help)
}

/// Receives what a run reports besides findings: data that cannot be read.
struct Quiet {
    unread: Option<Failure>,
    stop: Stop,
}

impl Quiet {
    fn new(options: &CheckOptions) -> Self {
        Self {
            unread: None,
            stop: options.reading.host.stop.clone(),
        }
    }
}

impl Observer for Quiet {
    fn finding(&mut self, _: Finding) -> io::Result<()> {
        Ok(())
    }

    fn unreadable(&mut self, error: &SourceError) {
        // That data is compared with is not valid is reported once, when the check is finished.
        if !matches!(error, SourceError::Unread(..)) && self.unread.is_none() {
            self.unread = Some(failure(error));
        }
    }

    fn progress(&mut self, _: u64) -> ControlFlow<()> {
        match self.stop.is_set() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_rule_is_kept_once() {
        let own = lasting("names-stock").as_ptr();
        let again = String::from("names-stock");
        assert_eq!(own, lasting(&again).as_ptr());
        let known = lasting("empty-output").as_ptr();
        assert_eq!(
            Some(known),
            by_name("empty-output").map(|of| of.meta.name.as_ptr())
        );
    }
}

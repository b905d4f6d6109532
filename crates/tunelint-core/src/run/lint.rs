//! Checks a dataset: every source through the reader, every example through the rules, and at
//! the end what only all of them together show.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tunelint_data::record::Record;
use tunelint_data::source::{Batch, Input, Stamp};
use tunelint_data::text::excerpt::Excerpt;
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::printable_path;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::suppression::SuppressedRecords;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::finding::{Counts, Finding, Findings, Keep, Policy};
use tunelint_layouts::reader::request::with_request;
use tunelint_layouts::reader::{
    DecodeOutcome, OpenError, ReadOptions, Reader, Scratch, Unreadable,
};
use tunelint_rules::contract::{AnyTally, Check, SourceFacts, SuppressionFacts};
use tunelint_rules::rules::{LOOKUP, RuleSet};
use tunelint_rules::survey::inferred::Inferred;
use tunelint_rules::survey::{Normalizer, SampleCutoff, Survey};

use super::shard::ShardPart;

/// Receives what a check finds, in the order of the sources. A closure that takes a [`Finding`] is
/// one.
pub trait Observer: Send {
    /// A source is about to be checked; of its summary only path and targets are known.
    ///
    /// # Errors
    /// Ends the run.
    fn source(&mut self, _source: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    /// Something was found.
    ///
    /// # Errors
    /// Ends the run.
    fn finding(&mut self, finding: Finding) -> io::Result<()>;

    /// Whether a finding was accepted before. It is counted as suppressed then, and not passed on.
    fn accepts(&mut self, _finding: &Finding) -> bool {
        false
    }

    /// A file could not be read, or not as a whole; the run goes on without it.
    fn unreadable(&mut self, _error: &SourceError) {}

    /// So many more bytes were read, as they lie on disk. Called after each batch, on a thread of the
    /// run; breaking ends the run with [`io::ErrorKind::Interrupted`].
    fn progress(&mut self, _bytes: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(Finding) -> io::Result<()> + Send> Observer for F {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self(finding)
    }
}

/// Why a file could not be read, or not as a whole.
#[derive(Debug)]
pub enum SourceError {
    /// It cannot be opened as the settings say.
    Open(PathBuf, OpenError),
    /// Reading it failed.
    Read(PathBuf, io::Error),
    /// It is compared with, and so many of its records gave no example.
    Unread(PathBuf, u64),
}

/// Checks the sources of one dataset, one after the other.
pub struct Linter {
    rules: RuleSet,
    policy: Policy,
    threads: usize,
    tallies: Tallies,
    cutoff: SampleCutoff,
    /// How many findings of each rule were passed on.
    passed: BTreeMap<&'static str, usize>,
    visited: Vec<Visited>,
}

/// A source that was checked, and may have to be read again.
struct Visited {
    source: SourceId,
    input: Input,
    options: ReadOptions,
    stamp: Option<Stamp>,
}

/// What all sources together came to.
#[derive(Debug, Default)]
pub struct Conclusion {
    /// What was found in each source besides what [`Linter::check`] counted.
    pub counts: BTreeMap<SourceId, Counts>,
    /// The common form of the examples, as far as rules asked for it.
    pub inferred: Arc<Inferred>,
}

/// What is remembered of the examples seen: mergeable in any grouping.
pub struct Tallies {
    rules: Vec<Option<AnyTally>>,
    survey: Survey,
    examples: u64,
    /// Records that are excused from what is said at the end.
    suppressed: SuppressedRecords,
}

/// What one batch gave.
struct CheckedBatch {
    bytes: u64,
    counts: BTreeMap<SourceId, Counts>,
    kept: Vec<Finding>,
    tallies: Tallies,
}

impl Tallies {
    /// Nothing seen yet.
    pub fn new(rules: &RuleSet) -> Self {
        let tally = |check: &Check| check.dataset.as_ref().map(|rule| rule.tally());
        Self {
            rules: rules.checks().map(tally).collect(),
            survey: Survey::new(rules.needs()),
            examples: 0,
            suppressed: SuppressedRecords::default(),
        }
    }

    /// Takes one example into account, but for what `cutoff` makes superfluous.
    pub fn observe(
        &mut self,
        rules: &RuleSet,
        example: &Example<'_>,
        normalizer: &mut Normalizer,
        cutoff: &SampleCutoff,
    ) {
        self.examples += 1;
        self.survey.observe(example, normalizer, cutoff);
        for (check, tally) in rules.checks().zip(&mut self.rules) {
            if let (Some(rule), Some(tally)) = (&check.dataset, tally) {
                rule.observe(example, tally);
            }
        }
    }

    /// Adds what was seen after it.
    pub fn merge(&mut self, rules: &RuleSet, other: Self) {
        self.examples += other.examples;
        self.suppressed.merge(other.suppressed);
        self.survey.merge(other.survey);
        for ((check, into), from) in rules.checks().zip(&mut self.rules).zip(other.rules) {
            if let (Some(rule), Some(into), Some(from)) = (&check.dataset, into, from) {
                rule.merge(into, from);
            }
        }
    }

    /// Says what all of it shows, and returns the rules that want to look once more.
    fn finish(
        &mut self,
        rules: &RuleSet,
        findings: &mut Findings<'_>,
    ) -> Vec<(&'static str, Check)> {
        self.survey.complete();
        let mut again = Vec::new();
        for ((name, check), tally) in rules.named().zip(std::mem::take(&mut self.rules)) {
            findings.set_rule(name);
            if let (Some(rule), Some(tally)) = (&check.dataset, tally) {
                match rule.follow_up(&tally) {
                    Some(check) => again.push((name, check)),
                    None => rule.finish(tally, findings),
                }
            }
            if let Some(rule) = &check.survey {
                rule.finish(&self.survey, findings);
            }
        }
        again
    }
}

impl Linter {
    /// A linter with `rules` that reports under `policy`, on at most `threads` threads.
    pub fn new(rules: RuleSet, policy: Policy, threads: usize) -> Self {
        let tallies = Tallies::new(&rules);
        Self {
            rules,
            policy,
            threads,
            tallies,
            cutoff: SampleCutoff::default(),
            passed: BTreeMap::new(),
            visited: Vec::new(),
        }
    }

    /// Checks one source.
    ///
    /// # Errors
    /// What reading returns, or `observer`.
    pub fn check(
        &mut self,
        mut reader: Reader,
        observer: &mut dyn Observer,
    ) -> io::Result<SourceSummary> {
        self.revisit(&reader);
        let mut pass = Pass {
            rules: &self.rules,
            policy: &self.policy,
            threads: self.threads,
            tallies: &mut self.tallies,
            cutoff: &self.cutoff,
            passed: &mut self.passed,
        };
        let before = pass.tallies.examples;
        let mut counts = pass.over(&mut reader, observer)?;
        let examples = self.tallies.examples - before;
        let mut findings = Findings::new(&self.policy);
        check_source(&self.rules, &reader, &mut findings)?;
        let (facts, kept) = findings.into_parts();
        facts.values().for_each(|found| counts.merge(found));
        kept.into_iter()
            .try_for_each(|finding| pass_on(&self.policy, &mut self.passed, finding, observer))?;
        Ok(summarize(&reader, examples, counts))
    }

    /// What was gathered, to be merged with what other runs gathered.
    ///
    /// # Errors
    /// If a tally cannot be written, which is a mistake in its rule.
    pub fn into_part(mut self) -> Result<ShardPart, rmp_serde::encode::Error> {
        self.tallies.survey.canonicalize();
        let mut tallies = Vec::new();
        for (check, tally) in self.rules.checks().zip(&self.tallies.rules) {
            tallies.push(match (&check.dataset, tally) {
                (Some(rule), Some(tally)) => Some(rule.save(tally)?),
                _ => None,
            });
        }
        Ok(ShardPart {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: self
                .rules
                .named()
                .map(|(name, _)| name.to_owned())
                .collect(),
            survey: self.tallies.survey,
            tallies,
            examples: self.tallies.examples,
            suppressed: self.tallies.suppressed.store(),
            ..ShardPart::default()
        })
    }

    /// Takes in what another run gathered, whose sources are counted from `first` on. It must have
    /// had the same rules.
    ///
    /// # Errors
    /// If a tally cannot be read.
    pub fn merge_part(
        &mut self,
        part: &ShardPart,
        first: u32,
    ) -> Result<(), rmp_serde::decode::Error> {
        let mut taken = Tallies::new(&self.rules);
        taken.examples = part.examples;
        taken.suppressed = SuppressedRecords::load(&part.suppressed, LOOKUP).shifted(first);
        taken.survey = part.survey.clone();
        taken.survey.renumber_sources(first);
        for ((check, tally), saved) in self.rules.checks().zip(&mut taken.rules).zip(&part.tallies)
        {
            if let (Some(rule), Some(tally), Some(saved)) = (&check.dataset, tally, saved) {
                *tally = rule.load(saved)?;
                rule.renumber_sources(tally, first);
            }
        }
        self.tallies.merge(&self.rules, taken);
        Ok(())
    }

    /// A source that another run has checked: it will be read again where that is needed.
    pub fn revisit(&mut self, reader: &Reader) {
        self.visited.push(Visited {
            source: reader.source,
            input: reader.input.clone(),
            options: reader.options.clone(),
            stamp: reader.stamp,
        });
    }

    /// Says what all sources together show. Where that is a common form, they are read again and
    /// every example is held beside it.
    ///
    /// # Errors
    /// What reading returns, or `observer`; a source that changed since it was checked.
    pub fn finish(mut self, observer: &mut dyn Observer) -> io::Result<Conclusion> {
        let mut counts = BTreeMap::new();
        let again = self.conclude(&mut counts, observer)?;
        let inferred = Arc::new(std::mem::take(&mut self.tallies.survey.inferred));
        let mut next = self.rules.build_inferring(Arc::clone(&inferred));
        next.extend(again);
        while !next.is_empty() {
            self.policy.enabled = next.named().map(|(name, _)| name).collect();
            self.tallies = Tallies::new(&next);
            self.rules = next;
            self.read_again(&mut counts, observer)?;
            let again = self.conclude(&mut counts, observer)?;
            next = RuleSet::default();
            next.extend(again);
        }
        Ok(Conclusion { counts, inferred })
    }

    /// Reports what the tallies show; returns the rules that want to look once more.
    fn conclude(
        &mut self,
        counts: &mut BTreeMap<SourceId, Counts>,
        observer: &mut dyn Observer,
    ) -> io::Result<Vec<(&'static str, Check)>> {
        let policy = self.policy.clone();
        let suppressed = std::mem::take(&mut self.tallies.suppressed);
        let mut findings = Findings::new(&policy).with_suppressed(&suppressed);
        let again = self.tallies.finish(&self.rules, &mut findings);
        let (found, kept) = findings.into_parts();
        found
            .iter()
            .for_each(|(source, found)| counts.entry(*source).or_default().merge(found));
        for mut finding in kept {
            if finding.location.record.is_some() && self.has_room(&finding) {
                self.show(&mut finding);
            }
            pass_on(&self.policy, &mut self.passed, finding, observer)?;
        }
        Ok(again)
    }

    /// Reads every source once more. What reading itself reports was reported before: the policy
    /// names only the rules of this pass.
    fn read_again(
        &mut self,
        counts: &mut BTreeMap<SourceId, Counts>,
        observer: &mut dyn Observer,
    ) -> io::Result<()> {
        for visited in &self.visited {
            let opened = Reader::open(visited.source, visited.input.clone(), &visited.options);
            let mut reader = opened.map_err(OpenError::into_io)?;
            if reader.stamp != visited.stamp {
                return Err(io::Error::other("file changed while it was being read"));
            }
            let mut pass = Pass {
                rules: &self.rules,
                policy: &self.policy,
                threads: self.threads,
                tallies: &mut self.tallies,
                cutoff: &self.cutoff,
                passed: &mut self.passed,
            };
            let found = pass.over(&mut reader, observer)?;
            counts.entry(visited.source).or_default().merge(&found);
        }
        Ok(())
    }

    /// Whether the next finding of its rule is told with an excerpt that must be fetched.
    fn has_room(&self, finding: &Finding) -> bool {
        let passed = self.passed.get(finding.rule).copied().unwrap_or(0);
        let limit = match self.policy.keep {
            Keep::First(limit) => limit,
            Keep::All => FETCHED,
        };
        passed < limit && self.policy.wants_excerpt(passed + 1)
    }

    /// Reads the text at a finding's place once more, to show it.
    fn show(&self, finding: &mut Finding) {
        const SHOWN: usize = 600;
        let visited = self
            .visited
            .iter()
            .find(|visited| visited.source == finding.location.source);
        let bytes =
            visited.and_then(|visited| visited.input.read_at(finding.location.start.offset, SHOWN));
        if let Some(bytes) = bytes {
            let line = memchr::memchr(b'\n', &bytes).unwrap_or(bytes.len());
            let Location { start, end, .. } = &finding.location;
            let length = end.offset.saturating_sub(start.offset) as usize;
            // A place between two characters is shown with all that follows on its line.
            let marked = if length == 0 { line } else { length.min(line) };
            let span = Span::new(0, marked);
            finding.excerpt = Some(Excerpt::behind(self.policy.redaction, &bytes, span, false));
        }
    }
}

/// Excerpts of a rule that are fetched where every finding is kept: each opens the file anew.
const FETCHED: usize = 1_000;

/// One reading of one source.
struct Pass<'l> {
    rules: &'l RuleSet,
    policy: &'l Policy,
    threads: usize,
    tallies: &'l mut Tallies,
    cutoff: &'l SampleCutoff,
    passed: &'l mut BTreeMap<&'static str, usize>,
}

impl Pass<'_> {
    /// Shows every example to the rules, and passes on what they find, in order.
    fn over(&mut self, reader: &mut Reader, observer: &mut dyn Observer) -> io::Result<Counts> {
        let decoder = reader.decoder();
        let (rules, policy, cutoff) = (self.rules, self.policy, self.cutoff);
        let (tallies, passed) = (&mut *self.tallies, &mut *self.passed);
        let saturated_rules = Mutex::new(saturated_rules(policy, passed));
        let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
            let known = saturated_rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let mut findings = Findings::count_only(policy, known);
            let mut tallies = Tallies::new(rules);
            let (scratch, normalizer) = buffers;
            decoder.each(batch, scratch, &mut |outcome| match outcome {
                DecodeOutcome::Example(example) => {
                    let noted = &mut tallies.suppressed;
                    policy.suppressions.note(&example.record, noted);
                    check_example(rules, example, &mut findings);
                    tallies.observe(rules, example, normalizer, cutoff);
                }
                DecodeOutcome::Unreadable(record, why) => {
                    check_record(rules, record, why, &mut findings);
                }
            });
            let (counts, kept) = findings.into_parts();
            CheckedBatch {
                bytes: batch.bytes.len() as u64,
                counts,
                kept,
                tallies,
            }
        };
        let mut counts = Counts::default();
        let mut drain = |outcome: CheckedBatch| {
            let bytes = outcome.bytes;
            let found = outcome.counts.values();
            found.for_each(|found| counts.merge(found));
            tallies.merge(rules, outcome.tallies);
            tallies.survey.advance(cutoff);
            let mut kept = outcome.kept.into_iter();
            let passed_on = kept.try_for_each(|finding| pass_on(policy, passed, finding, observer));
            *saturated_rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = self::saturated_rules(policy, passed);
            passed_on?;
            match observer.progress(bytes) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(io::ErrorKind::Interrupted.into()),
            }
        };
        let buffers = || (decoder.scratch(), Normalizer::default());
        reader.each_batch(self.threads, buffers, work, &mut drain)?;
        Ok(counts)
    }
}

/// Runs every rule about sources on one that has been read.
pub(super) fn check_source(
    rules: &RuleSet,
    reader: &Reader,
    findings: &mut Findings<'_>,
) -> io::Result<()> {
    with_request(reader, |request| {
        let facts = SourceFacts { reader, request };
        for (name, check) in rules.named() {
            if let Some(rule) = &check.source {
                findings.set_rule(name);
                rule.check(&facts, findings);
            }
        }
    })
}

/// Runs every rule about records that gave no example on one of them.
pub(super) fn check_record(
    rules: &RuleSet,
    record: &Record<'_>,
    why: Unreadable<'_>,
    findings: &mut Findings<'_>,
) {
    for (name, check) in rules.named() {
        if let Some(rule) = &check.record {
            findings.set_rule(name);
            rule.check(record, why, findings);
        }
    }
}

/// Runs every rule about suppressions on one of them, after everything has been checked.
pub fn check_suppression(
    rules: &RuleSet,
    suppression: &SuppressionFacts<'_>,
    findings: &mut Findings<'_>,
) {
    for (name, check) in rules.named() {
        if let Some(rule) = &check.suppression {
            findings.set_rule(name);
            rule.check(suppression, findings);
        }
    }
}

/// Runs every example rule on one example.
fn check_example(rules: &RuleSet, example: &Example<'_>, findings: &mut Findings<'_>) {
    for (name, check) in rules.named() {
        if let Some(rule) = &check.example {
            findings.set_rule(name);
            rule.check(example, findings);
        }
    }
}

/// The rules of which as many findings were passed on as are kept.
fn saturated_rules(
    policy: &Policy,
    passed: &BTreeMap<&'static str, usize>,
) -> BTreeSet<&'static str> {
    let Keep::First(limit) = policy.keep else {
        return BTreeSet::new();
    };
    let full = passed.iter().filter(|(_, passed)| **passed >= limit);
    full.map(|(rule, _)| *rule).collect()
}

fn pass_on(
    policy: &Policy,
    passed: &mut BTreeMap<&'static str, usize>,
    mut finding: Finding,
    observer: &mut dyn Observer,
) -> io::Result<()> {
    let passed = passed.entry(finding.rule).or_default();
    if let Keep::First(limit) = policy.keep
        && *passed >= limit
    {
        return Ok(());
    }
    *passed += 1;
    if !policy.wants_excerpt(*passed) {
        // Each batch made some: which ones are left must not depend on how the file was cut.
        finding.excerpt = None;
    }
    observer.finding(finding)
}

fn summarize(reader: &Reader, examples: u64, counts: Counts) -> SourceSummary {
    SourceSummary {
        path: printable_path(&reader.input.name),
        container: reader
            .container()
            .map_or("", |container| container.as_str())
            .to_owned(),
        layout: reader
            .layout()
            .map_or("", |layout| layout.name())
            .to_owned(),
        evidence: reader.mapping.evidence.clone(),
        bytes: reader.bytes_read(),
        records: reader.records(),
        examples,
        counts,
        ..SourceSummary::default()
    }
}

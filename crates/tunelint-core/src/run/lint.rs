//! Checks one dataset: reads each source, runs the rules on every example, and then runs the rules
//! about the dataset as a whole. Some of these need a second pass over the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
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
use tunelint_layouts::finding::{Counts, Finding, Findings, Keep, Policy, UsualImpacts};
use tunelint_layouts::reader::absent::absent_columns;
use tunelint_layouts::reader::request::with_request;
use tunelint_layouts::reader::{
    DecodeOutcome, Decoder, OpenError, ReadOptions, Reader, Scratch, Unreadable,
};
use tunelint_model::with_deep_stack;
use tunelint_rules::contract::{
    AnyTally, Check, Sequence, SourceFacts, Stopwatch, SuppressionFacts,
};
use tunelint_rules::rules::RuleSet;
use tunelint_rules::survey::inferred::Inferred;
use tunelint_rules::survey::production_prompts::each_line;
use tunelint_rules::survey::{Normalizer, SampleCutoff, Survey};

mod stored;

use super::fold::Fold;
pub use super::observer::{Observer, SourceError};
use super::shard::{Leads, NextPass};
use super::shared_start::SharedStart;

/// Checks the sources of one dataset, one after the other: [`check`](Self::check) each of them,
/// then [`finish`](Self::finish) or [`into_part`](Self::into_part).
pub struct Linter {
    rules: RuleSet,
    policy: Policy,
    threads: usize,
    tallies: Tallies,
    cutoff: SampleCutoff,
    passed: Passed,
    visited: Vec<Visited>,
    /// What the records start with, known after the first pass.
    shared_start: SharedStart,
    conclusion: Conclusion,
    /// What the rules of the next pass are built from. The survey is kept only if asked for.
    next: NextPass,
    keeps_survey: bool,
}

/// The parts of a run that timings name beside the rules.
const READING: &str = "reading and waiting";
const DECODING: &str = "decoding";
const SURVEY: &str = "survey";
/// Findings while files are read, and the rest of the report.
pub const REPORTING: &str = "reporting";

/// The number of findings passed on, by source and rule.
type Passed = BTreeMap<(SourceId, &'static str), usize>;

/// A checked source, with all that a second pass needs to open it again.
struct Visited {
    source: SourceId,
    input: Input,
    options: ReadOptions,
    stamp: Option<Stamp>,
}

/// The result of [`Linter::finish`].
#[derive(Debug, Default)]
pub struct Conclusion {
    /// The findings of the dataset-wide rules and the later passes, by source. They are not in the
    /// summaries that [`Linter::check`] returned.
    pub counts: BTreeMap<SourceId, Counts>,
    /// The inferred format of the dataset; empty unless a rule needed it.
    pub inferred: Arc<Inferred>,
}

/// A source that [`Linter::finish`] could not read again, or whose findings the observer refused.
#[derive(Debug)]
pub struct NotReadAgain {
    /// Its name.
    pub name: PathBuf,
    /// What failed.
    pub error: io::Error,
}

impl fmt::Display for NotReadAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for NotReadAgain {}

/// What is kept of the examples seen so far: the tallies of the dataset rules and the survey.
///
/// Tallies of consecutive parts of a dataset can be merged in any grouping, in the order of the
/// parts.
pub struct Tallies {
    rules: Vec<Option<AnyTally>>,
    survey: Survey,
    examples: u64,
    /// The records with suppressions, for rules that report after the records are gone.
    suppressed: SuppressedRecords,
    surveying: Stopwatch,
}

/// The result of one batch.
struct CheckedBatch {
    bytes: u64,
    counts: BTreeMap<SourceId, Counts>,
    kept: Vec<Finding>,
    tallies: Tallies,
    /// Records that could not be checked, without a finding about it.
    unchecked: u64,
}

impl Tallies {
    /// The tallies of no examples.
    pub fn new(rules: &RuleSet) -> Self {
        let tally = |check: &Check| check.dataset.as_ref().map(|rule| rule.tally());
        Self {
            rules: rules.checks().map(tally).collect(),
            survey: Survey::new(rules.needs()),
            examples: 0,
            suppressed: SuppressedRecords::default(),
            surveying: rules.stopwatch(SURVEY),
        }
    }

    /// Adds one example. `cutoff` skips work that cannot change the result.
    pub fn observe(
        &mut self,
        rules: &RuleSet,
        example: &Example<'_>,
        normalizer: &mut Normalizer,
        cutoff: &SampleCutoff,
    ) {
        self.examples += 1;
        let lap = self.surveying.start();
        self.survey.observe(example, normalizer, cutoff);
        self.surveying.stop(lap);
        for (check, tally) in rules.checks().zip(&mut self.rules) {
            if let (Some(rule), Some(tally)) = (&check.dataset, tally) {
                rule.observe(example, tally);
            }
        }
    }

    /// Adds the sequence of an example.
    pub fn observe_sequence(&mut self, rules: &RuleSet, sequence: &Sequence<'_, '_>) {
        for (check, tally) in rules.checks().zip(&mut self.rules) {
            if let (Some(rule), Some(tally)) = (&check.dataset, tally) {
                rule.observe_sequence(sequence, tally);
            }
        }
    }

    /// Adds the tallies of the examples that follow.
    pub fn merge(&mut self, rules: &RuleSet, other: Self) {
        self.examples += other.examples;
        self.suppressed.merge(other.suppressed);
        self.surveying.measure(|| self.survey.merge(other.survey));
        for ((check, into), from) in rules.checks().zip(&mut self.rules).zip(other.rules) {
            if let (Some(rule), Some(into), Some(from)) = (&check.dataset, into, from) {
                rule.merge(into, from);
            }
        }
    }

    /// Completes the survey, after the last example of a pass.
    fn complete(&mut self) {
        self.surveying.measure(|| self.survey.complete());
    }

    /// Reports the findings, once the survey is complete. Returns what another pass needs to know.
    fn finish(&mut self, rules: &RuleSet, findings: &mut Findings<'_>) -> Leads {
        let mut leads = Leads::new();
        let tallies = std::mem::take(&mut self.rules);
        for (index, ((name, check), tally)) in rules.named().zip(tallies).enumerate() {
            findings.set_rule(name);
            if let (Some(rule), Some(tally)) = (&check.dataset, tally) {
                match rule.lead(&tally) {
                    Some(lead) => leads.push((index, lead)),
                    None => rule.finish(tally, findings),
                }
            }
            if let Some(rule) = &check.survey {
                rule.finish(&self.survey, findings);
            }
        }
        leads
    }
}

impl Linter {
    /// Sets what the targets do with findings that no requirement is about, until it is set again.
    /// Returns what was set before.
    pub fn set_usual(&mut self, usual: Arc<UsualImpacts>) -> Arc<UsualImpacts> {
        std::mem::replace(&mut self.policy.usual, usual)
    }

    /// A linter that runs `rules` under `policy` on at most `threads` threads. The number of
    /// threads does not change the findings.
    pub fn new(rules: RuleSet, policy: Policy, threads: usize) -> Self {
        let tallies = Tallies::new(&rules);
        Self {
            rules,
            policy,
            threads,
            tallies,
            cutoff: SampleCutoff::default(),
            passed: Passed::new(),
            visited: Vec::new(),
            shared_start: SharedStart::default(),
            conclusion: Conclusion::default(),
            next: NextPass::default(),
            keeps_survey: false,
        }
    }

    /// Checks one source to its end and returns its totals. Findings about the dataset as a whole
    /// come with [`Self::finish`].
    ///
    /// # Errors
    /// Errors from reading or from `observer`.
    pub fn check(
        &mut self,
        mut reader: Reader,
        observer: &mut dyn Observer,
    ) -> io::Result<SourceSummary> {
        self.revisit(&reader);
        let before = self.tallies.examples;
        let (mut counts, mut unchecked) = self.pass().over(&mut reader, observer)?;
        let examples = self.tallies.examples - before;
        let mut findings = Findings::new(&self.policy);
        check_source(&self.rules, &reader, &mut findings)?;
        if reader.shape.is_err() || (reader.layout().is_none() && reader.records() > examples) {
            let is_silent = findings.noticed() == 0 && counts.total() == 0;
            unchecked += u64::from(is_silent) * reader.records().max(1);
        }
        let (facts, kept) = findings.into_parts();
        facts.values().for_each(|found| counts.merge(found));
        kept.into_iter()
            .try_for_each(|finding| pass_on(&self.policy, &mut self.passed, finding, observer))?;
        Ok(SourceSummary {
            unchecked,
            ..summarize(&reader, examples, counts)
        })
    }

    /// Checks a text file with one prompt per line, for a linter of rules for prompts.
    ///
    /// # Errors
    /// Errors from reading or from `observer`.
    pub fn check_lines(
        &mut self,
        source: SourceId,
        input: &Input,
        observer: &mut dyn Observer,
    ) -> io::Result<SourceSummary> {
        let mut findings = Findings::new(&self.policy);
        let mut examples = 0;
        let unread = each_line(source, input, &mut |example| {
            examples += 1;
            self.rules.check_example(example, &mut findings);
        })?;
        let (mut counts, kept) = findings.into_parts();
        let counts = counts.remove(&source).unwrap_or_default();
        let faults = fault_rules(&self.rules);
        let mut fold = Fold::new(self.policy.keep, &faults);
        for mut finding in kept {
            // Fixes are edits of records, which would be quoted.
            finding.fix = None;
            take(&self.policy, &mut self.passed, &mut fold, finding, observer)?;
        }
        fold.finish(examples, &counts, observer)?;
        Ok(SourceSummary {
            path: printable_path(&input.name),
            container: "txt".to_owned(),
            records: examples + unread,
            examples,
            unchecked: unread,
            counts,
            ..SourceSummary::default()
        })
    }

    /// Registers a source that a shard has checked, so that later passes of [`Self::finish`] read
    /// it. [`Self::check`] does this itself.
    pub fn revisit(&mut self, reader: &Reader) {
        self.visited.push(Visited {
            source: reader.source,
            input: reader.input.clone(),
            options: reader.options.clone(),
            stamp: reader.stamp,
        });
    }

    /// Reports the findings about the dataset as a whole. If rules need the inferred format or a
    /// follow-up, every source is read again, once for each such pass.
    ///
    /// # Errors
    /// Errors from reading or from `observer`; a file that has changed since it was checked.
    pub fn finish(mut self, observer: &mut dyn Observer) -> io::Result<Conclusion> {
        while self.advance(observer)? {
            self.read_again(observer)?;
        }
        Ok(self.conclusion)
    }

    /// Reports the findings of the last pass. Returns whether the rules need another one: then every
    /// source must be read again, by [`Self::read_again`] or elsewhere, before the next call. After
    /// the last one comes [`Self::into_conclusion`].
    ///
    /// # Errors
    /// Errors from `observer`.
    pub fn advance(&mut self, observer: &mut dyn Observer) -> io::Result<bool> {
        let is_first = self.next.leads.is_empty();
        if is_first && self.keeps_survey {
            self.next.survey = self.tallies.survey.for_inference();
        }
        self.tallies.complete();
        if is_first {
            self.shared_start = SharedStart::of(&self.tallies.survey.inferred);
        }
        let leads = self.conclude(observer)?;
        let inferred = is_first.then(|| {
            let inferred = Arc::new(std::mem::take(&mut self.tallies.survey.inferred));
            self.conclusion.inferred = Arc::clone(&inferred);
            inferred
        });
        let rules = next_rules(&self.rules, inferred, &leads);
        self.next.leads.push(leads);
        Ok(self.begin(rules))
    }

    /// The findings that [`Self::advance`] and [`Self::read_again`] reported.
    pub fn into_conclusion(self) -> Conclusion {
        self.conclusion
    }

    /// Begins a pass with these rules. Nothing is reported twice: the policy enables no others.
    /// Returns whether there are any.
    fn begin(&mut self, rules: RuleSet) -> bool {
        if rules.is_empty() {
            return false;
        }
        self.policy.enabled = rules.named().map(|(name, _)| name).collect();
        self.tallies = Tallies::new(&rules);
        self.rules = rules;
        true
    }

    /// Reports the findings of the tallies. Returns what a further pass needs to know.
    fn conclude(&mut self, observer: &mut dyn Observer) -> io::Result<Leads> {
        let suppressed = std::mem::take(&mut self.tallies.suppressed);
        let mut late = LateFindings {
            policy: &self.policy,
            visited: &self.visited,
            shared_start: &self.shared_start,
            passed: &mut self.passed,
        };
        let mut passed_on = Ok(());
        let mut overflow = |kept| {
            if passed_on.is_ok() {
                passed_on = late.pass_on(kept, observer);
            }
        };
        let findings = Findings::new(&self.policy).with_suppressed(&suppressed);
        let mut findings = findings.with_overflow(&mut overflow);
        let leads = self.tallies.finish(&self.rules, &mut findings);
        let (found, kept) = findings.into_parts();
        passed_on?;
        for (source, found) in found {
            self.conclusion.add(source, &found);
        }
        late.pass_on(kept, observer)?;
        Ok(leads)
    }

    /// Reads every source again, for the current rules.
    ///
    /// # Errors
    /// Errors from reading, as [`NotReadAgain`], or from `observer`.
    pub fn read_again(&mut self, observer: &mut dyn Observer) -> io::Result<()> {
        for visited in std::mem::take(&mut self.visited) {
            let about = |error: io::Error| {
                let name = visited.input.name.clone();
                io::Error::new(error.kind(), NotReadAgain { name, error })
            };
            let opened = Reader::open(visited.source, visited.input.clone(), &visited.options);
            let mut reader = opened.map_err(OpenError::into_io).map_err(about)?;
            if reader.stamp != visited.stamp {
                let message = "the file changed while it was being read";
                return Err(about(io::Error::other(message)));
            }
            let (found, _) = self.pass().over(&mut reader, observer).map_err(about)?;
            self.conclusion.add(visited.source, &found);
            self.visited.push(visited);
        }
        Ok(())
    }

    fn pass(&mut self) -> Pass<'_> {
        Pass {
            rules: &self.rules,
            policy: &self.policy,
            threads: self.threads,
            tallies: &mut self.tallies,
            cutoff: &self.cutoff,
            passed: &mut self.passed,
        }
    }
}

impl Conclusion {
    fn add(&mut self, source: SourceId, found: &Counts) {
        self.counts.entry(source).or_default().merge(found);
    }
}

/// The rules of the pass after that of `rules`: those that need the inferred format, which are built
/// once, and those with something to follow up.
fn next_rules(rules: &RuleSet, inferred: Option<Arc<Inferred>>, leads: &Leads) -> RuleSet {
    let mut next = inferred.map_or_else(RuleSet::default, |of| rules.build_inferring(of));
    let follow_ups = leads.iter().filter_map(|(index, lead)| {
        let (name, check) = rules.named().nth(*index)?;
        Some((name, check.dataset.as_ref()?.follow_up(lead)?))
    });
    next.extend(follow_ups);
    next
}

/// Passes on findings whose records are gone.
struct LateFindings<'l> {
    policy: &'l Policy,
    visited: &'l [Visited],
    shared_start: &'l SharedStart,
    passed: &'l mut Passed,
}

impl LateFindings<'_> {
    fn pass_on(&mut self, kept: Vec<Finding>, observer: &mut dyn Observer) -> io::Result<()> {
        for mut finding in kept {
            if finding.location.record.is_some() && self.wants_excerpt(&finding) {
                self.add_excerpt(&mut finding);
            }
            pass_on(self.policy, self.passed, finding, observer)?;
        }
        Ok(())
    }

    /// Whether a dataset-wide finding will be passed on with an excerpt, which must be read from
    /// its file.
    fn wants_excerpt(&self, finding: &Finding) -> bool {
        let passed = self.passed.get(&of(finding)).copied().unwrap_or(0);
        let limit = match self.policy.keep {
            Keep::First(limit) => limit,
            Keep::All => MAX_FETCHED,
        };
        passed < limit && self.policy.wants_excerpt(passed + 1)
    }

    /// Adds an excerpt to a finding whose record is gone, by reading from its file.
    fn add_excerpt(&self, finding: &mut Finding) {
        // What is before the place may show that it is part of a secret.
        const BEFORE: u64 = 600;
        const SHOWN: usize = 600;
        let visited = self
            .visited
            .iter()
            .find(|visited| visited.source == finding.location.source);
        let Location {
            start,
            end,
            pointer,
            ..
        } = &finding.location;
        let is_record = start.offset == end.offset && pointer.is_empty();
        let searched = if is_record { SharedStart::SEARCHED } else { 0 };
        let before = start.offset.min(BEFORE) as usize;
        let from = start.offset - before as u64;
        let bytes = visited.and_then(|of| of.input.read_at(from, before + searched + SHOWN));
        if let Some(bytes) = bytes.filter(|bytes| bytes.len() >= before) {
            let rest = bytes.get(before..).unwrap_or_default();
            let own = before
                + match is_record {
                    true => self.shared_start.end_in(rest),
                    false => 0,
                };
            let rest = bytes.get(own..).unwrap_or_default();
            let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let length = end.offset.saturating_sub(start.offset) as usize;
            // An empty span is shown with the rest of its line.
            let marked = if length == 0 { line } else { length.min(line) };
            let span = Span::new(own, own + marked);
            finding.excerpt = Some(Excerpt::behind(self.policy.redaction, &bytes, span, false));
        }
    }
}

/// The limit of excerpts per rule that are read from files if all findings are kept: each reopens
/// its file.
const MAX_FETCHED: usize = 1_000;

/// One pass over one source.
struct Pass<'l> {
    rules: &'l RuleSet,
    policy: &'l Policy,
    threads: usize,
    tallies: &'l mut Tallies,
    cutoff: &'l SampleCutoff,
    passed: &'l mut Passed,
}

impl Pass<'_> {
    /// Runs the rules on every record. Batches are checked in parallel; their findings are passed
    /// on in file order. Returns their counts, and the number of records that could not be checked
    /// without a finding about it.
    fn over(
        &mut self,
        reader: &mut Reader,
        observer: &mut dyn Observer,
    ) -> io::Result<(Counts, u64)> {
        let decoder = reader.decoder();
        let source = reader.source;
        let (rules, policy, cutoff) = (self.rules, self.policy, self.cutoff);
        let (tallies, passed) = (&mut *self.tallies, &mut *self.passed);
        let faults = fault_rules(rules);
        let mut fold = Fold::new(policy.keep, &faults);
        let saturated_rules = Mutex::new(saturated_rules(policy, passed, source));
        let checking = Checking {
            rules,
            policy,
            cutoff,
            decoder: &decoder,
        };
        let (reading, reporting) = (rules.stopwatch(READING), rules.stopwatch(REPORTING));
        let work = |batch: &Batch, (buffers, idle_since): &mut ((Scratch, Normalizer), _)| {
            reading.stop(*idle_since);
            let known = saturated_rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let checked = checking.batch_on(batch, known, buffers);
            *idle_since = reading.start();
            checked
        };
        let (mut counts, mut unchecked) = (Counts::default(), 0);
        let mut drain = |outcome: CheckedBatch| {
            let bytes = outcome.bytes;
            unchecked += outcome.unchecked;
            let found = outcome.counts.values();
            found.for_each(|found| counts.merge(found));
            tallies.merge(rules, outcome.tallies);
            tallies.survey.advance(cutoff);
            let mut kept = outcome.kept.into_iter();
            let passed_on = reporting.measure(|| {
                kept.try_for_each(|finding| take(policy, passed, &mut fold, finding, observer))
            });
            *saturated_rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner) =
                self::saturated_rules(policy, passed, source);
            passed_on?;
            match observer.progress(bytes) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(io::ErrorKind::Interrupted.into()),
            }
        };
        let buffers = || ((decoder.scratch(), Normalizer::default()), reading.start());
        reader.each_batch(self.threads, buffers, work, &mut drain)?;
        fold.finish(reader.records(), &counts, observer)?;
        Ok((counts, unchecked))
    }
}

/// What all batches of a source are checked with.
struct Checking<'l> {
    rules: &'l RuleSet,
    policy: &'l Policy,
    cutoff: &'l SampleCutoff,
    decoder: &'l Decoder,
}

impl Checking<'_> {
    /// Checks one batch; on a thread with a deep stack where templates are run.
    fn batch_on(
        &self,
        batch: &Batch,
        known: BTreeSet<&'static str>,
        buffers: &mut (Scratch, Normalizer),
    ) -> CheckedBatch {
        if !self.rules.needs_sequences() {
            return self.batch(batch, known, buffers);
        }
        let deep = with_deep_stack(|| self.batch(batch, known.clone(), buffers));
        // Without a further thread, each rendering asks for one again, and fails if there is none.
        deep.unwrap_or_else(|| self.batch(batch, known, buffers))
    }

    /// Checks one batch. Findings of the rules in `known` are only counted.
    fn batch(
        &self,
        batch: &Batch,
        known: BTreeSet<&'static str>,
        (scratch, normalizer): &mut (Scratch, Normalizer),
    ) -> CheckedBatch {
        let (rules, policy) = (self.rules, self.policy);
        let mut findings = Findings::count_only(policy, known);
        let mut tallies = Tallies::new(rules);
        let mut unchecked = 0;
        let decoding = rules.stopwatch(DECODING);
        let mut lap = decoding.start();
        self.decoder.each(batch, scratch, &mut |outcome| {
            decoding.stop(lap);
            match outcome {
                DecodeOutcome::Example(example) => {
                    let noted = &mut tallies.suppressed;
                    policy.suppressions.note(&example.record, noted);
                    rules.check_example(example, &mut findings);
                    tallies.observe(rules, example, normalizer, self.cutoff);
                    if let Some(sequence) = rules.sequence(example) {
                        rules.check_sequence(&sequence, &mut findings);
                        tallies.observe_sequence(rules, &sequence);
                    }
                }
                DecodeOutcome::Unreadable(record, why) => {
                    let before = findings.noticed();
                    let is_prompt = check_unreadable(rules, record, why, &mut findings);
                    tallies.examples += u64::from(is_prompt);
                    // An unknown layout is a finding about the file.
                    let is_silent = !is_prompt && findings.noticed() == before;
                    unchecked += u64::from(is_silent && !matches!(why, Unreadable::NoLayout));
                }
            }
            lap = decoding.start();
        });
        decoding.stop(lap);
        let (counts, kept) = findings.into_parts();
        CheckedBatch {
            bytes: batch.bytes.len() as u64,
            counts,
            kept,
            tallies,
            unchecked,
        }
    }
}

/// Runs the source rules on a source that has been read to its end.
pub(super) fn check_source(
    rules: &RuleSet,
    reader: &Reader,
    findings: &mut Findings<'_>,
) -> io::Result<()> {
    let absent_columns = &absent_columns(reader)?;
    with_request(reader, |request| {
        let facts = SourceFacts {
            reader,
            request,
            absent_columns,
        };
        for (name, check) in rules.named() {
            if let Some(rule) = &check.source {
                findings.set_rule(name);
                rule.check(&facts, findings);
            }
        }
    })
}

/// Checks a record that gave no example: as a prompt if the rules are about prompts, which need no
/// output. Returns whether it is one.
fn check_unreadable(
    rules: &RuleSet,
    record: &Record<'_>,
    why: Unreadable<'_>,
    findings: &mut Findings<'_>,
) -> bool {
    let prompt = rules.prompt(record);
    match &prompt {
        Some(example) => rules.check_example(example, findings),
        None => check_record(rules, record, why, findings),
    }
    prompt.is_some()
}

/// Runs the record rules on a record that gave no example.
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

/// Runs the suppression rules on one suppression. Only meaningful at the end of a run.
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

/// The rules that have reached the limit of [`Policy::keep`] in a source: their findings are only
/// counted.
fn saturated_rules(policy: &Policy, passed: &Passed, source: SourceId) -> BTreeSet<&'static str> {
    let Keep::First(limit) = policy.keep else {
        return BTreeSet::new();
    };
    let of_source = passed.range((source, "")..);
    let of_source = of_source.take_while(|((of, _), _)| *of == source);
    let full = of_source.filter(|(_, passed)| **passed >= limit);
    full.map(|((_, rule), _)| *rule).collect()
}

/// What findings are limited by: their source and rule.
fn of(finding: &Finding) -> (SourceId, &'static str) {
    (finding.location.source, finding.rule)
}

/// The rules about records that gave no example.
fn fault_rules(rules: &RuleSet) -> BTreeSet<&'static str> {
    let faults = rules.named().filter(|(_, check)| check.record.is_some());
    faults.map(|(name, _)| name).collect()
}

/// Passes a finding of a source that is being read on to `fold`, unless enough of its rule in its
/// source were passed on before.
fn take(
    policy: &Policy,
    passed: &mut Passed,
    fold: &mut Fold<'_>,
    finding: Finding,
    observer: &mut dyn Observer,
) -> io::Result<()> {
    match limited(policy, passed, finding).and_then(|finding| new(finding, observer)) {
        Some(finding) if observer.folds() => fold.take(finding, observer),
        Some(finding) => observer.finding(finding),
        None => Ok(()),
    }
}

/// Passes a finding on, unless enough of its rule in its source were passed on before.
fn pass_on(
    policy: &Policy,
    passed: &mut Passed,
    finding: Finding,
    observer: &mut dyn Observer,
) -> io::Result<()> {
    let finding = limited(policy, passed, finding);
    let finding = finding.and_then(|finding| new(finding, observer));
    finding.map_or(Ok(()), |finding| observer.finding(finding))
}

/// The finding, unless it was accepted before.
fn new(finding: Finding, observer: &mut dyn Observer) -> Option<Finding> {
    let accepted = observer.accepted(&finding);
    finding.without_accepted(accepted)
}

/// The finding, unless enough of its rule in its source were passed on before.
fn limited(policy: &Policy, passed: &mut Passed, mut finding: Finding) -> Option<Finding> {
    let passed = passed.entry(of(&finding)).or_default();
    if let Keep::First(limit) = policy.keep
        && *passed >= limit
    {
        return None;
    }
    *passed += 1;
    if !policy.wants_excerpt(*passed) {
        // Every batch has built some; which ones are shown must not depend on the batch size.
        finding.excerpt = None;
    }
    Some(finding)
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
        is_declared: reader
            .declared
            .as_ref()
            .is_some_and(|of| of.entry.is_some()),
        bytes: reader.bytes_read(),
        records: reader.records(),
        examples,
        counts,
        ..SourceSummary::default()
    }
}

//! Checks a dataset: every source through the reader, every example through the rules, and at
//! the end what only all of them together show.

use std::collections::BTreeMap;
use std::io;

use crate::engine;
use crate::example::Example;
use crate::excerpt::Excerpt;
use crate::finding::{Counts, EXCERPTS, Finding, Findings, Keep, Policy};
use crate::position::{SourceId, Span};
use crate::reader::{Decoded, Reader, Scratch};
use crate::rule::{AnyTally, Check};
use crate::rules::RuleSet;
use crate::source::{Batch, Input};
use crate::summary::SourceSummary;
use crate::survey::{Needs, Normalizer, Seen, Survey};

/// Where findings go, in their order.
pub type Sink<'s> = &'s mut (dyn FnMut(Finding) -> io::Result<()> + Send);

/// Checks the sources of one dataset, one after the other.
pub struct Linter {
    rules: RuleSet,
    policy: Policy,
    threads: usize,
    tallies: Tallies,
    /// How many findings of each rule were passed on.
    passed: BTreeMap<&'static str, usize>,
    inputs: Vec<(SourceId, Input)>,
}

/// What is remembered of the examples seen: mergeable in any grouping.
pub struct Tallies {
    rules: Vec<Option<AnyTally>>,
    survey: Survey,
    examples: u64,
}

/// What one batch gave.
struct Outcome {
    counts: BTreeMap<SourceId, Counts>,
    kept: Vec<Finding>,
    tallies: Tallies,
}

impl Tallies {
    /// Nothing seen yet.
    pub fn new(rules: &RuleSet) -> Self {
        let tally = |check: &Check| match check {
            Check::Dataset(rule) => Some(rule.tally()),
            _ => None,
        };
        Self {
            rules: rules.checks().map(tally).collect(),
            survey: Survey::new(rules.needs()),
            examples: 0,
        }
    }

    /// Takes one example into account.
    pub fn observe(&mut self, rules: &RuleSet, example: &Example<'_>, normalizer: &mut Normalizer) {
        self.examples += 1;
        self.survey.observe(example, normalizer);
        for (check, tally) in rules.checks().zip(&mut self.rules) {
            if let (Check::Dataset(rule), Some(tally)) = (check, tally) {
                rule.observe(example, tally);
            }
        }
    }

    /// Adds what was seen after it.
    pub fn merge(&mut self, rules: &RuleSet, other: Self) {
        self.examples += other.examples;
        self.survey.merge(other.survey);
        for ((check, into), from) in rules.checks().zip(&mut self.rules).zip(other.rules) {
            if let (Check::Dataset(rule), Some(into), Some(from)) = (check, into, from) {
                rule.merge(into, from);
            }
        }
    }

    /// Says what all of it shows.
    pub fn finish(mut self, rules: &RuleSet, findings: &mut Findings<'_>) {
        self.survey.complete();
        for ((name, check), tally) in rules.named().zip(self.rules) {
            findings.speak_for(name);
            match (check, tally) {
                (Check::Dataset(rule), Some(tally)) => rule.finish(tally, findings),
                (Check::Survey(rule), _) => rule.finish(&self.survey, findings),
                _ => {}
            }
        }
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
            passed: BTreeMap::new(),
            inputs: Vec::new(),
        }
    }

    /// Checks one source.
    ///
    /// # Errors
    /// What reading returns, or `sink`.
    pub fn check(&mut self, mut reader: Reader, sink: Sink<'_>) -> io::Result<SourceSummary> {
        let mut counts = Counts::default();
        let mut examples = 0;
        let decoding = reader.decoding();
        let first = std::mem::take(&mut reader.first);
        let Self {
            rules,
            policy,
            tallies,
            passed,
            ..
        } = self;
        let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
            let mut findings = Findings::new(policy);
            let mut seen = Tallies::new(rules);
            decoding.each(
                batch,
                &mut buffers.0,
                &mut findings,
                &mut |read, findings| {
                    if let Decoded::Example(example) = read {
                        check_example(rules, example, findings);
                        seen.observe(rules, example, &mut buffers.1);
                    }
                },
            );
            let (counts, kept) = findings.into_parts();
            Outcome {
                counts,
                kept,
                tallies: seen,
            }
        };
        let mut drain = |outcome: Outcome| {
            outcome
                .counts
                .values()
                .for_each(|found| counts.merge(found));
            examples += outcome.tallies.examples;
            tallies.merge(rules, outcome.tallies);
            outcome
                .kept
                .into_iter()
                .try_for_each(|finding| pass(policy, passed, finding, sink))
        };
        let buffers = || (decoding.scratch(), Normalizer::default());
        engine::run(
            first,
            &mut reader.batcher,
            self.threads,
            buffers,
            work,
            &mut drain,
        )?;
        let mut findings = Findings::new(policy);
        reader.report_facts(&mut findings);
        let (facts, kept) = findings.into_parts();
        facts.values().for_each(|found| counts.merge(found));
        kept.into_iter()
            .try_for_each(|finding| pass(policy, passed, finding, sink))?;
        self.inputs.push((reader.source, reader.input.clone()));
        Ok(summarize(&reader, examples, counts))
    }

    /// Says what all sources together show; returns how many findings of each rule that makes,
    /// by source.
    ///
    /// # Errors
    /// What `sink` returns.
    pub fn finish(mut self, sink: Sink<'_>) -> io::Result<BTreeMap<SourceId, Counts>> {
        let policy = self.policy.clone();
        let mut findings = Findings::new(&policy);
        let tallies = std::mem::replace(&mut self.tallies, Tallies::new(&self.rules));
        tallies.finish(&self.rules, &mut findings);
        let (counts, kept) = findings.into_parts();
        for mut finding in kept {
            if finding.location.record.is_some() && self.has_room(&finding) {
                self.show(&mut finding);
            }
            pass(&self.policy, &mut self.passed, finding, sink)?;
        }
        Ok(counts)
    }

    fn has_room(&self, finding: &Finding) -> bool {
        match self.policy.keep {
            Keep::First(limit) => self
                .passed
                .get(finding.rule)
                .is_none_or(|passed| *passed < limit),
            Keep::All => false,
        }
    }

    /// Reads the text at a finding's place once more, to show it.
    fn show(&self, finding: &mut Finding) {
        const SHOWN: usize = 600;
        let input = self
            .inputs
            .iter()
            .find(|(source, _)| *source == finding.location.source);
        let bytes =
            input.and_then(|(_, input)| input.read_at(finding.location.start.offset, SHOWN));
        if let Some(bytes) = bytes {
            let line = memchr::memchr(b'\n', &bytes).unwrap_or(bytes.len());
            finding.excerpt = Some(Excerpt::new(&bytes, Span::new(0, line)));
        }
    }

    /// What is known about every example, for a set that is compared with another.
    pub fn into_seen(self) -> Seen {
        self.tallies.survey.seen
    }
}

/// Runs every example rule on one example.
fn check_example(rules: &RuleSet, example: &Example<'_>, findings: &mut Findings<'_>) {
    for (name, check) in rules.named() {
        if let Check::Example(rule) = check {
            findings.speak_for(name);
            rule.check(example, findings);
        }
    }
}

fn pass(
    policy: &Policy,
    passed: &mut BTreeMap<&'static str, usize>,
    mut finding: Finding,
    sink: &mut (dyn FnMut(Finding) -> io::Result<()> + Send),
) -> io::Result<()> {
    let passed = passed.entry(finding.rule).or_default();
    if let Keep::First(limit) = policy.keep
        && *passed >= limit
    {
        return Ok(());
    }
    *passed += 1;
    if *passed > EXCERPTS {
        // Each batch made some: which ones are left must not depend on how the file was cut.
        finding.excerpt = None;
    }
    sink(finding)
}

fn summarize(reader: &Reader, examples: u64, counts: Counts) -> SourceSummary {
    SourceSummary {
        path: crate::printable::printable_path(&reader.input.name),
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

/// What a linter needs for a survey of a set that is only compared with, not checked.
pub const SEEN_ONLY: Needs = Needs {
    seen: true,
    lengths: false,
};

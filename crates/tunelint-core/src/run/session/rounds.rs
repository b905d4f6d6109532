//! Checks partitions in several places: each is read by a worker, and a coordinator combines the
//! parts and finishes the check.

use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, RangeInclusive};

use tunelint_data::text::position::SourceId;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::Finding;
use tunelint_layouts::finding::totals::SourceSummary;

use super::counting::Counting;
use super::merge::MergeError;
use super::readings::{LaterRounds, Readings, replay};
use super::state::{CheckedDataset, Outcome, Session};
use crate::run::lint::{Linter, Observer, SourceError};
use crate::run::rounds::{
    DatasetPart, Limits, NextRound, Partition, Request, RoundError, RoundPart, StoredFinding,
    ordered,
};
use crate::run::shard::{NextPass, PartSource, StoredTallies};

/// What the rounds so far give.
#[derive(Debug)]
pub enum Rounds {
    /// The result of the check.
    Finished(Box<Outcome>),
    /// What the next round needs. The observer has received only a part of the findings.
    Unfinished(Box<NextRound>),
}

impl Session {
    /// Reads the only source of the session, the partition with the number `index`: for the first
    /// round or, with `next`, for a later one. The observer receives no findings: they are in the
    /// part. A partition without any bytes gives an empty part.
    ///
    /// # Errors
    /// As for [`Session::run`](Self::run).
    pub fn part(
        mut self,
        index: u32,
        request: Request,
        next: Option<&NextRound>,
        observer: &mut dyn Observer,
    ) -> io::Result<RoundPart> {
        self.first = index;
        let mut recorder = Recorder::new(index, observer);
        let read = match next {
            None => self.first_round(&mut recorder)?,
            Some(next) => self.later_round(next, &mut recorder)?,
        };
        let mut datasets = Vec::new();
        if let Some((summary, dataset)) = read {
            let name = self.names().into_iter().next().unwrap_or_default();
            datasets.push(DatasetPart {
                targets: dataset.targets,
                tallies: stored(dataset.linter, request.limits)?,
                partitions: vec![Partition {
                    index,
                    source: PartSource::new(name, &summary),
                    findings: recorder.findings,
                    folded: recorder.folded,
                }],
            });
        }
        let round = next.map_or(0, |next| next.round);
        Ok(RoundPart::new(request, round, datasets))
    }

    fn first_round(
        &mut self,
        recorder: &mut Recorder<'_>,
    ) -> io::Result<Option<(SourceSummary, CheckedDataset)>> {
        self.check_each(recorder)?;
        let summary = self.summary.sources.pop().filter(|of| of.bytes > 0);
        Ok(summary.zip(self.datasets.pop()))
    }

    fn later_round(
        &mut self,
        next: &NextRound,
        recorder: &mut Recorder<'_>,
    ) -> io::Result<Option<(SourceSummary, CheckedDataset)>> {
        let id = SourceId(self.first);
        let Some((source, settings)) = self.source(id) else {
            return Ok(None);
        };
        let reader = self.open(id, &source, &settings).map_err(into_io)?;
        let profiles = settings.targets_of(&reader.mapping);
        let profiles = profiles.map_err(io::Error::other)?;
        let at = self.dataset(&source, &settings, &profiles, recorder);
        at.map_err(into_io)?;
        let Some(mut dataset) = self.datasets.pop() else {
            return Ok(None);
        };
        let pass = next.datasets.get(&dataset.targets);
        if !pass.is_some_and(|pass| dataset.linter.resume(pass)) {
            return Ok(None);
        }
        let mut counting = Counting::new(recorder, &self.meter);
        let summary = dataset.linter.resumed(reader, &mut counting)?;
        Ok((summary.bytes > 0).then_some((summary, dataset)))
    }

    /// Combines parts of one round into one. The result is the same in whatever grouping neighbors
    /// are combined. For a later round, `next` is what its parts were made with. The session needs
    /// one source, which is not read.
    ///
    /// # Errors
    /// Parts that are damaged or overlap, an unknown target, and errors from `observer`, which
    /// receives nothing else.
    pub fn combine(
        mut self,
        parts: Vec<RoundPart>,
        next: Option<&NextRound>,
        observer: &mut dyn Observer,
    ) -> Result<RoundPart, MergeError> {
        let (request, round) = common(&parts);
        let limits = request.limits;
        let mut datasets: Vec<DatasetPart> = Vec::new();
        for (number, part) in numbered(ordered(parts)?) {
            let known = self.datasets.len();
            let at = self.dataset_for(SourceId(0), &part.targets, observer)?;
            let Some(dataset) = self.datasets.get_mut(at) else {
                continue;
            };
            if at == known {
                if let Some(pass) = next.and_then(|of| of.datasets.get(&part.targets)) {
                    dataset.linter.resume(pass);
                }
                datasets.push(DatasetPart {
                    targets: part.targets.clone(),
                    ..DatasetPart::default()
                });
            }
            load(&mut dataset.linter, &part.tallies, number)?;
            if let Some(into) = datasets.get_mut(at) {
                into.partitions.extend(part.partitions);
            }
        }
        for (part, dataset) in datasets.iter_mut().zip(self.datasets) {
            part.tallies = stored(dataset.linter, limits)?;
        }
        Ok(RoundPart::new(request, round, datasets))
    }

    /// Finishes a check from the parts of all its rounds so far, whether they are combined or not.
    /// The session must have a source for each partition up to the last one, which are not read.
    ///
    /// # Errors
    /// Parts that are damaged, overlap or are missing, an unknown target, or an error from
    /// `observer`.
    pub fn conclude_rounds(
        mut self,
        mut parts: Vec<RoundPart>,
        observer: &mut dyn Observer,
    ) -> Result<Rounds, MergeError> {
        parts.sort_by_key(|part| part.round);
        let last = parts.last().map_or(0, |part| part.round);
        let (request, _) = common(&parts);
        let mut observer = FirstOfRule::new(observer, request.limits.findings);
        let of_first = parts.partition_point(|part| part.round == 0);
        let later = parts.split_off(of_first);
        let first = ordered(parts)?;
        self.replay(&first, &mut observer)?;
        let mut datasets = Vec::new();
        for (number, mut part) in numbered(first) {
            let at = self.dataset_for(SourceId(0), &part.targets, &mut observer)?;
            if let Some(dataset) = self.datasets.get_mut(at) {
                let tallies = std::mem::take(&mut part.tallies);
                load(&mut dataset.linter, &tallies, number)?;
            }
            datasets.push(part);
        }
        self.limit_digests(request.limits);
        let later = self.later_rounds(later, &datasets)?;
        let finished = self.finish_from(&Readings::Rounds(later), &mut observer)?;
        Ok(match finished {
            (outcome, next) if next.is_empty() => Rounds::Finished(Box::new(outcome)),
            (_, needed) => {
                no_round_is_missing(&needed, last, &datasets)?;
                Rounds::Unfinished(Box::new(NextRound {
                    request,
                    round: last + 1,
                    datasets: needed,
                }))
            }
        })
    }

    /// Reports what the workers found in the first round, in the order of the partitions.
    fn replay(
        &mut self,
        parts: &[RoundPart],
        observer: &mut dyn Observer,
    ) -> Result<(), MergeError> {
        let partitions = self.sources.len() as u32;
        let datasets = parts.iter().flat_map(|part| &part.datasets);
        let all = datasets.flat_map(|of| of.partitions.iter().map(|one| (&of.targets, one)));
        let mut all: Vec<(&Vec<String>, &Partition)> = all.collect();
        all.sort_by_key(|(_, partition)| partition.index);
        for (targets, partition) in all {
            let id = SourceId(partition.index);
            let Some((_, settings)) = self.source(id) else {
                continue;
            };
            let at = self.dataset_for(id, targets, observer)?;
            observer.source(&SourceSummary {
                targets: targets.clone(),
                ..partition.source.named()
            })?;
            replay(partition, partitions, |rule| self.rule_name(rule), observer)?;
            self.add_stored(at, &partition.source, &settings);
        }
        Ok(())
    }

    /// The parts of later rounds, of the same partitions as the first one.
    fn later_rounds(
        &self,
        parts: Vec<RoundPart>,
        first: &[DatasetPart],
    ) -> Result<LaterRounds, RoundError> {
        let mut by_round: BTreeMap<u32, Vec<RoundPart>> = BTreeMap::new();
        for part in parts {
            by_round.entry(part.round).or_default().push(part);
        }
        let mut parts: BTreeMap<_, Vec<DatasetPart>> = BTreeMap::new();
        for (round, of_round) in by_round {
            for (_, part) in numbered(ordered(of_round)?) {
                let key = (round, part.targets.clone());
                parts.entry(key).or_default().push(part);
            }
        }
        let enabled = self.settings.iter().flat_map(|of| &of.policy.enabled);
        let later = LaterRounds {
            parts,
            partitions: self.sources.len() as u32,
            names: enabled.map(|name| ((*name).to_owned(), *name)).collect(),
        };
        later.compare(first)?;
        Ok(later)
    }

    /// Limits the digests of every dataset, with a note if they are a sample.
    fn limit_digests(&mut self, limits: Limits) {
        let Some(most) = limits.digests else { return };
        for dataset in &mut self.datasets {
            let one_in = dataset.linter.limit_digests(most as usize);
            dataset.one_in = one_in;
            if one_in > 1 {
                self.summary.notes.push(format!(
                    "duplicates, conflicting outputs and validation leaks: found among 1 in {} inputs, since there are more than {} examples",
                    grouped(one_in),
                    grouped(most)
                ));
            }
        }
    }
}

/// Whether every dataset that needs another round was read in all rounds up to the `last` one.
fn no_round_is_missing(
    needed: &BTreeMap<Vec<String>, NextPass>,
    last: u32,
    datasets: &[DatasetPart],
) -> Result<(), RoundError> {
    for (targets, pass) in needed {
        let round = pass.leads.len() as u32;
        if round <= last {
            let of_dataset = datasets.iter().find(|of| of.targets == *targets);
            let first = of_dataset.and_then(|of| of.partitions.first());
            let index = first.map_or(0, |of| of.index);
            return Err(RoundError::Absent(index, round));
        }
    }
    Ok(())
}

/// What parts have in common, as the first one has it.
fn common(parts: &[RoundPart]) -> (Request, u32) {
    let first = parts.first();
    first.map_or_else(Default::default, |part| (part.request.clone(), part.round))
}

/// The datasets of all parts, each with the number of its part.
fn numbered(parts: Vec<RoundPart>) -> impl Iterator<Item = (usize, DatasetPart)> {
    let parts = parts.into_iter().enumerate();
    parts.flat_map(|(number, part)| part.datasets.into_iter().map(move |of| (number, of)))
}

fn load(linter: &mut Linter, tallies: &StoredTallies, number: usize) -> Result<(), MergeError> {
    let fits = linter.has_rules_of(tallies);
    let loaded = fits
        .then(|| linter.merge_tallies(tallies, 0).ok())
        .flatten();
    loaded.ok_or(MergeError::Damaged(number))
}

fn stored(mut linter: Linter, limits: Limits) -> io::Result<StoredTallies> {
    if let Some(most) = limits.digests {
        linter.limit_digests(most as usize);
    }
    linter.into_tallies().map_err(io::Error::other)
}

fn into_io(error: SourceError) -> io::Error {
    match error {
        SourceError::Open(_, error) => error.into_io(),
        SourceError::Read(_, error) => error,
        SourceError::Unread(..) => io::ErrorKind::InvalidData.into(),
    }
}

/// Keeps what is found in a partition, and passes on everything else.
struct Recorder<'o> {
    index: u32,
    observer: &'o mut dyn Observer,
    findings: Vec<StoredFinding>,
    folded: BTreeMap<String, Vec<(u64, u64)>>,
}

impl<'o> Recorder<'o> {
    fn new(index: u32, observer: &'o mut dyn Observer) -> Self {
        Self {
            index,
            observer,
            findings: Vec::new(),
            folded: BTreeMap::new(),
        }
    }
}

impl Observer for Recorder<'_> {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        // Here, the partition is the last source.
        let stored = StoredFinding::new(finding, self.index + 1);
        self.findings.push(stored);
        Ok(())
    }

    fn folded(&mut self, rule: &'static str, _: SourceId, records: RangeInclusive<u64>) {
        let runs = self.folded.entry(rule.to_owned()).or_default();
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *records.start() => *last = *records.end(),
            _ => runs.push((*records.start(), *records.end())),
        }
    }

    fn unreadable(&mut self, error: &SourceError) {
        self.observer.unreadable(error);
    }

    fn progress(&mut self, bytes: u64) -> ControlFlow<()> {
        self.observer.progress(bytes)
    }
}

/// Passes on the first findings of each rule.
struct FirstOfRule<'o> {
    observer: &'o mut dyn Observer,
    most: Option<u64>,
    passed: BTreeMap<&'static str, u64>,
}

impl<'o> FirstOfRule<'o> {
    fn new(observer: &'o mut dyn Observer, most: Option<u64>) -> Self {
        Self {
            observer,
            most,
            passed: BTreeMap::new(),
        }
    }
}

impl Observer for FirstOfRule<'_> {
    fn source(&mut self, source: &SourceSummary) -> io::Result<()> {
        self.observer.source(source)
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        let passed = self.passed.entry(finding.rule).or_default();
        *passed += 1;
        match self.most.is_some_and(|most| *passed > most) {
            true => Ok(()),
            false => self.observer.finding(finding),
        }
    }

    fn folded(&mut self, rule: &'static str, source: SourceId, records: RangeInclusive<u64>) {
        self.observer.folded(rule, source, records);
    }

    fn accepted(&mut self, finding: &Finding) -> u64 {
        self.observer.accepted(finding)
    }

    fn unreadable(&mut self, error: &SourceError) {
        self.observer.unreadable(error);
    }

    fn progress(&mut self, bytes: u64) -> ControlFlow<()> {
        self.observer.progress(bytes)
    }
}

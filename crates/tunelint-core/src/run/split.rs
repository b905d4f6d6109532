//! Splits a dataset into training, validation and test sets without leakage.
//!
//! Duplicates and near-duplicates form a cluster, and a cluster stays in one part. If the outputs
//! are labels, the split is stratified: each label has its share in every part. The split depends
//! on the seed and the content of the records, not on their order. It takes about 150 bytes of
//! memory per record, and up to 16 KiB for each that may be a near-duplicate.

mod assign;
mod clusters;
mod copy;
pub mod limits;

use std::io;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::run::gather::gather;
use tunelint_data::text::position::Span;
use tunelint_layouts::example::Example;
use tunelint_layouts::reader::{DecodeOutcome, Reader};
use tunelint_rules::survey::inferred::Inferred;
use tunelint_rules::survey::signature::Signature;
use tunelint_rules::survey::similarity::SharedText;
use tunelint_rules::survey::{
    CompactLocation, ExampleDigest, Needs, Normalizer, SampleCutoff, Seen, Survey,
};

pub use assign::{Cluster, Shares, Size, Subset, assign};
pub use copy::Copier;

/// The assignment of records to parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// The part of each record, source by source.
    parts: Vec<Subset>,
    /// The index of each source's first record in `parts`.
    starts: Vec<usize>,
    /// The records of each label per part. The stratum without a name holds the records without a
    /// label.
    pub strata: Vec<Stratum>,
    /// The clusters of two or more records, ordered by their first record.
    pub families: Vec<Family>,
    /// The number of records that gave no example. If there are any, nothing was assigned.
    pub unread: u64,
}

/// The records of a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stratum {
    /// The label; empty for records without one.
    pub label: String,
    /// The number of records per part, in the order of [`Subset::ALL`].
    pub counts: [u64; 3],
}

/// Duplicates and near-duplicates, which stay together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The locations of the records.
    pub members: Vec<CompactLocation>,
    /// The part that they are in.
    pub part: Subset,
}

/// The data kept for a record.
#[derive(Debug, Clone)]
struct Noted {
    /// A hash of its bytes and the seed.
    key: u64,
    seen: ExampleDigest,
    spot: CompactLocation,
    signature: Option<Signature>,
    /// The index of its label; the number of labels if it has none.
    stratum: usize,
}

impl Split {
    /// Splits the records of all `readers` together. Reads each source three times.
    ///
    /// # Errors
    /// If a source cannot be read.
    pub fn of(readers: &[Reader], shares: &Shares, seed: u64, threads: usize) -> io::Result<Self> {
        let (survey, unread) = survey(readers, threads)?;
        if unread > 0 {
            return Ok(Self {
                unread,
                ..Self::default()
            });
        }
        let inferred = &survey.inferred;
        let common = SharedText::of(inferred);
        let mut records = Vec::new();
        let mut starts = Vec::new();
        for reader in readers {
            starts.push(records.len());
            read(reader, threads, &mut records, |example, normalizer| Noted {
                key: xxh3_64_with_seed(example.record.raw, seed),
                seen: ExampleDigest::of(example, normalizer),
                spot: CompactLocation::new(&example.record, Span::at(0)),
                signature: common.rest(example).map(|rest| Signature::of(&rest)),
                stratum: stratum(example, inferred),
            })?;
        }
        let clusters = clusters::find(&records, readers, &common, threads)?;
        Ok(Self::new(&records, starts, &clusters, shares, inferred))
    }

    fn new(
        records: &[Noted],
        starts: Vec<usize>,
        clusters: &[Vec<usize>],
        shares: &Shares,
        inferred: &Inferred,
    ) -> Self {
        let described: Vec<Cluster> = clusters
            .iter()
            .map(|members| cluster(records, members))
            .collect();
        let assigned = assign(&described, shares);
        let labels = inferred.labels.iter().flat_map(|set| &set.labels);
        let names = labels
            .map(|label| label.text.clone())
            .chain([String::new()]);
        let mut split = Self {
            parts: vec![Subset::Train; records.len()],
            starts,
            strata: names
                .map(|label| Stratum {
                    label,
                    counts: [0; 3],
                })
                .collect(),
            ..Self::default()
        };
        for (members, part) in clusters.iter().zip(assigned) {
            for &member in members {
                split.assign_record(records, member, part);
            }
            if members.len() > 1 {
                let spots = members.iter().filter_map(|at| records.get(*at));
                let mut members: Vec<CompactLocation> = spots.map(|record| record.spot).collect();
                members.sort_unstable();
                split.families.push(Family { members, part });
            }
        }
        split
            .families
            .sort_by_key(|family| family.members.first().copied());
        split.strata.retain(|stratum| stratum.counts != [0; 3]);
        split
    }

    fn assign_record(&mut self, records: &[Noted], member: usize, part: Subset) {
        if let Some(of) = self.parts.get_mut(member) {
            *of = part;
        }
        let stratum = records.get(member).map_or(0, |record| record.stratum);
        let counts = self.strata.get_mut(stratum).map(|of| &mut of.counts);
        if let Some(count) = counts.and_then(|counts| counts.get_mut(part as usize)) {
            *count += 1;
        }
    }

    /// The part of a record, by the index of its source and its ordinal there, from 1.
    pub fn part(&self, source: usize, ordinal: u64) -> Option<Subset> {
        let start = self.starts.get(source)?;
        self.parts
            .get(start + (ordinal as usize).checked_sub(1)?)
            .copied()
    }

    /// The number of records in a part.
    pub fn count(&self, part: Subset) -> u64 {
        self.parts.iter().filter(|of| **of == part).count() as u64
    }
}

/// The survey for inferring the format, and the number of records that gave no example.
fn survey(readers: &[Reader], threads: usize) -> io::Result<(Survey, u64)> {
    let cutoff = SampleCutoff::default();
    let mut all = Survey::new(Needs::FORM);
    let mut unread = 0;
    for reader in readers {
        gather(
            &mut reader.reopen()?,
            threads,
            || (Survey::new(Needs::FORM), 0),
            |read, normalizer, (survey, unread)| match read {
                DecodeOutcome::Example(example) => survey.observe(example, normalizer, &cutoff),
                DecodeOutcome::Unreadable(..) => *unread += 1,
            },
            |(survey, missing): (Survey, u64)| {
                all.merge(survey);
                all.advance(&cutoff);
                unread += missing;
            },
        )?;
    }
    all.complete();
    Ok((all, unread))
}

/// Appends the result of `extract` for every example of `reader` to `all`.
fn read<T: Send>(
    reader: &Reader,
    threads: usize,
    all: &mut Vec<T>,
    extract: impl Fn(&Example<'_>, &mut Normalizer) -> T + Sync,
) -> io::Result<()> {
    gather(
        &mut reader.reopen()?,
        threads,
        Vec::new,
        |read, normalizer, batch: &mut Vec<T>| {
            if let DecodeOutcome::Example(example) = read {
                batch.push(extract(example, normalizer));
            }
        },
        |batch| all.extend(batch),
    )
}

/// The index of an example's label.
fn stratum(example: &Example<'_>, inferred: &Inferred) -> usize {
    let Some(set) = &inferred.labels else {
        return 0;
    };
    let output = example.output().map(|turn| turn.joined().into_owned());
    let output = output.unwrap_or_default();
    let text = inferred.outputs.body(&output);
    let text = set.spellings.get(text).map_or(text, String::as_str);
    let mut labels = set.labels.iter();
    let known = labels.position(|label| label.text == text && !set.unknown.contains(text));
    known.unwrap_or(set.labels.len())
}

/// The cluster of `members`, in the stratum of its most frequent label. Ties go to the first label.
fn cluster(records: &[Noted], members: &[usize]) -> Cluster {
    let members = members.iter().filter_map(|at| records.get(*at));
    let mut strata: Vec<usize> = members.clone().map(|record| record.stratum).collect();
    strata.sort_unstable();
    let mut runs: Vec<&[usize]> = strata.chunk_by(|a, b| a == b).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
    let stratum = runs.first().and_then(|run| run.first()).copied();
    Cluster {
        key: members.map(|record| record.key).min().unwrap_or(0),
        size: strata.len() as u64,
        stratum: stratum.unwrap_or(0),
    }
}

/// The digests of all records, for grouping equal inputs.
fn seen(records: &[Noted]) -> Seen {
    let mut seen = Seen::default();
    records.iter().for_each(|record| seen.push(record.seen));
    seen
}

//! A check of partitions in several places: the results of one reading, and what the next one needs.
//!
//! A check reads its data once or, if rules need the inferred format or a follow-up, several times:
//! each reading is a round. In a round, every partition gives a [`RoundPart`]; those of a round are
//! combined in any grouping of neighbors; and the rounds so far give either the report or the
//! [`NextRound`], which every partition needs to be read again. See
//! [`Session::part`](super::session::Session::part).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::Finding;

use super::shard::{NextPass, PartError, PartSource, StoredTallies};

/// The first bytes of a part.
const PART: &[u8] = b"tunelint round part 1\n";
/// The first bytes of what the next round needs.
const NEXT: &[u8] = b"tunelint next round 1\n";

/// The most partitions of a check.
pub const MAX_PARTITIONS: u32 = 1 << 20;

/// Ids from this one on are those of files that partitions are compared with: their own ids are
/// known only when the number of partitions is.
const COMPARED: u32 = 1 << 31;

/// What a check of partitions keeps of what grows with the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most findings of each rule that are kept, the first ones; all are counted.
    pub findings: Option<u64>,
    /// The most examples whose digests are kept, of a sample of the inputs, to find duplicates.
    pub digests: Option<u64>,
}

/// What all parts of a check have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The version that made the part.
    pub version: String,
    /// The command line of the check without its sources. The library stores it only.
    pub words: Vec<String>,
    /// The names of rules that are not in the registry.
    pub own_rules: Vec<String>,
    /// What is kept.
    pub limits: Limits,
}

/// The result of reading one or more partitions in one round.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RoundPart {
    /// Which check it belongs to.
    pub request: Request,
    /// The number of the round, from 0.
    pub round: u32,
    pub(crate) datasets: Vec<DatasetPart>,
}

/// The partitions of one dataset: those with the same targets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DatasetPart {
    pub(crate) targets: Vec<String>,
    pub(crate) tallies: StoredTallies,
    /// In order.
    pub(crate) partitions: Vec<Partition>,
}

/// One partition, as it was read in one round.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Partition {
    pub(crate) index: u32,
    /// Its totals; only the counts are of a later round.
    pub(crate) source: PartSource,
    pub(crate) findings: Vec<StoredFinding>,
    /// The records of findings that were folded into another, as runs, by rule.
    pub(crate) folded: BTreeMap<String, Vec<(u64, u64)>>,
}

impl Partition {
    /// Whether its number and those of folded records can be what a worker wrote: what is made for
    /// them takes memory.
    fn is_possible(&self) -> bool {
        let records = 1..=self.source.records();
        let mut runs = self.folded.values().flatten();
        let is_run = |(first, last): &(u64, u64)| {
            first <= last && records.contains(first) && records.contains(last)
        };
        self.index < MAX_PARTITIONS && runs.all(is_run)
    }
}

/// A finding with the name of its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFinding {
    pub(crate) rule: String,
    finding: Finding,
}

/// What reading the partitions again needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextRound {
    /// Which check it belongs to.
    pub request: Request,
    /// The number of the round, from 1.
    pub round: u32,
    /// By targets. A dataset that needs no further round has no entry.
    pub(crate) datasets: BTreeMap<Vec<String>, NextPass>,
}

/// Why parts do not give a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoundError {
    /// The partition with this number is in two parts of the round.
    Twice(u32, u32),
    /// Neighbors were not combined first: the partition with this number lies between others.
    Between(u32, u32),
    /// The partition with this number was read in the first round and not in this one.
    Absent(u32, u32),
    /// The partition with this number had other data in the first round than in this one.
    Changed(u32, u32),
}

impl fmt::Display for RoundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(index, round) => {
                write!(f, "partition {index} is given twice in round {round}")
            }
            Self::Between(index, round) => write!(
                f,
                "parts of non-adjacent partitions were combined around partition {index} in round {round}"
            ),
            Self::Absent(index, round) => {
                write!(f, "partition {index} is missing in round {round}")
            }
            Self::Changed(index, round) => write!(
                f,
                "partition {index} changed between round 0 and round {round}"
            ),
        }
    }
}

impl std::error::Error for RoundError {}

impl RoundPart {
    /// The part of `datasets`, with as many findings as the request asks for.
    pub(crate) fn new(request: Request, round: u32, datasets: Vec<DatasetPart>) -> Self {
        let most = request.limits.findings;
        let mut part = Self {
            request,
            round,
            datasets,
        };
        if let Some(most) = most {
            part.limit_findings(most);
        }
        part
    }

    /// The part as bytes.
    ///
    /// # Errors
    /// If the serializer fails, which is a bug.
    pub fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        to_bytes(PART, self)
    }

    /// Reads a part. The caller must compare the requests of parts before merging.
    ///
    /// # Errors
    /// Other bytes than those of a complete part, and numbers of partitions or records that no part
    /// has.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartError> {
        let part: Self = from_bytes(PART, bytes)?;
        let mut partitions = part.datasets.iter().flat_map(|of| &of.partitions);
        match partitions.all(Partition::is_possible) {
            true => Ok(part),
            false => Err(PartError::Damaged),
        }
    }

    /// The numbers of its partitions, in order within each dataset.
    pub fn partitions(&self) -> impl Iterator<Item = u32> {
        let partitions = self.datasets.iter().flat_map(|of| &of.partitions);
        partitions.map(|of| of.index)
    }

    /// Drops all findings of each rule in each dataset except the first `most`.
    fn limit_findings(&mut self, most: u64) {
        for dataset in &mut self.datasets {
            let mut kept: BTreeMap<String, u64> = BTreeMap::new();
            for partition in &mut dataset.partitions {
                partition.findings.retain(|of| {
                    let kept = kept.entry(of.rule.clone()).or_default();
                    *kept += 1;
                    *kept <= most
                });
            }
        }
    }
}

impl NextRound {
    /// What the next round needs as bytes.
    ///
    /// # Errors
    /// If the serializer fails, which is a bug.
    pub fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        to_bytes(NEXT, self)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// Other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartError> {
        from_bytes(NEXT, bytes)
    }
}

fn to_bytes(magic: &[u8], of: &impl Serialize) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut bytes = magic.to_vec();
    rmp_serde::encode::write(&mut bytes, of)?;
    Ok(bytes)
}

fn from_bytes<T: DeserializeOwned>(magic: &[u8], bytes: &[u8]) -> Result<T, PartError> {
    let body = bytes.strip_prefix(magic).ok_or(PartError::OtherFile)?;
    rmp_serde::from_slice(body).map_err(|_| PartError::Damaged)
}

impl StoredFinding {
    /// A finding in a partition. Ids from `partitions` on are those of the files that it is compared
    /// with.
    pub(crate) fn new(mut finding: Finding, partitions: u32) -> Self {
        renumber(&mut finding, |id| match id.checked_sub(partitions) {
            Some(compared) => COMPARED | compared,
            None => id,
        });
        Self {
            rule: finding.rule.to_owned(),
            finding,
        }
    }

    /// The finding of `rule` in a check of partitions up to `partitions`.
    pub(crate) fn load(&self, rule: &'static str, partitions: u32) -> Finding {
        let mut finding = Finding {
            rule,
            ..self.finding.clone()
        };
        renumber(&mut finding, |id| match id.checked_sub(COMPARED) {
            Some(compared) => partitions + compared,
            None => id,
        });
        finding
    }
}

fn renumber(finding: &mut Finding, id: impl Fn(u32) -> u32) {
    let related = finding.related.iter_mut().map(|of| &mut of.location);
    for location in std::iter::once(&mut finding.location).chain(related) {
        location.source = SourceId(id(location.source.0));
    }
}

/// The parts of one round in the order of their partitions, without those that are empty. Each has
/// neighbors.
///
/// # Errors
/// Partitions that occur twice, and parts whose partitions alternate.
pub(crate) fn ordered(mut parts: Vec<RoundPart>) -> Result<Vec<RoundPart>, RoundError> {
    parts.retain(|part| part.partitions().next().is_some());
    parts.sort_by_key(|part| part.partitions().min());
    let mut seen = BTreeSet::new();
    let mut last = None;
    for part in &parts {
        for index in part.partitions() {
            if !seen.insert(index) {
                return Err(RoundError::Twice(index, part.round));
            }
        }
        let first = part.partitions().min();
        if let (Some(first), true) = (first, first <= last) {
            return Err(RoundError::Between(first, part.round));
        }
        last = part.partitions().max();
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use tunelint_layouts::finding::totals::SourceSummary;

    use super::*;

    /// What a part with this partition of ten records is read as.
    fn read(index: u32, run: (u64, u64)) -> Result<RoundPart, PartError> {
        let summary = SourceSummary {
            records: 10,
            ..SourceSummary::default()
        };
        let partition = Partition {
            index,
            source: PartSource::new("a".into(), &summary),
            folded: BTreeMap::from([("empty-output".to_owned(), vec![run])]),
            ..Partition::default()
        };
        let dataset = DatasetPart {
            partitions: vec![partition],
            ..DatasetPart::default()
        };
        let part = RoundPart {
            datasets: vec![dataset],
            ..RoundPart::default()
        };
        RoundPart::from_bytes(&part.to_bytes().expect("bytes"))
    }

    #[test]
    fn a_part_has_no_impossible_numbers() {
        assert!(read(MAX_PARTITIONS - 1, (1, 10)).is_ok());
        let cases = [
            (MAX_PARTITIONS, (1, 10)),
            (u32::MAX, (1, 10)),
            (0, (0, 1)),
            (0, (3, 2)),
            (0, (1, 11)),
            (0, (u64::MAX, u64::MAX)),
        ];
        for (index, run) in cases {
            let read = read(index, run);
            assert!(matches!(read, Err(PartError::Damaged)), "{index} {run:?}");
        }
    }
}

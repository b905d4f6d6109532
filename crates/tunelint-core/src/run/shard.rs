//! The result of checking one shard of a dataset: the survey and the tallies of all rules, in a
//! form that can be stored and merged. Merged parts give the same findings as one run over all
//! shards.

use serde::{Deserialize, Serialize};

use tunelint_layouts::finding::StoredCounts;
use tunelint_layouts::finding::suppression::StoredRuns;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_rules::contract::Lead;
use tunelint_rules::survey::Survey;

/// The first bytes of a part file.
const MAGIC: &[u8] = b"tunelint part 2\n";

/// The result of checking one shard, as [`Session::shard`](super::session::Session::shard) returns
/// it and [`Session::merge`](super::session::Session::merge) takes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShardPart {
    /// The version that wrote it. Parts of different versions must not be merged: they may count
    /// differently.
    pub version: String,
    /// The command line of the check. The library stores it only; the caller uses it to make sure
    /// that parts come from the same check.
    pub request: Vec<String>,
    /// The files of the shard, in order.
    pub sources: Vec<PartSource>,
    /// What the rules about the dataset as a whole keep of the shard.
    pub tallies: StoredTallies,
}

/// Survey and tallies of one pass over sources of a dataset.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoredTallies {
    /// The rules that ran, in the order of their tallies. Only tallies of the same rules can be
    /// merged.
    pub rules: Vec<String>,
    pub(crate) survey: Survey,
    pub(crate) tallies: Vec<Option<Vec<u8>>>,
    pub(crate) examples: u64,
    pub(crate) suppressed: Vec<StoredRuns>,
}

/// What the rules of a later pass are built from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPass {
    /// What the format is inferred from.
    pub(crate) survey: Survey,
    /// For each pass before, what its rules found out: the position of the rule, and its lead.
    pub(crate) leads: Vec<Leads>,
}

/// What the rules of one pass found out for the next, by the position of the rule.
pub type Leads = Vec<(usize, Lead)>;

/// A file of a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSource {
    /// The path as the user gave it.
    pub path: std::path::PathBuf,
    /// Its format and its totals.
    pub read: Read,
    counts: StoredCounts,
}

/// The format and the totals of a file; see [`SourceSummary`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    container: String,
    layout: String,
    evidence: String,
    is_declared: bool,
    bytes: u64,
    records: u64,
    examples: u64,
    unchecked: u64,
    targets: Vec<String>,
}

/// Why a file cannot be read as a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartError {
    /// It is not a part.
    OtherFile,
    /// It is truncated or damaged.
    Damaged,
}

impl ShardPart {
    /// The contents of a part file.
    ///
    /// # Errors
    /// If the serializer fails, which is a bug.
    pub fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        Ok([MAGIC, &rmp_serde::to_vec(self)?].concat())
    }

    /// Reads the contents of a part file. The caller must check `version`, `request` and `rules`
    /// before merging.
    ///
    /// # Errors
    /// Contents that are not a complete part.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartError> {
        let body = bytes.strip_prefix(MAGIC).ok_or(PartError::OtherFile)?;
        rmp_serde::from_slice(body).map_err(|_| PartError::Damaged)
    }
}

impl PartSource {
    /// The file at `path` with the totals of its check.
    pub fn new(path: std::path::PathBuf, summary: &SourceSummary) -> Self {
        Self {
            path,
            read: Read {
                container: summary.container.clone(),
                layout: summary.layout.clone(),
                evidence: summary.evidence.clone(),
                is_declared: summary.is_declared,
                bytes: summary.bytes,
                records: summary.records,
                examples: summary.examples,
                unchecked: summary.unchecked,
                targets: summary.targets.clone(),
            },
            counts: summary.counts.store(),
        }
    }

    /// Only its name.
    pub(crate) fn named(&self) -> SourceSummary {
        SourceSummary {
            path: tunelint_data::text::printable::printable_path(&self.path),
            ..SourceSummary::default()
        }
    }

    /// The number of its records.
    pub(crate) fn records(&self) -> u64 {
        self.read.records
    }

    /// Whether `other` has as many bytes and records.
    pub(crate) fn has_size_of(&self, other: &Self) -> bool {
        (self.read.bytes, self.read.records) == (other.read.bytes, other.read.records)
    }

    /// Its targets.
    pub fn targets(&self) -> &[String] {
        &self.read.targets
    }

    /// The totals of its check. Findings of rules that `name` does not know are left out.
    pub fn summary(&self, name: impl Fn(&str) -> Option<&'static str>) -> SourceSummary {
        let counts = self.counts.load(name);
        let read = self.read.clone();
        SourceSummary {
            container: read.container,
            layout: read.layout,
            evidence: read.evidence,
            is_declared: read.is_declared,
            bytes: read.bytes,
            records: read.records,
            examples: read.examples,
            unchecked: read.unchecked,
            targets: read.targets,
            counts,
            ..self.named()
        }
    }
}

//! What one shard of a set gave, on its way to be merged with the others: the survey and the
//! tallies of all rules. Merged parts give the same findings as one run over all shards.

use serde::{Deserialize, Serialize};

use tunelint_layouts::finding::suppression::StoredRuns;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::finding::{Counts, Severity};
use tunelint_rules::rules;
use tunelint_rules::survey::Survey;

/// How a part begins, so that another file is told from one.
const MAGIC: &[u8] = b"tunelint part 1\n";

/// A part.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShardPart {
    /// The version that made it: another may count in another way.
    pub version: String,
    /// What it was asked to do, as the program keeps it.
    pub request: Vec<String>,
    /// The rules that had a tally or a survey, in order.
    pub rules: Vec<String>,
    /// The files of the shard, in order.
    pub sources: Vec<PartSource>,
    pub(crate) survey: Survey,
    pub(crate) tallies: Vec<Option<Vec<u8>>>,
    pub(crate) examples: u64,
    pub(crate) suppressed: Vec<StoredRuns>,
}

/// A file of a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSource {
    /// As it was named.
    pub path: std::path::PathBuf,
    /// How it was read, and its totals.
    pub read: Read,
    counts: Vec<(String, Severity, u64)>,
}

/// How a file was read, and its totals: see [`SourceSummary`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    container: String,
    layout: String,
    evidence: String,
    bytes: u64,
    records: u64,
    examples: u64,
    targets: Vec<String>,
}

/// Why a file is no part that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartError {
    /// It is another kind of file.
    OtherFile,
    /// It is cut off or damaged.
    Damaged,
}

impl ShardPart {
    /// Its bytes.
    ///
    /// # Errors
    /// If a tally cannot be written, which is a mistake in its rule.
    pub fn to_bytes(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        Ok([MAGIC, &rmp_serde::to_vec(self)?].concat())
    }

    /// Reads a part.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartError> {
        let body = bytes.strip_prefix(MAGIC).ok_or(PartError::OtherFile)?;
        rmp_serde::from_slice(body).map_err(|_| PartError::Damaged)
    }
}

impl PartSource {
    /// A file that was named `path` and came to `summary`.
    pub fn new(path: std::path::PathBuf, summary: &SourceSummary) -> Self {
        let counts = summary.counts.iter();
        let counts = counts.map(|(rule, severity, number)| (rule.to_owned(), severity, number));
        Self {
            path,
            read: Read {
                container: summary.container.clone(),
                layout: summary.layout.clone(),
                evidence: summary.evidence.clone(),
                bytes: summary.bytes,
                records: summary.records,
                examples: summary.examples,
                targets: summary.targets.clone(),
            },
            counts: counts.collect(),
        }
    }

    /// What it came to, as the run that read it said.
    pub fn summary(&self) -> SourceSummary {
        let mut counts = Counts::default();
        for (rule, severity, number) in &self.counts {
            if let Some(entry) = rules::by_name(rule) {
                counts.add(entry.meta.name, *severity, *number);
            }
        }
        let read = self.read.clone();
        SourceSummary {
            path: tunelint_data::text::printable::printable_path(&self.path),
            container: read.container,
            layout: read.layout,
            evidence: read.evidence,
            bytes: read.bytes,
            records: read.records,
            examples: read.examples,
            targets: read.targets,
            counts,
            ..SourceSummary::default()
        }
    }
}

//! Exact totals of a run: what a report says besides the findings.

use super::counts::Counts;

/// What one source turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSummary {
    /// As the user named it, printable.
    pub path: String,
    /// How its bytes become records: `jsonl`, `json`, `csv`, `tsv`.
    pub container: String,
    /// How its records become examples; empty where none was recognised.
    pub layout: String,
    /// How the layout was decided, in words: "detected from the first 64 records".
    pub evidence: String,
    /// Its size, decompressed.
    pub bytes: u64,
    /// Records read, faulty ones included.
    pub records: u64,
    /// Records that became examples.
    pub examples: u64,
    /// The profiles it was checked for.
    pub targets: Vec<String>,
    /// The task and whether it was inferred; `None` where nobody named it.
    pub task: Option<(String, bool)>,
    /// What was found in it.
    pub counts: Counts,
}

/// What a target would make of the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The profile's name.
    pub target: String,
    /// Whether its service has ended.
    pub is_closed: bool,
    /// Errors that hold for it.
    pub errors: u64,
    /// Warnings that hold for it.
    pub warnings: u64,
    /// Advice that holds for it.
    pub advice: u64,
    /// The layout that it takes the data in, where it does not take it as it is.
    pub convert_to: Option<String>,
    /// Whether the data can be brought into a layout that it takes.
    pub is_unfit: bool,
}

impl Verdict {
    /// Whether it would not take the data, or not all of it.
    pub fn rejects(&self) -> bool {
        self.errors > 0 || self.is_unfit
    }
}

/// The totals of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The profiles checked for.
    pub targets: Vec<String>,
    /// Things to know about the targets: a closed provider, none chosen.
    pub notes: Vec<String>,
    /// Every source, in order.
    pub sources: Vec<SourceSummary>,
    /// All findings.
    pub counts: Counts,
    /// What each target would make of the data, where there are several.
    pub verdicts: Vec<Verdict>,
    /// Findings that were excused.
    pub suppressed: u64,
    /// What to do next, in a sentence, and the command to type.
    pub next_step: Option<(String, String)>,
}

//! Exact totals of a run, reported besides the findings.

use super::counts::Counts;

/// The summary of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSummary {
    /// As the user named it, printable.
    pub path: String,
    /// The container: `jsonl`, `json`, `csv`, `tsv`.
    pub container: String,
    /// The layout; empty if none was recognized.
    pub layout: String,
    /// How the layout was determined, in words: "inferred from the first 64 records".
    pub evidence: String,
    /// Whether an entry of a `dataset_info.json` says how it is read.
    pub is_declared: bool,
    /// The decompressed size.
    pub bytes: u64,
    /// The number of records, malformed ones included.
    pub records: u64,
    /// The number of records that became examples.
    pub examples: u64,
    /// The number of records that could not be checked and that no finding is about, because the rules
    /// about them are off.
    pub unchecked: u64,
    /// The targets that it was checked against.
    pub targets: Vec<String>,
    /// Whether it will be converted to what the targets take.
    pub will_convert: bool,
    /// The task, and whether it was inferred; `None` if neither set nor inferred.
    pub task: Option<(String, bool)>,
    /// The findings in it.
    pub counts: Counts,
}

/// What a target does with the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The profile's name.
    pub target: String,
    /// Whether the service has been shut down.
    pub is_closed: bool,
    /// Errors that apply to it.
    pub errors: u64,
    /// Warnings that apply to it.
    pub warnings: u64,
    /// Advice that applies to it.
    pub advice: u64,
    /// Findings for which it rejects the upload or the job.
    pub rejected: u64,
    /// Findings for which it does not train on the record.
    pub skipped: u64,
    /// Findings for which it trains on something other than what is written: truncated, misread or
    /// ignored data.
    pub changed: u64,
    /// The layout to convert to, if the target does not accept the current one.
    pub convert_to: Option<String>,
    /// The command that converts the first such source.
    pub convert: Option<String>,
    /// Whether no conversion makes the data acceptable.
    pub is_unfit: bool,
}

impl Verdict {
    /// Whether it takes the files and every record of them as they are. Findings that concern only
    /// the quality of the data do not count.
    pub fn accepted(&self) -> bool {
        self.rejected == 0 && self.skipped == 0 && self.convert_to.is_none()
    }
}

/// A file or directory that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadFile {
    /// As the user named it, printable; `None` if it is not known.
    pub path: Option<String>,
    /// Why, in a sentence that names it.
    pub message: String,
}

/// The totals of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The targets of the run.
    pub targets: Vec<String>,
    /// Remarks about the targets: a closed provider, no target set.
    pub notes: Vec<String>,
    /// Every source, in order.
    pub sources: Vec<SourceSummary>,
    /// What could not be read. The session leaves it empty: the caller, who words the errors, fills
    /// it in for the reports.
    pub unread: Vec<UnreadFile>,
    /// All findings.
    pub counts: Counts,
    /// The verdict of each target.
    pub verdicts: Vec<Verdict>,
    /// The number of suppressed findings.
    pub suppressed: u64,
    /// The suggested next step, one sentence, and its command.
    pub next_step: Option<(String, String)>,
}

//! What a trainer does with a sequence: which part it trains on, and what it does beyond its length.

use serde::{Deserialize, Serialize};

/// What of a sequence is trained on unless the user's configuration says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrainsOn {
    /// The part.
    pub part: TrainedPart,
    /// The layouts that it is about; empty means all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// The trainer's option that changes it.
    pub option: String,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The trainer's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// A part of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainedPart {
    /// All of it, prompts as well.
    All,
    /// The answers.
    Answers,
}

/// What a trainer does with a sequence that is longer than its limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OverLength {
    /// What happens.
    pub cut: Cut,
    /// The trainer's option that changes it, or that sets the length.
    pub option: String,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The trainer's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// How a sequence is made shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Its end is cut off.
    End,
    /// Prompts and answers are both cut.
    Turns,
    /// It is left out.
    Drops,
}

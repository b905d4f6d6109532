//! What one provider accepts: data from `rules/profiles/*.toml`, every number with its source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;
use crate::task::Task;

/// What one provider accepts.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Its name in options.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// Whether the service can be used.
    pub status: Status,
    /// The status in a sentence, with its date.
    pub status_note: Option<String>,
    /// The profile to use instead.
    pub successor: Option<String>,
    /// When its pages were read.
    pub read: String,
    /// The layouts it takes; the first is what `convert` writes.
    pub layouts: Vec<String>,
    /// What it receives.
    pub container: Delivery,
    /// Hyperparameters of which at most one may be set.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// Where that is said.
    pub exclusive_source: Option<String>,
    /// The provider's words for it.
    pub exclusive_quote: Option<String>,
    /// The pages, by the short names that `source` uses.
    pub sources: BTreeMap<String, String>,
    /// What it limits: `input`, `output`, `example`, `upload`, `min-examples`, `max-examples`, …
    #[serde(default)]
    pub limits: BTreeMap<String, Cited<u64>>,
    /// How many examples it advises, by task; `any` for every other.
    #[serde(default)]
    pub recommended: BTreeMap<String, Recommendation>,
    /// What may be set for training.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, Hyperparameter>,
    /// Names that it limits: `display-name`, `id`, …
    #[serde(default)]
    pub names: BTreeMap<String, NameLimit>,
}

/// Whether a service can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It can be used.
    Alive,
    /// Its end is announced.
    WindingDown,
    /// It has ended.
    Closed,
}

/// What a provider receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The body of one request that holds all examples.
    Rest,
    /// A file of JSON lines.
    Jsonl,
}

/// A value with where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// What it counts.
    pub unit: Unit,
    /// What happens beyond it.
    pub effect: Effect,
    /// The page, by its short name.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// What is not certain about it.
    pub note: Option<String>,
    /// No page confirms it: it never makes an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// Pieces of words, as the model counts.
    Tokens,
    /// Bytes.
    Bytes,
    /// Examples.
    Examples,
}

impl Unit {
    /// The word for it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Characters => "character",
            Self::Tokens => "token",
            Self::Bytes => "byte",
            Self::Examples => "example",
        }
    }
}

/// What a provider does with data beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The upload or the job fails.
    Rejects,
    /// The example is left out.
    Drops,
    /// The example is cut.
    Cuts,
    /// Its page names a maximum; what the service does is not said.
    DocumentedMaximum,
    /// It recommends.
    Advises,
}

/// How many examples a provider recommends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recommendation {
    /// At least so many.
    pub min: u64,
    /// Up to so many.
    pub max: Option<u64>,
    /// The page, by its short name.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// What is not certain about it.
    pub note: Option<String>,
}

/// A setting for training.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hyperparameter {
    /// Its name in the provider's request.
    pub field: String,
    /// What is used if nothing is set.
    pub default: Option<f64>,
    /// The smallest value.
    pub min: Option<f64>,
    /// Whether the smallest value itself is excluded.
    #[serde(default)]
    pub min_exclusive: bool,
    /// The largest value.
    pub max: Option<f64>,
    /// Whether it must be a whole number.
    #[serde(default)]
    pub integer: bool,
    /// What happens beyond the range.
    pub effect: Effect,
    /// The page, by its short name.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// What is not certain about it.
    pub note: Option<String>,
    /// No page confirms the range.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// A limit on a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NameLimit {
    /// Its name in the provider's request.
    pub field: String,
    /// The longest.
    pub max: u64,
    /// What the length counts.
    pub unit: Unit,
    /// What it must look like, in words or as a pattern; for people.
    pub pattern: Option<String>,
    /// What happens beyond it.
    pub effect: Effect,
    /// The page, by its short name.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// What is not certain about it.
    pub note: Option<String>,
}

impl<T> Cited<T> {
    /// The severity of data beyond it. A minimum that is only advised is a warning.
    pub fn severity(&self, minimum: bool) -> Severity {
        match self.effect {
            _ if self.unconfirmed => Severity::Advice,
            Effect::Advises if minimum => Severity::Warning,
            Effect::Advises => Severity::Advice,
            Effect::Rejects | Effect::Drops | Effect::Cuts | Effect::DocumentedMaximum => {
                Severity::Error
            }
        }
    }
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// What is wrong with it and where, as the TOML reader words it.
    pub fn parse(toml: &str) -> Result<Self, String> {
        toml::from_str(toml).map_err(|error| error.to_string())
    }

    /// How many examples are recommended for `task`, or for any.
    pub fn recommendation(&self, task: Option<Task>) -> Option<&Recommendation> {
        task.and_then(|task| self.recommended.get(task.as_str()))
            .or_else(|| self.recommended.get("any"))
    }

    /// The limit called `name`.
    pub fn limit(&self, name: &str) -> Option<&Cited<u64>> {
        self.limits.get(name)
    }
}

/// The profiles in the binary, as their files have them, by name.
pub const FILES: &[(&str, &str)] = &[
    (
        "gemini-api",
        include_str!("../rules/profiles/gemini-api.toml"),
    ),
    ("openai", include_str!("../rules/profiles/openai.toml")),
    (
        "vertex-gemini",
        include_str!("../rules/profiles/vertex-gemini.toml"),
    ),
];

/// The profile called `name`, if there is one.
///
/// # Errors
/// Why it cannot be read; a test makes sure that this does not happen.
///
/// ```
/// let profile = tunelint_core::profile::by_name("gemini-api").unwrap().unwrap();
/// assert_eq!(profile.limit("input").unwrap().value, 40_000);
/// ```
pub fn by_name(name: &str) -> Result<Option<Profile>, String> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    file.map(|(_, toml)| Profile::parse(toml)).transpose()
}

/// The profile for a layout where the user named none.
pub fn for_layout(layout: &str) -> Option<&'static str> {
    match layout {
        "pairs" => Some("gemini-api"),
        "contents" => Some("vertex-gemini"),
        _ => None,
    }
}

//! What a profile is made of: numbers and statements, each with its source.

use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// A value with where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// What it counts.
    pub unit: Unit,
    /// It holds only where there are more than so many.
    #[serde(default)]
    pub above: u64,
    /// Whether examples for validation are counted with those for training.
    #[serde(default)]
    pub with_validation: bool,
    /// The task for which it holds; for every one where there is none.
    pub task: Option<String>,
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
    /// Hundredths.
    Percent,
    /// Images.
    Images,
    /// Videos.
    Videos,
    /// Labels: classes that outputs are drawn from.
    Labels,
    /// Turns.
    Turns,
}

impl Unit {
    /// The word for it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Characters => "character",
            Self::Tokens => "token",
            Self::Bytes => "byte",
            Self::Examples => "example",
            Self::Percent => "percent",
            Self::Images => "image",
            Self::Videos => "video",
            Self::Labels => "label",
            Self::Turns => "turn",
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

/// Something that a provider asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fact {
    /// The names of fields that it is about.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The layouts of which it is said, where it is not said of all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// What happens to data that is otherwise.
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

/// The names of roles that a provider takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Roles {
    /// The names, as the provider writes them.
    pub accepts: Vec<String>,
    /// The layouts whose names they are, where the profile's others have names of their own.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// What happens to others.
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

/// What a provider counts tokens with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenizerName {
    /// Its name in `rules/tokenizers.toml`.
    pub name: String,
    /// The page, by its short name.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// What is not certain about it.
    pub note: Option<String>,
}

/// Words that no text may hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reserved {
    /// The words.
    pub words: Vec<String>,
    /// In which texts.
    #[serde(rename = "where")]
    pub place: Where,
    /// Whether small and capital letters differ.
    pub case_sensitive: bool,
    /// Whether only a word behind a line break counts.
    pub line_start: bool,
    /// What happens to a text with one of them.
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

/// The texts that a reserved word must not stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// What the model reads: the system text and the turns of the user.
    Input,
    /// Every text.
    Any,
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
    /// What is used instead for sets of another size; of which one, the provider does not say.
    pub default_otherwise: Option<f64>,
    /// What is used if nothing is set, where that is no number.
    pub default_text: Option<String>,
    /// The only values that it takes, where it takes no others: numbers or words.
    #[serde(default)]
    pub values: Vec<toml::Value>,
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

impl Effect {
    /// The severity of data that it befalls. What no page confirms is advice at most.
    pub fn severity(self, unconfirmed: bool) -> Severity {
        match self {
            _ if unconfirmed => Severity::Advice,
            Self::Advises => Severity::Advice,
            Self::Rejects | Self::Drops | Self::Cuts | Self::DocumentedMaximum => Severity::Error,
        }
    }

    /// What it means for a single value or example, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Rejects => "rejects",
            Self::Drops => "drops the example",
            Self::Cuts => "cuts the example",
            Self::DocumentedMaximum => "documented maximum",
            Self::Advises => "advises",
        }
    }
}

impl<T> Cited<T> {
    /// The severity of data beyond it. A minimum that is only advised is a warning.
    pub fn severity(&self, minimum: bool) -> Severity {
        match self.effect {
            Effect::Advises if minimum && !self.unconfirmed => Severity::Warning,
            effect => effect.severity(self.unconfirmed),
        }
    }
}

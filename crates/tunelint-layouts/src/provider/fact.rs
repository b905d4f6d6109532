//! The building blocks of a profile: numbers and requirements, each with its source.

use serde::{Deserialize, Serialize};

use crate::finding::{Consequence, Impact, Severity};

/// A value with its source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// The unit of the value.
    pub unit: Unit,
    /// The limit applies only if there are more than this many.
    #[serde(default)]
    pub above: u64,
    /// Whether validation examples count together with training examples.
    #[serde(default)]
    pub with_validation: bool,
    /// The task that the limit applies to; `None` means every task.
    pub task: Option<String>,
    /// The consequence of exceeding it.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// Not confirmed by any page: at most advice, never an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// Whether a statement about `layouts`, or about all if there are none, is about `layout`.
pub fn is_about(layouts: &[String], layout: &str) -> bool {
    layouts.is_empty() || layouts.iter().any(|of| of == layout)
}

/// The unit that a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Unicode scalar values.
    Characters,
    /// Tokens of the model's tokenizer.
    Tokens,
    /// Bytes.
    Bytes,
    /// Examples.
    Examples,
    /// Percent.
    Percent,
    /// Images.
    Images,
    /// Videos.
    Videos,
    /// Labels: the classes of a classification task.
    Labels,
    /// Turns.
    Turns,
}

impl Unit {
    /// The singular noun.
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

/// What a provider does with data beyond a limit, or with data that violates a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The upload or the job fails.
    Rejects,
    /// The example is skipped.
    Drops,
    /// The example is truncated.
    Cuts,
    /// The text or the field is not read.
    Ignores,
    /// Something other than what is written is trained on.
    Misreads,
    /// The page documents a maximum without saying what happens beyond it.
    DocumentedMaximum,
    /// A recommendation only.
    Advises,
}

/// A requirement of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fact {
    /// The fields that it is about.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The layouts that it applies to; empty means all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// The containers that a fault applies to; empty means all.
    #[serde(default)]
    pub containers: Vec<String>,
    /// The consequence of violating it.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// Not confirmed by any page: at most advice, never an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// The role names that a provider accepts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Roles {
    /// The names, as the provider spells them.
    pub accepts: Vec<String>,
    /// Whether case and surrounding spaces make no difference.
    #[serde(default)]
    pub ignores_case: bool,
    /// The layouts that use these names; empty means all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// The consequence of any other name.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// Not confirmed by any page: at most advice, never an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// The tokenizer of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenizerName {
    /// Its name in `rules/tokenizers.toml`.
    pub name: String,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// Words that must not occur in a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reserved {
    /// The words.
    pub words: Vec<String>,
    /// The texts that are checked.
    #[serde(rename = "where")]
    pub place: Where,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Whether only a word at the start of a line counts.
    pub line_start: bool,
    /// The consequence of a match.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// Not confirmed by any page: at most advice, never an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// The texts in which a reserved word must not occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// The system prompt and the user messages.
    Input,
    /// Every text.
    Any,
}

/// How many examples a provider recommends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recommendation {
    /// The lower bound.
    pub min: u64,
    /// The upper bound, if there is one.
    pub max: Option<u64>,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// A sentence of a provider's guide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GuideSentence {
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// A hyperparameter of a tuning job.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hyperparameter {
    /// Its name in the provider's request.
    pub field: String,
    /// The default.
    pub default: Option<f64>,
    /// The default for datasets of another size; the provider does not say which default applies to
    /// which size.
    pub default_otherwise: Option<f64>,
    /// The default, if it is not a number.
    pub default_text: Option<String>,
    /// The accepted values, numbers or words, if the parameter is an enumeration.
    #[serde(default)]
    pub values: Vec<toml::Value>,
    /// The smallest value.
    pub min: Option<f64>,
    /// Whether the smallest value is excluded from the range.
    #[serde(default)]
    pub min_exclusive: bool,
    /// The largest value.
    pub max: Option<f64>,
    /// Whether the value must be an integer.
    #[serde(default)]
    pub integer: bool,
    /// The consequence of a value outside the range.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// The range is not confirmed by any page.
    #[serde(default)]
    pub unconfirmed: bool,
}

impl Hyperparameter {
    /// Why the provider does not accept a value, in words; `None` if it does. A range that is only
    /// recommended excludes nothing.
    pub fn violation(&self, value: &serde_json::Number) -> Option<String> {
        if self.integer && !(value.is_u64() || value.is_i64()) {
            return Some("expected an integer".to_owned());
        }
        let number = value.as_f64()?;
        if self.effect == Effect::Advises {
            return None;
        }
        match (self.min, self.max) {
            (Some(min), _) if self.min_exclusive && number <= min => {
                Some(format!("must be greater than {min}"))
            }
            (Some(min), _) if number < min => Some(format!("must be at least {min}")),
            (_, Some(max)) if number > max => Some(format!("must be at most {max}")),
            _ => None,
        }
    }
}

/// A limit on the length of a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NameLimit {
    /// Its name in the provider's request.
    pub field: String,
    /// The maximum length.
    pub max: u64,
    /// The unit of the length.
    pub unit: Unit,
    /// The required form, as prose or as a pattern; for people only.
    pub pattern: Option<String>,
    /// The consequence of exceeding it.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

impl Effect {
    /// The severity of data with this effect; at most advice if no page confirms it.
    pub fn severity(self, unconfirmed: bool) -> Severity {
        match self {
            _ if unconfirmed => Severity::Advice,
            Self::Advises => Severity::Advice,
            Self::Ignores => Severity::Warning,
            Self::Rejects | Self::Drops | Self::Cuts | Self::Misreads | Self::DocumentedMaximum => {
                Severity::Error
            }
        }
    }

    /// What the provider does with data that has this effect. What no page confirms does not count
    /// against the data.
    pub fn consequence(self, unconfirmed: bool) -> Consequence {
        match self {
            _ if unconfirmed => Consequence::Quality,
            Self::Rejects | Self::DocumentedMaximum => Consequence::Rejected,
            Self::Drops => Consequence::Skipped,
            Self::Cuts => Consequence::Truncated,
            Self::Ignores => Consequence::Ignored,
            Self::Misreads => Consequence::Misread,
            Self::Advises => Consequence::Quality,
        }
    }

    /// The impact on data of `targets`, the providers that have this effect.
    pub fn impact(self, unconfirmed: bool, targets: &[String]) -> Impact<'_> {
        Impact {
            severity: self.severity(unconfirmed),
            consequence: Some(self.consequence(unconfirmed)),
            targets,
        }
    }

    /// The effect in words, for tables.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Rejects => "rejects violations",
            Self::Drops => "drops the example",
            Self::Cuts => "truncates the example",
            Self::Ignores => "does not read it",
            Self::Misreads => "trains on something else",
            Self::DocumentedMaximum => "documented maximum",
            Self::Advises => "recommendation only",
        }
    }
}

impl<T> Cited<T> {
    /// The severity of data beyond the limit. Falling below a recommended `minimum` is a warning.
    pub fn severity(&self, minimum: bool) -> Severity {
        match self.effect {
            Effect::Advises if minimum && !self.unconfirmed => Severity::Warning,
            effect => effect.severity(self.unconfirmed),
        }
    }
}

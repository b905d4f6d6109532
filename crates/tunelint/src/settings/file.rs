//! What a settings file may say. The committed JSON Schema is made of these types, and a test
//! keeps the two equal; what a file says wrong is told by the schema, before serde sees it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::FailOn;

#[cfg(test)]
use super::schema as names;

/// Settings of tunelint.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "tunelint"))]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// Another settings file, on which this one builds; its path is seen from this one.
    pub extend: Option<String>,
    /// What the data is meant for.
    #[cfg_attr(test, schemars(schema_with = "names::profiles"))]
    pub target: Vec<String>,
    /// What the model is tuned for.
    #[cfg_attr(test, schemars(schema_with = "names::task"))]
    pub task: Option<String>,
    /// A `tokenizer.json`, or a file of tiktoken's ranks, that counts tokens in place of an
    /// estimate.
    pub tokenizer: Option<String>,
    /// The severity from which on the exit code is 1.
    #[cfg_attr(test, schemars(schema_with = "names::fail_on"))]
    pub fail_on: Option<FailOn>,
    /// Only these rules.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub select: Vec<String>,
    /// These rules besides the usual ones.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub extend_select: Vec<String>,
    /// Not these rules.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub ignore: Vec<String>,
    /// Rules in preview too.
    pub preview: Option<bool>,
    /// Files that are left out of directories, and with `--force-exclude` wherever they are named.
    pub exclude: Vec<String>,
    /// Whether a record may excuse itself by a key `_tunelint`: `{"allow": ["rule"]}`.
    pub inline_allow: Option<bool>,
    /// The largest record that is read: bytes, or with K, M; at most 64M.
    pub max_record_size: Option<String>,
    /// Accepted findings, as `tunelint baseline create` writes them.
    pub baseline: Option<String>,
    /// Where pages of rules can be read: an https address with `{rule}` in it. Names of rules link
    /// to it in a terminal that takes links, and in SARIF.
    pub rule_url: Option<String>,
    /// How files are read and what belongs together.
    pub dataset: Vec<Dataset>,
    /// Severities and options of rules: `"off"`, a severity, or a table.
    #[cfg_attr(test, schemars(schema_with = "names::rule_settings"))]
    pub rules: BTreeMap<String, RuleSetting>,
    /// Findings that are excused.
    pub allow: Vec<Allow>,
    /// Rules of your own.
    pub custom: Vec<Custom>,
}

/// Files that are read in one way and checked together.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dataset {
    /// The training files: paths or patterns, seen from the settings file.
    #[cfg_attr(test, schemars(required, length(min = 1)))]
    pub files: Vec<String>,
    /// The validation files: no example of theirs may stand in training.
    pub validation: Vec<String>,
    /// Prompts as the application sends them, to be compared with the inputs; never checked as
    /// training data.
    pub production: Vec<String>,
    /// What this data is meant for.
    #[cfg_attr(test, schemars(schema_with = "names::profiles"))]
    pub target: Vec<String>,
    /// What the model is tuned for.
    #[cfg_attr(test, schemars(schema_with = "names::task"))]
    pub task: Option<String>,
    /// How records become examples.
    #[cfg_attr(test, schemars(schema_with = "names::layout"))]
    pub layout: Option<String>,
    /// How bytes become records.
    #[cfg_attr(test, schemars(schema_with = "names::container"))]
    pub container: Option<String>,
    /// The column or field of the input.
    pub input: Option<String>,
    /// The column or field of the output.
    pub output: Option<String>,
    /// The input as a template: `question: {question}`.
    pub input_template: Option<String>,
    /// The output as a template.
    pub output_template: Option<String>,
    /// The column or field of the system text.
    pub system: Option<String>,
    /// What names of roles stand for: `bot = "model"`.
    #[cfg_attr(test, schemars(schema_with = "names::roles"))]
    pub roles: BTreeMap<String, String>,
    /// What separates cells: one character, or `tab`.
    pub delimiter: Option<String>,
    /// The encoding, if it is not UTF-8.
    pub encoding: Option<String>,
    /// The text that every input must start with.
    pub preamble: Option<String>,
    /// A file that holds this text.
    pub preamble_file: Option<String>,
    /// A JSON Schema that every output must fit.
    pub output_schema: Option<String>,
}

/// How a rule speaks: a word, or a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RuleSetting {
    /// Its severity, or `off`.
    Level(Level),
    /// Its severity and options.
    Table(RuleTable),
}

/// A rule's severity, or its silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Off,
    Error,
    Warning,
    Advice,
}

/// What can be set for one rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleTable {
    /// Its severity.
    pub severity: Option<Level>,
    /// The share of records, from 0 to 1, for which its findings do not make the run fail.
    pub max_rate: Option<f64>,
    /// What else the rule takes.
    #[serde(flatten)]
    pub options: BTreeMap<String, f64>,
}

/// Findings that are excused: all that is given must hold.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allow {
    /// The rule that is not to speak.
    pub rule: String,
    /// Values that the record must have, by their JSON pointers (`/column` in a table).
    #[serde(default, rename = "where")]
    pub holds: BTreeMap<String, Value>,
    /// The record's `id`.
    pub record: Option<String>,
    /// The finding's fingerprint, as the JSON report gives it.
    pub fingerprint: Option<String>,
    /// A pattern in the text at the finding's place, as it is written in the file.
    pub matches: Option<String>,
    /// Why.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub reason: String,
    /// The last day on which it holds: 2027-06-01.
    pub expires: Option<String>,
}

/// A pattern that a text must not hold.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Custom {
    /// The rule's name: lower-case words joined by hyphens.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")))]
    pub name: String,
    /// What is looked at: `input`, `output`, `system`, `any`, or `/field` of the record.
    pub field: String,
    /// What must not occur: a regular expression of the `regex` crate.
    pub pattern: String,
    /// What to say where it does.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub message: String,
    /// How much it matters.
    #[cfg_attr(test, schemars(schema_with = "names::severity"))]
    #[serde(default)]
    pub severity: Option<Level>,
}

//! The types of a settings file. The committed JSON Schema is generated from them, and a test
//! compares the two. The schema validates a file before serde reads it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::FailOn;

#[cfg(test)]
use super::schema_names as names;

/// Settings of tunelint.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "tunelint"))]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// Another settings file that this one extends. The path is relative to this file.
    pub extend: Option<String>,
    /// The providers to check for.
    #[cfg_attr(test, schemars(schema_with = "names::profiles"))]
    pub target: Vec<String>,
    /// What the model is tuned for.
    #[cfg_attr(test, schemars(schema_with = "names::task"))]
    pub task: Option<String>,
    /// A `tokenizer.json` or tiktoken rank file. Without it, token counts are estimated.
    pub tokenizer: Option<String>,
    /// The lowest severity that fails a check.
    #[cfg_attr(test, schemars(schema_with = "names::fail_on"))]
    pub fail_on: Option<FailOn>,
    /// Run only these rules.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub select: Vec<String>,
    /// Run these rules in addition to the default ones.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub extend_select: Vec<String>,
    /// Skip these rules.
    #[cfg_attr(test, schemars(schema_with = "names::rules"))]
    pub ignore: Vec<String>,
    /// Run preview rules, too.
    pub preview: Option<bool>,
    /// Files that are skipped in directories; with `--force-exclude`, also if they are named.
    pub exclude: Vec<String>,
    /// Whether a record may suppress findings with a key `_tunelint`: `{"allow": ["rule"]}`.
    pub inline_allow: Option<bool>,
    /// The size of the largest record that is read, in bytes or with K or M; at most 64M.
    pub max_record_size: Option<String>,
    /// The file of accepted findings, which `tunelint baseline create` writes.
    pub baseline: Option<String>,
    /// The address of rule pages: an https address with `{rule}` in it. Rule names link to it in SARIF
    /// and in terminals that support links.
    pub rule_url: Option<String>,
    /// The datasets: files that are read in the same way and checked together.
    pub dataset: Vec<DatasetTable>,
    /// Severities and options of rules: `"off"`, a severity, or a table.
    #[cfg_attr(test, schemars(schema_with = "names::rule_settings"))]
    pub rules: BTreeMap<String, RuleSetting>,
    /// Suppressions of findings.
    pub allow: Vec<AllowTable>,
    /// Custom rules.
    pub custom: Vec<Custom>,
}

/// Files that are read in the same way and checked together.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct DatasetTable {
    /// The training files: paths or patterns, relative to the settings file.
    #[cfg_attr(test, schemars(required, length(min = 1)))]
    pub files: Vec<String>,
    /// The validation files. Examples that also occur in the training files are reported.
    pub validation: Vec<String>,
    /// Prompts that the application sends in production. They are compared with the inputs, and not
    /// checked as training data.
    pub production: Vec<String>,
    /// Benchmarks. Training texts that have 13 words in a row in common with one are reported; the
    /// files are not checked as training data.
    pub benchmark: Vec<String>,
    /// The format that `tunelint infer` writes. The files are prompts then, not training data, and are
    /// held to it.
    pub against: Option<String>,
    /// The providers to check this dataset for.
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
    /// The column or field of the system prompt.
    pub system: Option<String>,
    /// Role names in the data, mapped to roles: `bot = "model"`.
    #[cfg_attr(test, schemars(schema_with = "names::roles"))]
    pub roles: BTreeMap<String, String>,
    /// The field delimiter: one character, or `tab`.
    pub delimiter: Option<String>,
    /// The sheet of workbooks, by name or number, if it is not the first one with cells.
    pub sheet: Option<String>,
    /// The encoding, if it is not UTF-8.
    pub encoding: Option<String>,
    /// The text that every input must start with.
    pub preamble: Option<String>,
    /// A file that contains this text.
    pub preamble_file: Option<String>,
    /// A JSON Schema that every output must match.
    pub output_schema: Option<String>,
    /// Whether the files are converted before they are used, so that their own layout and container
    /// do not matter to the targets.
    pub convert: Option<bool>,
}

/// The setting of a rule: a severity or a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum RuleSetting {
    /// The severity, or `off`.
    Level(LevelName),
    /// The severity and options.
    Table(RuleTable),
}

/// A rule's severity, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelName {
    Off,
    Error,
    Warning,
    Advice,
}

/// The settings of a rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleTable {
    /// The severity.
    pub severity: Option<LevelName>,
    /// The share of records, from 0 to 1, whose findings are tolerated: they do not fail the run.
    pub max_rate: Option<f64>,
    /// Options of this rule.
    #[serde(flatten)]
    pub options: BTreeMap<String, f64>,
}

/// A suppression of findings. A finding must meet all given conditions.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AllowTable {
    /// The rule whose findings are suppressed.
    pub rule: String,
    /// Values that the record must have, by their JSON pointers (`/column` in a table).
    #[serde(default, rename = "where")]
    pub holds: BTreeMap<String, Value>,
    /// The record's `id`.
    pub record: Option<String>,
    /// The finding's fingerprint, from the JSON report.
    pub fingerprint: Option<String>,
    /// A pattern that matches the text at the finding's location, as written in the file.
    pub matches: Option<String>,
    /// Why the findings are suppressed.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub reason: String,
    /// The last day of the suppression: 2027-06-01.
    pub expires: Option<String>,
}

/// A custom rule: a pattern that must not occur in a text.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Custom {
    /// The rule's name: lowercase words joined by hyphens.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")))]
    pub name: String,
    /// Where to search: `input`, `output`, `system`, `any`, or a `/field` of the record.
    pub field: String,
    /// The pattern: a regular expression in the syntax of the `regex` crate.
    pub pattern: String,
    /// The message of a finding.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub message: String,
    /// The severity of a finding.
    #[cfg_attr(test, schemars(schema_with = "names::severity"))]
    #[serde(default)]
    pub severity: Option<LevelName>,
}

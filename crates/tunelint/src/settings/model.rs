//! The interpreted settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::contract::RuleOptions;
use tunelint_core::custom::CustomRule;
use tunelint_core::finding::Severity;
use tunelint_core::position::Position;
use tunelint_core::schema::Schema;
use tunelint_core::suppression::SuppressionEntry;
use tunelint_core::tokens::Tokenizer;

use super::file::{self, File};
use super::json_schema::JsonSchema;
use super::merged::Merged;
use super::patterns::Patterns;
use crate::cli::{FailOn, Reading};

/// The interpreted settings.
#[derive(Debug, Default)]
pub struct Settings {
    /// The values and their origins.
    pub merged: Merged,
    /// The parsed file, for values that need no interpretation.
    pub file: File,
    /// Severities by rule.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Rules that are switched off.
    pub off: Vec<&'static str>,
    /// Rules that are switched on because a severity was set for them.
    pub on: Vec<&'static str>,
    /// Options by rule.
    pub options: RuleOptions,
    /// The share of records whose findings are tolerated, by rule.
    pub max_rates: BTreeMap<&'static str, f64>,
    /// Files that are skipped.
    pub exclude: Option<Patterns>,
    /// The file of accepted findings.
    pub baseline: Option<PathBuf>,
    /// The tokenizer.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
    /// The datasets.
    pub datasets: Vec<Dataset>,
    /// The suppressions.
    pub allows: Vec<Allow>,
    /// The custom rules.
    pub custom: Vec<CustomRule>,
}

/// Files that are read in the same way and checked together.
#[derive(Debug)]
pub struct Dataset {
    /// The training files.
    pub files: Patterns,
    /// The validation files.
    pub validation: Patterns,
    /// The files with production prompts.
    pub production: Patterns,
    /// The parsed settings of the dataset.
    pub file: file::DatasetTable,
    /// The text that every input must start with.
    pub preamble: Option<String>,
    /// The schema that every output must match.
    pub output_schema: Option<Arc<JsonSchema>>,
}

/// A suppression with its location in the settings.
#[derive(Debug)]
pub struct Allow {
    /// The suppressed findings.
    pub entry: SuppressionEntry,
    /// Why they are suppressed.
    pub reason: String,
    /// The last day of the suppression, as `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The settings file.
    pub path: PathBuf,
    /// The position in that file.
    pub at: Position,
}

impl Allow {
    /// Whether its last day is before `today`.
    pub fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|day| day < today)
    }
}

impl Dataset {
    /// The schema that every output must match, as a trait object.
    pub fn schema(&self) -> Option<Arc<dyn Schema>> {
        let schema = self.output_schema.clone()?;
        Some(schema)
    }

    /// The reading options that can be invalid, one at a time, by key. Each is checked separately, so
    /// that a problem can be located.
    pub(super) fn single_options(&self) -> [(&'static str, Reading); 4] {
        let own = self.file.clone();
        let none = Reading::default;
        [
            (
                "input-template",
                Reading {
                    input_template: own.input_template,
                    ..none()
                },
            ),
            (
                "output-template",
                Reading {
                    output_template: own.output_template,
                    ..none()
                },
            ),
            (
                "delimiter",
                Reading {
                    delimiter: own.delimiter,
                    ..none()
                },
            ),
            (
                "encoding",
                Reading {
                    encoding: own.encoding,
                    ..none()
                },
            ),
        ]
    }

    /// The reading options of the command line (`typed`), completed by those of the settings.
    pub fn reading(&self, typed: &Reading) -> Reading {
        let own = &self.file;
        let mut reading = typed.clone();
        let fill = |to: &mut Option<String>, from: &Option<String>| {
            if to.is_none() {
                to.clone_from(from);
            }
        };
        // A column on the command line replaces a template in the settings, too.
        if reading.input.is_none() && reading.input_template.is_none() {
            reading.input.clone_from(&own.input);
            reading.input_template.clone_from(&own.input_template);
        }
        if reading.output.is_none() && reading.output_template.is_none() {
            reading.output.clone_from(&own.output);
            reading.output_template.clone_from(&own.output_template);
        }
        // The last mapping of a name wins, so the command line comes last.
        let roles = own.roles.iter();
        let roles = roles.map(|(name, meaning)| format!("{name}={meaning}"));
        reading.role = roles.chain(typed.role.iter().cloned()).collect();
        fill(&mut reading.layout, &own.layout);
        fill(&mut reading.container, &own.container);
        fill(&mut reading.system, &own.system);
        fill(&mut reading.delimiter, &own.delimiter);
        fill(&mut reading.encoding, &own.encoding);
        reading
    }
}

impl Settings {
    /// The directory of the settings file, if there is one.
    pub fn directory(&self) -> Option<&Path> {
        self.merged.directory()
    }

    /// The lowest severity that fails a run.
    pub fn fail_on(&self) -> Option<FailOn> {
        self.file.fail_on
    }
}

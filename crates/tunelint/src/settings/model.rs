//! The interpreted settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::contract::RuleOptions;
use tunelint_core::custom::CustomRule;
use tunelint_core::finding::Severity;
use tunelint_core::position::Position;
use tunelint_core::prompts::PromptFormat;
use tunelint_core::schema::Schema;
use tunelint_core::suppression::SuppressionEntry;
use tunelint_core::tokens::Tokenizer;
use tunelint_model::Model;

use super::file::{self, File};
use super::json_schema::JsonSchema;
use super::merged::Merged;
use crate::cli::{FailOn, Reading};
use crate::patterns::Patterns;

/// Interpreted settings: all names, patterns and files in them are valid.
#[derive(Debug, Default)]
pub struct Settings {
    /// The values and their origins.
    pub merged: Merged,
    /// The parsed values, for those that need no interpretation.
    pub file: File,
    /// The severities that were set, by rule.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Disabled rules.
    pub off: Vec<&'static str>,
    /// Rules that are enabled because a severity was set for them.
    pub on: Vec<&'static str>,
    /// The rule options that were set.
    pub options: RuleOptions,
    /// The tolerated number of findings per record, by rule.
    pub max_rates: BTreeMap<&'static str, f64>,
    /// Files to skip.
    pub exclude: Option<Patterns>,
    /// The baseline file, which need not exist.
    pub baseline: Option<PathBuf>,
    /// The tokenizer that counts tokens, if one was set.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
    /// The model that is trained, if one was named.
    pub model: Option<Arc<Model>>,
    /// The datasets, in order: a file belongs to the first one that matches.
    pub datasets: Vec<Dataset>,
    /// The suppressions, in order, including expired ones.
    pub allows: Vec<Allow>,
    /// The custom rules, in order.
    pub custom: Vec<CustomRule>,
}

/// A dataset of the settings: files that are read in the same way and checked together.
#[derive(Debug)]
pub struct Dataset {
    /// The training files.
    pub files: Patterns,
    /// The validation files.
    pub validation: Patterns,
    /// The files with production prompts.
    pub production: Patterns,
    /// The benchmarks.
    pub benchmark: Patterns,
    /// The parsed values of the dataset.
    pub file: file::DatasetTable,
    /// The text that every input must start with.
    pub preamble: Option<String>,
    /// The schema that every output must match.
    pub output_schema: Option<Arc<JsonSchema>>,
    /// The format that the files, which are prompts, are held to.
    pub against: Option<Arc<PromptFormat>>,
}

/// A suppression with its location in the settings.
#[derive(Debug)]
pub struct Allow {
    /// Which findings it suppresses.
    pub entry: SuppressionEntry,
    /// Why they are suppressed.
    pub reason: String,
    /// The last day of the suppression, as `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The settings file that declares it.
    pub path: PathBuf,
    /// The position in that file.
    pub at: Position,
}

impl Allow {
    /// Whether its last day is before `today` (`YYYY-MM-DD`).
    pub fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|day| day < today)
    }
}

impl Dataset {
    /// Whether the files are converted before they are used.
    pub fn converts(&self) -> bool {
        self.file.convert.unwrap_or(false)
    }

    /// The schema that every output must match, as a trait object.
    pub fn schema(&self) -> Option<Arc<dyn Schema>> {
        let schema = self.output_schema.clone()?;
        Some(schema)
    }

    /// The reading options that can be invalid, by key. Each is returned alone, so that an error
    /// can be located at its key.
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

    /// The reading options of the command line (`typed`), with those of the settings where it has
    /// none.
    pub fn reading(&self, typed: &Reading) -> Reading {
        let own = &self.file;
        let mut reading = typed.clone();
        let fill = |to: &mut Option<String>, from: &Option<String>| {
            if to.is_none() {
                to.clone_from(from);
            }
        };
        // A column on the command line also replaces a template in the settings.
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
        fill(&mut reading.sheet, &own.sheet);
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

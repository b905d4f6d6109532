//! Interprets a settings file: looks up names, compiles patterns, and reads the files it names.

mod datasets;
mod own;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::contract::RuleOptions;
use tunelint_core::custom::CustomRule;
use tunelint_core::finding::Severity;
use tunelint_core::position::Position;
use tunelint_core::rules;
use tunelint_core::schema::Schema;
use tunelint_core::suppression::SuppressionEntry;
use tunelint_core::tokens::Tokenizer;

use super::Merged;
use super::file::{self, File, LevelName, RuleSetting, RuleTable};
use super::find::confined;
use super::json_schema::JsonSchema;
use super::patterns::Patterns;
use super::problem::Problem;
use crate::cli::{FailOn, Reading};
use crate::commands::reading;

/// The limit of patterns in all settings together.
const MAX_PATTERNS: usize = 200;

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
    fn single_options(&self) -> [(&'static str, Reading); 4] {
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
    /// Interprets `file`.
    ///
    /// # Errors
    /// All problems, including those in `problems`.
    pub(super) fn new(
        merged: Merged,
        file: File,
        problems: Vec<Problem>,
    ) -> Result<Self, Vec<Problem>> {
        let mut reader = Meaning {
            merged: &merged,
            problems,
            patterns: 0,
        };
        let mut settings = Self::default();
        reader.rules(&file, &mut settings);
        reader.record_size(&file);
        reader.rule_url(&file);
        settings.exclude = reader.patterns("/exclude", &file.exclude, true);
        settings.baseline = file
            .baseline
            .as_ref()
            .and_then(|path| reader.baseline(path));
        settings.tokenizer = file
            .tokenizer
            .as_ref()
            .and_then(|path| reader.tokenizer(path));
        let custom = file.custom.iter().enumerate();
        settings.custom = custom
            .filter_map(|(index, custom)| reader.custom(index, custom))
            .collect();
        let allows = file.allow.iter().enumerate();
        settings.allows = allows
            .filter_map(|(index, allow)| reader.allow(index, allow, &settings.custom))
            .collect();
        let datasets = file.dataset.iter().enumerate();
        settings.datasets = datasets
            .filter_map(|(index, dataset)| reader.dataset(index, dataset))
            .collect();
        let problems = reader.problems;
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            merged,
            file,
            ..settings
        })
    }

    /// The directory of the settings file, if there is one.
    pub fn directory(&self) -> Option<&Path> {
        self.merged.directory()
    }

    /// The lowest severity that fails a run.
    pub fn fail_on(&self) -> Option<FailOn> {
        self.file.fail_on
    }
}

/// Interprets a file and collects its problems.
struct Meaning<'m> {
    merged: &'m Merged,
    problems: Vec<Problem>,
    patterns: usize,
}

impl Meaning<'_> {
    fn report(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(self.merged.problem(pointer, message));
    }

    fn directory(&self, pointer: &str) -> PathBuf {
        let document = self.merged.document(pointer).map(|(document, _)| document);
        document.map_or_else(PathBuf::new, |document| document.directory.clone())
    }

    fn rules(&mut self, file: &File, settings: &mut Settings) {
        for (name, setting) in &file.rules {
            let Some(entry) = rules::by_name(name) else {
                continue;
            };
            let rule = entry.meta.name;
            let table = match setting {
                RuleSetting::Level(level) => RuleTable {
                    severity: Some(*level),
                    ..RuleTable::default()
                },
                RuleSetting::Table(table) => table.clone(),
            };
            match table.severity.map(severity) {
                Some(None) => settings.off.push(rule),
                Some(Some(severity)) => {
                    settings.severities.insert(rule, severity);
                    settings.on.push(rule);
                }
                None => {}
            }
            if let Some(rate) = table.max_rate {
                settings.max_rates.insert(rule, rate);
            }
            for (option, value) in table.options {
                let known = entry.meta.options.iter().find(|known| known.name == option);
                if let Some(known) = known {
                    settings.options.insert((rule, known.name), value);
                }
            }
        }
    }

    /// Checks the record size. Settings may lower the limit; only the command line may raise it.
    fn record_size(&mut self, file: &File) {
        let Some(text) = &file.max_record_size else {
            return;
        };
        match reading::size(text) {
            Ok(bytes) if bytes > tunelint_core::source::MAX_RECORD_BYTES => self.report(
                "/max-record-size",
                "settings cannot raise this above 64M; use `--max-record-size` on the command line",
            ),
            Ok(_) => {}
            Err(failure) => self.report("/max-record-size", failure.message()),
        }
    }

    fn patterns(&mut self, pointer: &str, texts: &[String], loose: bool) -> Option<Patterns> {
        for (index, text) in texts.iter().enumerate() {
            self.count_pattern(&format!("{pointer}/{index}"));
            let leaves = Path::new(text).is_absolute() || text.split('/').any(|step| step == "..");
            if leaves {
                self.report(
                    &format!("{pointer}/{index}"),
                    "a pattern must be relative to the directory of the settings file and stay in it",
                );
            }
        }
        match Patterns::new(texts, &self.directory(pointer), loose) {
            Ok(patterns) => Some(patterns),
            Err(index) => {
                self.report(&format!("{pointer}/{index}"), "invalid file pattern");
                None
            }
        }
    }

    fn count_pattern(&mut self, pointer: &str) {
        self.patterns += 1;
        if self.patterns == MAX_PATTERNS + 1 {
            self.report(
                pointer,
                format!("too many patterns (limit: {MAX_PATTERNS})"),
            );
        }
    }

    /// Reads a file that the settings name. It must be inside the repository.
    fn text(&mut self, pointer: &str, path: &str) -> Option<String> {
        let (document, _) = self.merged.document(pointer)?;
        let read = confined(document, path).and_then(|path| {
            std::fs::read_to_string(path)
                .map_err(|error| format!("cannot read this file: {}", crate::exit::cause(&error)))
        });
        read.map_err(|why| self.report(pointer, why)).ok()
    }

    fn tokenizer(&mut self, path: &str) -> Option<Arc<dyn Tokenizer>> {
        let (document, _) = self.merged.document("/tokenizer")?;
        let read = confined(document, path).and_then(|path| {
            let why = |why| format!("unsupported tokenizer: {why}");
            crate::tokenizer::read(&path).map_err(why)
        });
        read.map_err(|why| self.report("/tokenizer", why)).ok()
    }

    /// Checks the address of rule pages.
    fn rule_url(&mut self, file: &File) {
        let Some(url) = &file.rule_url else { return };
        let plain = url.starts_with("https://") && !url.chars().any(|c| c.is_control() || c == ' ');
        if !plain || !url.contains("{rule}") {
            self.report(
                "/rule-url",
                "expected an https address that contains `{rule}`",
            );
        }
    }

    /// Resolves the path of the baseline. The file may not exist yet: `tunelint baseline create`
    /// writes it.
    fn baseline(&mut self, path: &str) -> Option<PathBuf> {
        let (document, _) = self.merged.document("/baseline")?;
        let named = document.directory.join(path);
        if !named.exists() {
            let inside = named.parent().and_then(|parent| parent.canonicalize().ok());
            let inside = inside.is_some_and(|inside| {
                document
                    .root
                    .as_ref()
                    .is_none_or(|root| inside.starts_with(root))
            });
            if !inside {
                self.report("/baseline", "this file is outside the repository");
            }
            return Some(named);
        }
        confined(document, path)
            .map_err(|why| self.report("/baseline", why))
            .ok()
    }
}

fn severity(level: LevelName) -> Option<Severity> {
    match level {
        LevelName::Off => None,
        LevelName::Error => Some(Severity::Error),
        LevelName::Warning => Some(Severity::Warning),
        LevelName::Advice => Some(Severity::Advice),
    }
}

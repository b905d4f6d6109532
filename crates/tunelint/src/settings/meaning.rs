//! From what a settings file says to what it means: names looked up, patterns built, files read.

mod datasets;
mod own;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::allow::Allowance;
use tunelint_core::custom::CustomRule;
use tunelint_core::finding::Severity;
use tunelint_core::position::Position;
use tunelint_core::rule::RuleOptions;
use tunelint_core::rules;
use tunelint_core::schema::Schema;
use tunelint_core::tokens::Tokenizer;

use super::Merged;
use super::file::{self, File, Level, RuleSetting, RuleTable};
use super::find::confined;
use super::json_schema::JsonSchema;
use super::patterns::Patterns;
use super::problem::Problem;
use crate::cli::{FailOn, Reading};
use crate::commands::reading;

/// Patterns and globs in all settings together.
const MOST_PATTERNS: usize = 200;

/// What is set.
#[derive(Debug, Default)]
pub struct Settings {
    /// The values and where they come from.
    pub merged: Merged,
    /// The file's own words for what needs no more than that.
    pub file: File,
    /// Severities by rule.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Rules that are off.
    pub off: Vec<&'static str>,
    /// Rules that are on because something was set for them.
    pub on: Vec<&'static str>,
    /// Options by rule.
    pub options: RuleOptions,
    /// The share of records for which a rule's findings are tolerated.
    pub max_rates: BTreeMap<&'static str, f64>,
    /// Files that are left out.
    pub exclude: Option<Patterns>,
    /// Accepted findings.
    pub baseline: Option<PathBuf>,
    /// What counts tokens.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
    /// What belongs together.
    pub datasets: Vec<Dataset>,
    /// What is excused.
    pub allows: Vec<Allow>,
    /// Rules of the user's own.
    pub custom: Vec<CustomRule>,
}

/// Files that are read in one way and checked together.
#[derive(Debug)]
pub struct Dataset {
    /// The training files.
    pub files: Patterns,
    /// The validation files.
    pub validation: Patterns,
    /// The files with prompts of the application.
    pub production: Patterns,
    /// How they are read, and what they are for.
    pub file: file::Dataset,
    /// What every input must start with.
    pub preamble: Option<String>,
    /// What every output must fit.
    pub output_schema: Option<Arc<JsonSchema>>,
}

/// An allowance with its place in the settings.
#[derive(Debug)]
pub struct Allow {
    /// What is excused.
    pub allowance: Allowance,
    /// Why.
    pub reason: String,
    /// The last day on which it is, as `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The settings file.
    pub path: PathBuf,
    /// Its place there.
    pub at: Position,
}

impl Allow {
    /// Whether its last day lies before `today`.
    pub fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|day| day < today)
    }
}

impl Dataset {
    /// What every output must fit, as rules want it.
    pub fn schema(&self) -> Option<Arc<dyn Schema>> {
        let schema = self.output_schema.clone()?;
        Some(schema)
    }

    /// What can be wrong about reading in itself, each alone, by its key.
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

    /// The reading options of the command line, completed by those of the settings.
    pub fn reading(&self, typed: &Reading) -> Reading {
        let own = &self.file;
        let mut reading = typed.clone();
        let fill = |to: &mut Option<String>, from: &Option<String>| {
            if to.is_none() {
                to.clone_from(from);
            }
        };
        // A column on the command line takes the place of a template in the settings, too.
        if reading.input.is_none() && reading.input_template.is_none() {
            reading.input.clone_from(&own.input);
            reading.input_template.clone_from(&own.input_template);
        }
        if reading.output.is_none() && reading.output_template.is_none() {
            reading.output.clone_from(&own.output);
            reading.output_template.clone_from(&own.output_template);
        }
        // What is typed comes last, and counts.
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
    /// Works out what `file` means; every mistake is told.
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

    /// From which severity on a run fails.
    pub fn fail_on(&self) -> Option<FailOn> {
        self.file.fail_on
    }
}

/// Reads what a file means, and notes what cannot be meant.
struct Meaning<'m> {
    merged: &'m Merged,
    problems: Vec<Problem>,
    patterns: usize,
}

impl Meaning<'_> {
    fn wrong(&mut self, pointer: &str, message: impl Into<String>) {
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

    /// A limit may be tightened here, not lifted: a repository is not its visitor's master.
    fn record_size(&mut self, file: &File) {
        let Some(text) = &file.max_record_size else {
            return;
        };
        match reading::size(text) {
            Ok(bytes) if bytes > tunelint_core::source::MAX_RECORD_BYTES => self.wrong(
                "/max-record-size",
                "settings may not raise this above 64M; `--max-record-size` on the command line may",
            ),
            Ok(_) => {}
            Err(failure) => self.wrong("/max-record-size", failure.message()),
        }
    }

    fn patterns(&mut self, pointer: &str, texts: &[String], loose: bool) -> Option<Patterns> {
        for (index, text) in texts.iter().enumerate() {
            self.count_pattern(&format!("{pointer}/{index}"));
            let leaves = Path::new(text).is_absolute() || text.split('/').any(|step| step == "..");
            if leaves {
                self.wrong(
                    &format!("{pointer}/{index}"),
                    "a pattern is seen from the directory of the settings file and stays in it",
                );
            }
        }
        match Patterns::new(texts, &self.directory(pointer), loose) {
            Ok(patterns) => Some(patterns),
            Err(index) => {
                self.wrong(
                    &format!("{pointer}/{index}"),
                    "this is no pattern for files",
                );
                None
            }
        }
    }

    fn count_pattern(&mut self, pointer: &str) {
        self.patterns += 1;
        if self.patterns == MOST_PATTERNS + 1 {
            self.wrong(
                pointer,
                format!("settings hold at most {MOST_PATTERNS} patterns"),
            );
        }
    }

    /// A file that is read: inside the repository, of a sensible size.
    fn text(&mut self, pointer: &str, path: &str) -> Option<String> {
        let (document, _) = self.merged.document(pointer)?;
        let read = confined(document, path).and_then(|path| {
            std::fs::read_to_string(path).map_err(|error| {
                format!("this file cannot be read: {}", crate::exit::cause(&error))
            })
        });
        read.map_err(|why| self.wrong(pointer, why)).ok()
    }

    fn tokenizer(&mut self, path: &str) -> Option<Arc<dyn Tokenizer>> {
        let (document, _) = self.merged.document("/tokenizer")?;
        let read = confined(document, path).and_then(|path| {
            let why = |why| format!("this is no tokenizer that can be used: {why}");
            crate::tokenizer::read(&path).map_err(why)
        });
        read.map_err(|why| self.wrong("/tokenizer", why)).ok()
    }

    /// A link must lead where people expect one to lead.
    fn rule_url(&mut self, file: &File) {
        let Some(url) = &file.rule_url else { return };
        let plain = url.starts_with("https://") && !url.chars().any(|c| c.is_control() || c == ' ');
        if !plain || !url.contains("{rule}") {
            self.wrong("/rule-url", "this is no https address with `{rule}` in it");
        }
    }

    /// A baseline may be missing: it is what `tunelint baseline create` will write.
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
                self.wrong(
                    "/baseline",
                    "this file lies outside of the repository, where settings may not reach",
                );
            }
            return Some(named);
        }
        confined(document, path)
            .map_err(|why| self.wrong("/baseline", why))
            .ok()
    }
}

fn severity(level: Level) -> Option<Severity> {
    match level {
        Level::Off => None,
        Level::Error => Some(Severity::Error),
        Level::Warning => Some(Severity::Warning),
        Level::Advice => Some(Severity::Advice),
    }
}

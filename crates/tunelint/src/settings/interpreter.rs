//! Interprets single settings: looks up names, compiles patterns and reads files. Problems are
//! collected, so that all of them are reported at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::finding::Severity;
use tunelint_core::rules;
use tunelint_core::tokens::Tokenizer;

use super::file::{File, LevelName, RuleSetting, RuleTable};
use super::find::confined;
use super::merged::Merged;
use super::model::Settings;
use super::problem::Problem;
use crate::patterns::Patterns;
use crate::reading;
use crate::whole_file;

/// The maximum number of patterns in all settings together.
const MAX_PATTERNS: usize = 200;

/// Interprets merged settings. Methods that return `Option` return `None` after reporting a
/// problem.
pub(super) struct Interpreter<'m> {
    pub(super) merged: &'m Merged,
    pub(super) problems: Vec<Problem>,
    pub(super) patterns: usize,
}

impl Interpreter<'_> {
    /// Reports a problem with the value at `pointer`.
    pub(super) fn report(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(self.merged.problem(pointer, message));
    }

    /// The directory of the document that set the value at `pointer`, to which its paths are
    /// relative.
    pub(super) fn directory(&self, pointer: &str) -> PathBuf {
        let document = self.merged.document(pointer).map(|(document, _)| document);
        document.map_or_else(PathBuf::new, |document| document.directory.clone())
    }

    /// Reads the `rules` table. Unknown rules and options were reported when the schema was
    /// checked.
    pub(super) fn rules(&mut self, file: &File, settings: &mut Settings) {
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

    /// Checks `max-record-size`. Settings may lower the limit; only the command line may raise it.
    pub(super) fn record_size(&mut self, file: &File) {
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

    /// Compiles a list of file patterns, which must stay in the directory of their settings file.
    pub(super) fn patterns(
        &mut self,
        pointer: &str,
        texts: &[String],
        loose: bool,
    ) -> Option<Patterns> {
        for (index, text) in texts.iter().enumerate() {
            self.count_pattern(&format!("{pointer}/{index}"))?;
            let leaves = Path::new(text).is_absolute() || text.split('/').any(|step| step == "..");
            if leaves {
                self.report(
                    &format!("{pointer}/{index}"),
                    "expected a pattern relative to the directory of the settings file, without `..`",
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

    /// Counts a pattern that will be compiled. If there are too many, the first of them is a problem, and
    /// none is compiled any more, which may take long.
    pub(super) fn count_pattern(&mut self, pointer: &str) -> Option<()> {
        self.patterns += 1;
        if self.patterns == MAX_PATTERNS + 1 {
            self.report(
                pointer,
                format!("too many patterns (limit: {MAX_PATTERNS})"),
            );
        }
        (self.patterns <= MAX_PATTERNS).then_some(())
    }

    /// Reads a text file that the settings name. It must be inside the repository and have at most
    /// `limit` bytes.
    pub(super) fn text(&mut self, pointer: &str, path: &str, limit: u64) -> Option<String> {
        let (document, _) = self.merged.document(pointer)?;
        let read = confined(document, path).and_then(|path| {
            let text = whole_file::read_text(&path, limit);
            text.map_err(|error| format!("cannot read this file: {}", crate::exit::cause(&error)))
        });
        read.map_err(|why| self.report(pointer, why)).ok()
    }

    /// Loads the tokenizer. It must be inside the repository.
    pub(super) fn tokenizer(&mut self, path: &str) -> Option<Arc<dyn Tokenizer>> {
        let (document, _) = self.merged.document("/tokenizer")?;
        let read = confined(document, path).and_then(|path| {
            let why = |why| format!("unsupported tokenizer: {why}");
            crate::tokenizer::read(&path).map_err(why)
        });
        read.map_err(|why| self.report("/tokenizer", why)).ok()
    }

    /// Checks `rule-url`, the address of rule pages.
    pub(super) fn rule_url(&mut self, file: &File) {
        let Some(url) = &file.rule_url else { return };
        let plain = url.starts_with("https://") && !url.chars().any(|c| c.is_control() || c == ' ');
        if !plain || !url.contains("{rule}") {
            self.report(
                "/rule-url",
                "expected an https address that contains `{rule}`",
            );
        }
    }

    /// Resolves the path of the baseline, which must be inside the repository. The file need not
    /// exist: `tunelint baseline create` writes it.
    pub(super) fn baseline(&mut self, path: &str) -> Option<PathBuf> {
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

/// The severity of a level; `None` for `off`.
pub(super) fn severity(level: LevelName) -> Option<Severity> {
    match level {
        LevelName::Off => None,
        LevelName::Error => Some(Severity::Error),
        LevelName::Warning => Some(Severity::Warning),
        LevelName::Advice => Some(Severity::Advice),
    }
}

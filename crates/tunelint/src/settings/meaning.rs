//! Interprets merged settings as a whole.

use super::file::File;
use super::interpreter::Interpreter;
use super::merged::Merged;
use super::model::Settings;
use super::problem::{self, Problem};
use crate::exit::Failure;

impl Settings {
    /// Interprets merged settings.
    ///
    /// # Errors
    /// All problems at once, including violations of the schema.
    pub fn interpret(mut merged: Merged) -> Result<Self, Failure> {
        let problems = std::mem::take(&mut merged.problems);
        let file: File = match serde_json::from_value(merged.value.clone()) {
            Ok(file) => file,
            Err(_) if !problems.is_empty() => return Err(problem::failure(problems)),
            Err(error) => {
                return Err(Failure::new(format!("invalid settings: {error}")));
            }
        };
        Self::new(merged, file, problems).map_err(problem::failure)
    }

    /// Interprets `file`, the parsed values of `merged`.
    ///
    /// # Errors
    /// All problems: `problems` and those found here.
    fn new(merged: Merged, file: File, problems: Vec<Problem>) -> Result<Self, Vec<Problem>> {
        let mut reader = Interpreter {
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
}

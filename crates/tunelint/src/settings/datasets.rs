//! Interprets the datasets of the settings.

use std::sync::Arc;

use tunelint_core::prompts::PromptFormat;

use super::file;
use super::interpreter::Interpreter;
use super::json_schema::JsonSchema;
use super::model::Dataset;
use super::schema_limits;
use crate::reading;
use crate::whole_file;

impl Interpreter<'_> {
    pub(super) fn dataset(
        &mut self,
        index: usize,
        dataset: &file::DatasetTable,
    ) -> Option<Dataset> {
        let at = |key: &str| format!("/dataset/{index}/{key}");
        let files = self.patterns(&at("files"), &dataset.files, false);
        let validation = self.patterns(&at("validation"), &dataset.validation, false);
        let production = self.patterns(&at("production"), &dataset.production, false);
        let benchmark = self.patterns(&at("benchmark"), &dataset.benchmark, false);
        let from_file = match &dataset.preamble_file {
            Some(path) => self.text(&at("preamble-file"), path, whole_file::MAX_BYTES),
            None => None,
        };
        let output_schema = match &dataset.output_schema {
            Some(path) => self.schema(&at("output-schema"), path),
            None => None,
        };
        let against = match &dataset.against {
            Some(path) => self.prompt_format(&at("against"), path),
            None => None,
        };
        let dataset = Dataset {
            files: files?,
            validation: validation?,
            production: production?,
            benchmark: benchmark?,
            file: dataset.clone(),
            preamble: dataset
                .preamble
                .clone()
                .or_else(|| from_file.map(reading::without_line_break)),
            output_schema,
            against,
        };
        for (key, alone) in dataset.single_options() {
            if let Err(failure) = reading::options(&alone) {
                self.report(&at(key), failure.message());
            }
        }
        Some(dataset)
    }

    fn prompt_format(&mut self, pointer: &str, path: &str) -> Option<Arc<PromptFormat>> {
        let text = self.text(pointer, path, whole_file::MAX_BYTES)?;
        match PromptFormat::from_json(&text) {
            Ok(format) => Some(Arc::new(format)),
            Err(error) => {
                self.report(pointer, error.to_string());
                None
            }
        }
    }

    fn schema(&mut self, pointer: &str, path: &str) -> Option<Arc<JsonSchema>> {
        let text = self.text(pointer, path, schema_limits::MAX_BYTES)?;
        let schema = match serde_json::from_str(&text) {
            Ok(value) => JsonSchema::new(&value),
            Err(error) => Err(format!("invalid JSON in line {}", error.line())),
        };
        match schema {
            Ok(schema) => Some(Arc::new(schema)),
            Err(why) => {
                self.report(pointer, format!("unsupported JSON Schema: {why}"));
                None
            }
        }
    }
}

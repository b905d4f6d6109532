//! `--production`: a prompt as the application gives it to the model.

use std::path::Path;

use tunelint_core::printable::{printable, printable_path};
use tunelint_model::{Conversation, Model, RenderOptions};

use crate::exit::Failure;
use crate::whole_file;

/// The text that the model is given in production.
pub(super) struct Production(String);

impl Production {
    /// Reads the file at `path`: a text, or a record that is rendered with the generation prompt.
    ///
    /// # Errors
    /// A file that cannot be read, a record without messages, a template that fails.
    pub(super) fn read(path: &Path, model: &Model) -> Result<Self, Failure> {
        let shown = printable_path(path);
        let text = whole_file::read_text(path, whole_file::MAX_BYTES);
        let text = text.map_err(|error| Failure::io("read", &shown, &error))?;
        if path.extension().is_some_and(|extension| extension == "txt") {
            return Ok(Self(text));
        }
        let first = match text.trim_start().starts_with('{') {
            true => first_record(&text),
            false => "",
        };
        let conversation = Conversation::from_record(first).map_err(|_| {
            let failure = Failure::new(format!("{shown} has no record with messages"));
            failure.help("give a record without its answer, or a .txt file with the prompt")
        })?;
        let options = RenderOptions {
            generation_prompt: true,
            ..model.options.clone()
        };
        let rendered = model
            .template(&conversation)
            .and_then(|template| template.render(&conversation, &options));
        let rendered = rendered.map_err(|error| {
            let why = printable(&error.to_string()).into_owned();
            Failure::new(format!("{shown}: the chat template fails: {why}"))
        })?;
        Ok(Self(rendered.text))
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// The first line if it is a record, or else everything.
fn first_record(text: &str) -> &str {
    let line = text.trim_start().lines().next().unwrap_or_default();
    match Conversation::from_record(line) {
        Ok(_) => line,
        Err(_) => text,
    }
}

//! Settings: finding and reading settings files, checking them, and merging a file with those that
//! it extends and with the command line.
//!
//! Settings cannot run commands or write files. They are values, patterns that match in linear
//! time, and paths inside their repository, which are only read.

pub mod changes;
mod datasets;
mod document;
mod file;
mod find;
mod interpreter;
mod json_schema;
mod meaning;
mod merged;
mod model;
mod problem;
#[cfg(test)]
mod schema;
mod schema_limits;
#[cfg(test)]
mod schema_names;
mod structure;
mod suppressions;

pub use find::{NAMES, above, root_of, shown};
pub use json_schema::JsonSchemas;
pub use merged::{Merged, SettingsRequest};
pub use model::{Dataset, Settings};
pub use structure::SCHEMA;

#[cfg(feature = "fuzzing")]
impl Settings {
    /// Interprets the text of a settings file.
    ///
    /// # Errors
    /// All problems of the text.
    pub fn of_text(text: &str) -> Result<Self, crate::exit::Failure> {
        let (path, directory) = ("tunelint.toml".into(), std::path::Path::new("."));
        let root = Some(directory.to_path_buf());
        let document =
            document::SettingsDocument::parse(path, text.to_owned(), directory, root, false);
        let documents = document.map_err(problem::failure)?.into_iter().collect();
        Self::interpret(Merged::of(documents))
    }
}

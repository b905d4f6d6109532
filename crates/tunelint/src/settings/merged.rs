//! Merges a settings file with the files it extends and with `--config` values, and records where
//! each value was set.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::Value;
use tunelint_core::printable::{printable_path, quoted};

use super::document::{SettingsDocument, escaped};
use super::problem::{self, Problem};
use super::{find, structure};
use crate::exit::Failure;
use crate::whole_file;

/// Top-level keys whose lists are joined when a file extends another. Tables are merged key by key;
/// all other values are replaced.
const JOINED_LISTS: [&str; 4] = ["dataset", "allow", "custom", "exclude"];

/// Where a value was set: the index of its document, and the byte ranges of its key and value
/// there.
#[derive(Debug, Clone)]
pub(super) struct SettingOrigin {
    pub(super) document: usize,
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Merged settings, checked against the schema but not yet interpreted, with the origin of each
/// value.
#[derive(Debug, Default)]
pub struct Merged {
    documents: Vec<SettingsDocument>,
    pub(super) value: Value,
    origins: BTreeMap<String, SettingOrigin>,
    /// Violations of the schema. The invalid values were removed, so that the rest can be checked.
    pub(super) problems: Vec<Problem>,
}

/// The settings options of the command line.
#[derive(Debug, Clone, Default)]
pub struct SettingsRequest {
    /// The file to use instead of the closest one.
    pub file: Option<std::path::PathBuf>,
    /// Values as `KEY=VALUE`; the last one wins.
    pub values: Vec<String>,
    /// Whether to ignore settings files (`--isolated`).
    pub isolated: bool,
}

impl SettingsRequest {
    /// Splits the arguments of `--config` into files and values: what exists is a file, whatever it
    /// is called. Of several files, the last one wins.
    pub fn new(arguments: &[String], isolated: bool) -> Self {
        let mut wanted = Self {
            isolated,
            ..Self::default()
        };
        for argument in arguments {
            match argument.split_once('=') {
                Some((key, _)) if is_key(key) && !Path::new(argument).exists() => {
                    wanted.values.push(argument.clone());
                }
                _ => wanted.file = Some(argument.into()),
            }
        }
        wanted
    }
}

/// Whether a text is a TOML key such as `rules.near-duplicate`.
fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && text.trim().chars().all(plain)
}

impl Merged {
    /// Reads the file at `path` (if any) and the files it extends, and applies the values of the
    /// command line. Violations of the schema are kept in `problems`, not returned.
    ///
    /// # Errors
    /// Files that cannot be read, and invalid TOML.
    pub fn read(path: Option<&Path>, wanted: &SettingsRequest) -> Result<Self, Failure> {
        if let Some(path) = &wanted.file {
            let shown = format!("{} for --config", printable_path(path));
            let special = whole_file::refuse_special(path);
            special.map_err(|error| Failure::io("read", &shown, &error))?;
        }
        let mut documents = match path {
            Some(path) => find::chain(path)?,
            None => Vec::new(),
        };
        for text in &wanted.values {
            documents.push(from_argument(text)?);
        }
        Ok(Self::of(documents))
    }

    /// Merges documents, of which later ones win.
    pub(super) fn of(documents: Vec<SettingsDocument>) -> Self {
        let mut merged = Self {
            value: Value::Object(serde_json::Map::new()),
            ..Self::default()
        };
        for mut document in documents {
            merged
                .problems
                .extend(structure::remove_invalid(&mut document));
            merged.add(document);
        }
        merged
    }

    /// The settings files that were read.
    pub fn paths(&self) -> impl Iterator<Item = &std::path::PathBuf> {
        self.documents.iter().map(|document| &document.path)
    }

    /// The directory of the settings file, if there is one; that of the file itself, not of those
    /// it extends.
    pub(super) fn directory(&self) -> Option<&Path> {
        let mut documents = self.documents.iter().rev();
        let closest = documents.find(|document| document.root.is_some());
        closest.map(|document| document.directory.as_path())
    }

    /// All values with their pointers and origins (`tunelint.toml:12`), in the order of the keys.
    pub fn entries(&self) -> Vec<(String, Value, String)> {
        let mut entries = Vec::new();
        collect("", &self.value, &mut |pointer, value| {
            let origin = self.origin_of(pointer);
            entries.push((pointer.to_owned(), value.clone(), origin));
        });
        entries
    }

    /// Where a value was set: `tunelint.toml:12`.
    fn origin_of(&self, pointer: &str) -> String {
        let Some(origin) = self.origins.get(pointer) else {
            return String::new();
        };
        let document = self.documents.get(origin.document);
        document.map_or_else(String::new, |document| {
            let at = document.position(&origin.key);
            format!("{}:{}", document.name, at.line)
        })
    }

    /// The document that set the value at `pointer`, and where in it.
    pub(super) fn document(&self, pointer: &str) -> Option<(&SettingsDocument, &SettingOrigin)> {
        let origin = self.origins.get(pointer)?;
        Some((self.documents.get(origin.document)?, origin))
    }

    /// A problem located at the value at `pointer`, or at its closest parent with a known location.
    pub(super) fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        let mut around = pointer;
        loop {
            if let Some((document, origin)) = self.document(around) {
                return document.problem(&origin.value, message);
            }
            match around.rsplit_once('/') {
                Some((outer, _)) => around = outer,
                None => return Problem::new("", &"".into(), &(0..0), message.into()),
            }
        }
    }

    /// Merges a document, whose values take precedence over those so far.
    fn add(&mut self, document: SettingsDocument) {
        let index = self.documents.len();
        let (Value::Object(into), Value::Object(from)) = (&mut self.value, &document.value) else {
            return;
        };
        for (key, value) in from {
            let pointer = format!("/{}", escaped(key));
            let (mut prefix, mut shift) = (pointer.clone(), 0);
            match (into.get_mut(key), value) {
                (Some(Value::Array(have)), Value::Array(more))
                    if JOINED_LISTS.contains(&key.as_str()) =>
                {
                    shift = have.len();
                    have.extend(more.iter().cloned());
                }
                (Some(Value::Object(have)), Value::Object(more)) => {
                    have.extend(
                        more.iter()
                            .map(|(name, value)| (name.clone(), value.clone())),
                    );
                }
                _ => {
                    into.insert(key.clone(), value.clone());
                }
            }
            prefix.push('/');
            for (at, place) in &document.places {
                let to = match at.strip_prefix(&prefix) {
                    Some(rest) => format!("{prefix}{}", shifted(rest, shift)),
                    None if *at == pointer => pointer.clone(),
                    None => continue,
                };
                let origin = SettingOrigin {
                    document: index,
                    key: place.key.clone(),
                    value: place.value.clone(),
                };
                self.origins.insert(to, origin);
            }
        }
        self.documents.push(document);
    }
}

/// Adds `shift` to the index that a relative pointer starts with.
fn shifted(rest: &str, shift: usize) -> String {
    let (first, inner) = rest
        .split_once('/')
        .map_or((rest, None), |(a, b)| (a, Some(b)));
    let first = match first.parse::<usize>() {
        Ok(number) if shift > 0 => (number + shift).to_string(),
        _ => first.to_owned(),
    };
    inner.map_or(first.clone(), |inner| format!("{first}/{inner}"))
}

/// Parses a `KEY=VALUE` argument. A value that is not TOML is a string.
fn from_argument(text: &str) -> Result<SettingsDocument, Failure> {
    let here = std::env::current_dir().unwrap_or_default();
    let parse = |text: String| SettingsDocument::parse("--config".into(), text, &here, None, false);
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let as_text = format!("{key}={}", toml::Value::String(value.trim().to_owned()));
    let document = parse(text.to_owned()).or_else(|_| parse(as_text));
    match document {
        Ok(Some(document)) => Ok(document),
        Ok(None) => Err(Failure::new(format!("{} sets no value", quoted(text, 60)))),
        Err(problems) => Err(problem::failure(problems)),
    }
}

/// Calls `each` for every value that is not a table.
fn collect(pointer: &str, value: &Value, each: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                collect(&format!("{pointer}/{}", escaped(key)), value, each);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{pointer}/{index}"), item, each);
            }
        }
        value => each(pointer, value),
    }
}

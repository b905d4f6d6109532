//! A parsed settings file: its values, and the location of each.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use tunelint_core::position::Position;
use tunelint_core::printable::printable_path;

use super::problem::Problem;

/// The location of a value in its document, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSpan {
    /// The key, or the value itself in a list.
    pub key: Range<usize>,
    /// The value.
    pub value: Range<usize>,
}

/// A settings file, or a value from the command line.
#[derive(Debug, Clone)]
pub struct SettingsDocument {
    /// The path for messages, or `--config`.
    pub path: PathBuf,
    /// The path, printable.
    pub name: String,
    /// The directory that paths in the document are relative to.
    pub directory: PathBuf,
    /// The directory that paths must not leave; `None` for the command line.
    pub root: Option<PathBuf>,
    /// The values.
    pub value: Value,
    /// The locations of the values, by RFC 6901 pointer.
    pub places: BTreeMap<String, ValueSpan>,
    text: Arc<str>,
}

/// The table of our settings in a `pyproject.toml`.
const OUR_TABLE: [&str; 2] = ["tool", "tunelint"];

impl SettingsDocument {
    /// Parses TOML. `within` is for a `pyproject.toml`: only `[tool.tunelint]` is read, and the result
    /// is `None` without it.
    pub fn parse(
        path: PathBuf,
        text: String,
        directory: &Path,
        root: Option<PathBuf>,
        within: bool,
    ) -> Result<Option<Self>, Vec<Problem>> {
        let mut document = Self {
            name: printable_path(&path),
            path,
            directory: directory.to_path_buf(),
            root,
            value: Value::Null,
            places: BTreeMap::new(),
            text: text.into(),
        };
        let text = Arc::clone(&document.text);
        let (table, errors) = DeTable::parse_recoverable(&text);
        if !errors.is_empty() {
            let problem = |error: &toml::de::Error| {
                let span = error.span().unwrap_or_default();
                document.problem(&span, format!("invalid TOML: {}", error.message()))
            };
            return Err(errors.iter().map(problem).collect());
        }
        let mut table = table.get_ref();
        if within {
            for name in OUR_TABLE {
                match table.get(name).map(Spanned::get_ref) {
                    Some(DeValue::Table(inner)) => table = inner,
                    _ => return Ok(None),
                }
            }
        }
        document.value = document.table(table, "");
        Ok(Some(document))
    }

    /// A problem at `span`.
    pub fn problem(&self, span: &Range<usize>, message: impl Into<String>) -> Problem {
        Problem::new(&self.name, &self.text, span, message.into())
    }

    /// Line and column of the start of `span`.
    pub fn position(&self, span: &Range<usize>) -> Position {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        Position::START.advance(before, false)
    }

    fn table(&mut self, table: &DeTable<'_>, pointer: &str) -> Value {
        let mut object = Map::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let inner = format!("{pointer}/{}", escaped(name));
            let place = ValueSpan {
                key: key.span(),
                value: value.span(),
            };
            self.places.insert(inner.clone(), place);
            object.insert(name.to_owned(), self.convert(value.get_ref(), &inner));
        }
        Value::Object(object)
    }

    fn convert(&mut self, value: &DeValue<'_>, pointer: &str) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.as_ref().to_owned()),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(value) => Value::String(value.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Null, |number| Value::Number(number.into())),
            DeValue::Float(number) => number
                .as_str()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map_or(Value::Null, Value::Number),
            DeValue::Table(table) => self.table(table, pointer),
            DeValue::Array(items) => {
                let mut list = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let inner = format!("{pointer}/{index}");
                    let place = ValueSpan {
                        key: item.span(),
                        value: item.span(),
                    };
                    self.places.insert(inner.clone(), place);
                    list.push(self.convert(item.get_ref(), &inner));
                }
                Value::Array(list)
            }
        }
    }
}

/// Escapes a name for an RFC 6901 pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

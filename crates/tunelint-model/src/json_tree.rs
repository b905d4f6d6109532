//! JSON as an owned tree: keys in order, numbers as they are written.

use tunelint_data::record::fault::Fault;
use tunelint_data::record::json::{Kind, Parser, Value};

/// A JSON value. Objects keep the order of their keys, numbers their digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonTree {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string, unescaped.
    Text(String),
    /// A list.
    List(Vec<JsonTree>),
    /// An object; keys are unique.
    Object(Vec<(String, JsonTree)>),
}

impl JsonTree {
    /// Parses strict JSON.
    ///
    /// # Errors
    /// The first fault of the text; a repeated key is one.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut parser = Parser::new();
        parser.parse(text).map(|json| Self::from_value(json.root()))
    }

    /// The tree of a parsed value.
    pub fn from_value(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::Object => {
                let entries = value.entries();
                let entries = entries.map(|e| (e.key.to_owned(), Self::from_value(e.value)));
                Self::Object(entries.collect())
            }
            Kind::Array => Self::List(value.items().map(Self::from_value).collect()),
            Kind::String | Kind::Key => Self::Text(value.as_str().unwrap_or_default().to_owned()),
            Kind::Number => Self::Number(value.raw().to_owned()),
            Kind::Bool => Self::Bool(value.raw() == "true"),
            Kind::Null => Self::Null,
        }
    }

    /// The value of `key`, if this is an object with that key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else {
            return None;
        };
        let entry = entries.iter().find(|(name, _)| name == key);
        entry.map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Self::Object(entries) = self else {
            return None;
        };
        let entry = entries.iter_mut().find(|(name, _)| name == key);
        entry.map(|(_, value)| value)
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The number of bytes of all strings, keys and numbers.
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 4,
            Self::Number(text) | Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(|item| 1 + item.size()).sum(),
            Self::Object(entries) => entries.iter().map(|(k, v)| k.len() + v.size()).sum(),
        }
    }

    /// Whether any string, key or number contains `needle`.
    pub fn contains(&self, needle: &str) -> bool {
        match self {
            Self::Null | Self::Bool(_) => false,
            Self::Number(text) | Self::Text(text) => text.contains(needle),
            Self::List(items) => items.iter().any(|item| item.contains(needle)),
            Self::Object(entries) => entries
                .iter()
                .any(|(key, value)| key.contains(needle) || value.contains(needle)),
        }
    }
}

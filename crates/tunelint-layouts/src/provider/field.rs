//! What a provider requires of the fields of a record that it reads as it stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunelint_data::record::json::{Kind, Value};

use super::fact::Effect;

/// What a provider requires of the values at one place in a record. Every part that is given must
/// hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FieldFact {
    /// The layouts that it applies to; empty means all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// Where the values are, as [`values_at`] reads it. Empty stands for the record.
    #[serde(default)]
    pub at: String,
    /// Only objects in which each of these keys has one of these strings.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Only values of objects in which each of these keys has one of these strings.
    #[serde(default)]
    pub within: BTreeMap<String, Vec<String>>,
    /// Only objects that have all of these keys.
    #[serde(default)]
    pub having: Vec<String>,
    /// Only objects that have none of these keys.
    #[serde(default)]
    pub lacking: Vec<String>,
    /// The only keys that an object may have; empty means any.
    #[serde(default)]
    pub allows: Vec<String>,
    /// The keys that an object must not have.
    #[serde(default)]
    pub forbids: Vec<String>,
    /// The keys that an object must have.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The types that a value may have; empty means any.
    #[serde(default)]
    pub types: Vec<ValueType>,
    /// The strings that a value may be; empty means any. Values that are not strings are not
    /// concerned.
    #[serde(default)]
    pub values: Vec<String>,
    /// A regular expression that strings must match.
    pub pattern: Option<String>,
    /// What the pattern asks for, in words; without it, messages show the pattern.
    pub expects: Option<String>,
    /// Whether lists and strings must not be empty.
    #[serde(default)]
    pub not_empty: bool,
    /// Whether all values of a record must have the same type, apart from null.
    #[serde(default)]
    pub same_type: bool,
    /// The consequence of a violation.
    pub effect: Effect,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
    /// Not confirmed by any page: at most advice, never an error.
    #[serde(default)]
    pub unconfirmed: bool,
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    List,
    /// An object.
    Object,
}

impl ValueType {
    /// The type of `value`.
    pub fn of(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Boolean,
            Kind::Number => Self::Number,
            Kind::String => Self::String,
            Kind::Array => Self::List,
            Kind::Object | Kind::Key => Self::Object,
        }
    }

    /// The noun with its article.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// The values at a place in `record`: keys from the record down, joined by `/`, with `*` for every
/// item of a list, and `|` between the names of a key that has several.
pub fn values_at<'v>(record: Value<'v>, place: &str) -> Vec<Value<'v>> {
    let mut found = vec![record];
    for step in place.split('/').filter(|step| !step.is_empty()) {
        found = match step {
            "*" => found.iter().flat_map(|value| value.items()).collect(),
            keys => {
                let named = |value: &Value<'v>| keys.split('|').find_map(|key| value.get(key));
                found.iter().filter_map(named).collect()
            }
        };
    }
    found
}

/// Whether each of these keys of `value` has one of its strings.
fn have_strings(value: Value<'_>, strings: &BTreeMap<String, Vec<String>>) -> bool {
    strings.iter().all(|(key, names)| {
        let text = value.get(key).and_then(Value::as_str);
        text.is_some_and(|text| names.iter().any(|name| name == text))
    })
}

impl FieldFact {
    /// The values in `record` that it is about.
    pub fn values_in<'v>(&self, record: Value<'v>) -> Vec<Value<'v>> {
        let (way, last) = self.at.rsplit_once('/').unwrap_or(("", &self.at));
        let mut parents = values_at(record, way);
        parents.retain(|parent| have_strings(*parent, &self.within));
        let found = parents.iter().flat_map(|parent| values_at(*parent, last));
        found.filter(|value| self.concerns(*value)).collect()
    }

    /// Whether it is about `value`, which is at its place.
    fn concerns(&self, value: Value<'_>) -> bool {
        let has = |key: &String| value.get(key).is_some();
        have_strings(value, &self.when)
            && self.having.iter().all(has)
            && !self.lacking.iter().any(has)
    }

    /// Whether both require the same, whatever their sources.
    pub fn is_same_requirement(&self, other: &Self) -> bool {
        let bare = |of: &Self| Self {
            source: String::new(),
            quote: String::new(),
            note: None,
            ..of.clone()
        };
        bare(self) == bare(other)
    }

    /// What it requires, in words, for tables: `messages/* (role user): only role, content`.
    pub fn describe(&self) -> String {
        let mut words = Vec::new();
        let mut say = |what: &str, names: &[String]| {
            if !names.is_empty() {
                words.push(format!("{what} {}", names.join(", ")));
            }
        };
        let types: Vec<String> = self
            .types
            .iter()
            .map(|of| of.describe().to_owned())
            .collect();
        say("only", &self.allows);
        say("without", &self.forbids);
        say("with", &self.requires);
        say("must be", &types);
        say("one of", &self.values);
        say("matching", self.pattern.as_slice());
        if self.not_empty {
            words.push("not empty".to_owned());
        }
        if self.same_type {
            words.push("all of one type".to_owned());
        }
        let mut only = Vec::new();
        for (key, names) in self.when.iter().chain(&self.within) {
            only.push(format!("{key} {}", names.join(" or ")));
        }
        only.extend(self.having.iter().map(|key| format!("with {key}")));
        only.extend(self.lacking.iter().map(|key| format!("without {key}")));
        if only.is_empty() {
            return words.join("; ");
        }
        format!("{} (where {})", words.join("; "), only.join(", "))
    }
}

//! The interface to JSON Schema validation, for the user's schema of outputs.
//!
//! The validator itself is passed in by the program: only one rule needs it.

use std::fmt;

use serde_json::Value;

/// A compiled JSON Schema.
pub trait Schema: fmt::Debug + Send + Sync {
    /// Every violation of the schema in `value`.
    fn violations(&self, value: &Value) -> Vec<SchemaViolation>;
}

/// A violation of a schema, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// The RFC 6901 path of the value.
    pub pointer: String,
    /// What is wrong there.
    pub fault: SchemaFault,
}

/// How a value violates a schema. It keeps names of properties and words of the schema, but no
/// other data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaFault {
    /// A property that is not allowed.
    Unexpected(String),
    /// A required property is missing.
    Missing(String),
    /// The type is none of these.
    Type(Vec<String>),
    /// The value is none of these.
    Choice(Vec<String>),
    /// Another keyword of the schema is violated.
    Keyword(String),
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(name) => write!(f, "unexpected property `{name}`"),
            Self::Missing(name) => write!(f, "missing property `{name}`"),
            Self::Type(types) => write!(f, "expected type {}", types.join(" or ")),
            Self::Choice(options) => write!(f, "expected one of {}", options.join(", ")),
            Self::Keyword(keyword) => write!(f, "`{keyword}` is violated"),
        }
    }
}

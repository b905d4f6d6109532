//! What every output must satisfy, as the user's JSON Schema has it.
//!
//! The library knows what a departure from a schema is, and leaves it to whoever has a validator
//! to find them: no rule but one needs it.

use std::fmt;

use serde_json::Value;

/// A JSON Schema, ready to be used.
pub trait Schema: fmt::Debug + Send + Sync {
    /// Every place where `value` departs from it.
    fn departures(&self, value: &Value) -> Vec<Departure>;
}

/// A place where a value departs from a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The RFC 6901 path of the value.
    pub pointer: String,
    /// How it departs.
    pub fault: SchemaFault,
}

/// How a value departs from a schema. Only words of the schema are kept, and names of properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaFault {
    /// It has a property that is not allowed.
    Unexpected(String),
    /// It lacks a property.
    Missing(String),
    /// It is of another type than these.
    Type(Vec<String>),
    /// It is none of these.
    Choice(Vec<String>),
    /// It breaks this keyword of the schema.
    Keyword(String),
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(name) => write!(f, "the property `{name}` is not allowed"),
            Self::Missing(name) => write!(f, "the property `{name}` is missing"),
            Self::Type(types) => write!(f, "it must be {}", types.join(" or ")),
            Self::Choice(options) => write!(f, "it must be one of {}", options.join(", ")),
            Self::Keyword(keyword) => write!(f, "it breaks `{keyword}`"),
        }
    }
}

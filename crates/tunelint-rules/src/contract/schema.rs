//! The interface to a JSON Schema validator, for the schema that outputs must match and for those of
//! tools.
//!
//! The program provides the validator, so that the library does not depend on one.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tunelint_data::text::printable::counted;

/// A compiled JSON Schema.
pub trait Schema: fmt::Debug + Send + Sync {
    /// All violations of the schema in `value`; empty if it is valid.
    fn violations(&self, value: &Value) -> Vec<SchemaViolation>;
}

/// Compiles JSON Schemas.
pub trait SchemaCompiler: fmt::Debug + Send + Sync {
    /// Compiles `schema`.
    ///
    /// # Errors
    /// What is wrong with the schema, for people.
    fn compile(&self, schema: &Value) -> Result<Arc<dyn Schema>, String>;
}

/// A violation of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// The JSON Pointer (RFC 6901) of the value within the output.
    pub pointer: String,
    /// The requirement that it violates.
    pub fault: SchemaFault,
}

/// How a value violates a schema. It has names of properties and words of the schema, but no values
/// from the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaFault {
    /// The value has a property that the schema does not allow.
    Unexpected(String),
    /// The value lacks a required property.
    Missing(String),
    /// The value does not have one of these types.
    Type(Vec<String>),
    /// The value is not one of these.
    Choice(Vec<String>),
    /// The value violates another keyword of the schema.
    Keyword(String),
    /// Validation was stopped after this many steps.
    Unfinished(u64),
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(name) => write!(f, "unexpected property `{name}`"),
            Self::Missing(name) => write!(f, "missing property `{name}`"),
            Self::Type(types) => write!(f, "expected type {}", types.join(" or ")),
            Self::Choice(options) => write!(f, "expected one of {}", options.join(", ")),
            Self::Keyword(keyword) => write!(f, "violates `{keyword}`"),
            Self::Unfinished(steps) => {
                let steps = counted(*steps, "step");
                write!(f, "not validated: the schema takes more than {steps}")
            }
        }
    }
}

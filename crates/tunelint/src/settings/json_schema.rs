//! Validation by JSON Schema, for outputs and settings. A schema cannot refer to files or addresses,
//! and its patterns match in linear time.

use std::sync::Arc;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use tunelint_core::schema::{Schema, SchemaCompiler, SchemaFault, SchemaViolation};

use super::schema_limits::{self, MAX_STEPS, Step, within_limits};

/// The size limit of a compiled pattern.
const PATTERN_BYTES: usize = 1024 * 1024;

/// A compiled JSON Schema.
#[derive(Debug)]
pub struct JsonSchema(Validator);

impl JsonSchema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// What is wrong with the schema, for people.
    pub fn new(schema: &Value) -> Result<Self, String> {
        let patterns = PatternOptions::regex()
            .size_limit(PATTERN_BYTES)
            .dfa_size_limit(8 * PATTERN_BYTES);
        let counting = schema_limits::counting(schema)?;
        let options = jsonschema::options()
            .with_pattern_options(patterns)
            .with_keyword(schema_limits::STEP, |_, _, _| Ok(Box::new(Step)));
        options.build(&counting).map(Self).map_err(|error| {
            let at = error.instance_path().as_str().to_owned();
            match faults(&error).into_iter().next() {
                Some(SchemaFault::Keyword(_)) | None => format!("error at `{at}`"),
                Some(fault) => format!("at `{at}`: {fault}"),
            }
        })
    }
}

/// Compiles the schemas that records declare.
#[derive(Debug)]
pub struct JsonSchemas;

impl SchemaCompiler for JsonSchemas {
    fn compile(&self, schema: &Value) -> Result<Arc<dyn Schema>, String> {
        Ok(Arc::new(JsonSchema::new(schema)?))
    }
}

impl Schema for JsonSchema {
    fn violations(&self, value: &Value) -> Vec<SchemaViolation> {
        let all = within_limits(|| {
            let mut violations = Vec::new();
            for error in self.0.iter_errors(value) {
                let pointer = error.instance_path().as_str();
                violations.extend(faults(&error).into_iter().map(|fault| SchemaViolation {
                    pointer: pointer.to_owned(),
                    fault,
                }));
            }
            violations
        });
        all.unwrap_or_else(|| {
            vec![SchemaViolation {
                pointer: String::new(),
                fault: SchemaFault::Unfinished(MAX_STEPS),
            }]
        })
    }
}

fn faults(error: &jsonschema::ValidationError<'_>) -> Vec<SchemaFault> {
    let one = |fault| vec![fault];
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .cloned()
            .map(SchemaFault::Unexpected)
            .collect(),
        ValidationErrorKind::Required { property } => one(SchemaFault::Missing(words(property))),
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().into_iter().flatten();
            one(SchemaFault::Choice(options.map(words).collect()))
        }
        ValidationErrorKind::Constant { expected_value } => {
            one(SchemaFault::Choice(vec![words(expected_value)]))
        }
        ValidationErrorKind::Type { kind } => one(SchemaFault::Type(match kind {
            TypeKind::Single(kind) => vec![kind.to_string()],
            TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
        })),
        _ => {
            let path = error.schema_path().as_str();
            let keyword = path.rsplit('/').next().unwrap_or_default();
            one(SchemaFault::Keyword(keyword.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn violations_have_pointers() {
        let schema = JsonSchema::new(&json!({
            "type": "object",
            "required": ["answer"],
            "additionalProperties": false,
            "properties": {
                "answer": {"type": "string"},
                "stars": {"enum": [1, 2, 3]},
                "note": {"type": "string", "pattern": "^[a-z]+$"},
            },
        }))
        .unwrap();
        let value = json!({"stars": 4, "secret": 1, "note": "A"});
        let mut messages: Vec<String> = schema
            .violations(&value)
            .iter()
            .map(|departure| format!("{}: {}", departure.pointer, departure.fault))
            .collect();
        messages.sort();
        assert_eq!(
            messages,
            [
                "/note: violates `pattern`",
                "/stars: expected one of 1, 2, 3",
                ": missing property `answer`",
                ": unexpected property `secret`",
            ]
        );
        assert!(schema.violations(&json!({"answer": "a"})).is_empty());
    }

    #[test]
    fn a_schema_cannot_refer_to_files_or_addresses() {
        for reference in ["https://example.org/x.json", "file:///etc/passwd"] {
            assert!(JsonSchema::new(&json!({ "$ref": reference })).is_err());
        }
    }
}

//! Validates a settings file against the schema: keys and types of values.

use serde_json::Value;
use tunelint_core::printable::quoted;
use tunelint_core::schema::{Schema, SchemaFault, SchemaViolation};

use super::document::{SettingsDocument, escaped};
use super::json_schema::JsonSchema;
use super::problem::Problem;

/// The JSON Schema of a settings file.
pub const SCHEMA: &str = include_str!("../../settings.schema.json");

/// Removes values that violate the schema, so that the rest can be read, and returns a problem for
/// each.
pub(super) fn remove_invalid(document: &mut SettingsDocument) -> Vec<Problem> {
    let text: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let Ok(schema) = JsonSchema::new(&text) else {
        return Vec::new();
    };
    let departures = schema.violations(&document.value);
    let problems = departures
        .iter()
        .map(|departure| problem(document, &text, departure))
        .collect();
    // In reverse order, so that the indexes of list items stay valid.
    for departure in departures.iter().rev() {
        remove(&mut document.value, departure);
    }
    problems
}

fn remove(value: &mut Value, departure: &SchemaViolation) {
    let pointer = match &departure.fault {
        SchemaFault::Unexpected(name) => format!("{}/{}", departure.pointer, escaped(name)),
        SchemaFault::Missing(name) => {
            if let Some(object) = value
                .pointer_mut(&departure.pointer)
                .and_then(Value::as_object_mut)
            {
                object.insert(name.clone(), Value::String(String::new()));
            }
            return;
        }
        // A value of the right type is kept, to find further problems.
        SchemaFault::Keyword(_) | SchemaFault::Unfinished(_) => return,
        SchemaFault::Type(_) | SchemaFault::Choice(_) => departure.pointer.clone(),
    };
    let Some((around, step)) = pointer.rsplit_once('/') else {
        return;
    };
    match value.pointer_mut(around) {
        Some(Value::Object(object)) => {
            object.remove(&step.replace("~1", "/").replace("~0", "~"));
        }
        Some(Value::Array(items)) => {
            if let Some(index) = step.parse().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn problem(document: &SettingsDocument, schema: &Value, departure: &SchemaViolation) -> Problem {
    let pointer = departure.pointer.as_str();
    let place = document.places.get(pointer);
    let value = place.map(|place| place.value.clone()).unwrap_or_default();
    match &departure.fault {
        SchemaFault::Unexpected(name) => {
            let key = document.places.get(&format!("{pointer}/{}", escaped(name)));
            let span = key.map(|place| place.key.clone()).unwrap_or_default();
            let known = keys_at(schema, pointer);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let what = if pointer == "/rules" {
                "rule"
            } else {
                "setting"
            };
            document
                .problem(&span, format!("unknown {what} {}", quoted(name, 60)))
                .nearest(name, &known)
        }
        SchemaFault::Choice(options) => {
            let found = document.value.pointer(pointer).and_then(Value::as_str);
            let found = found.unwrap_or_default();
            let known: Vec<&str> = options.iter().map(String::as_str).collect();
            let message = format!("invalid value {}", quoted(found, 60));
            document.problem(&value, message).nearest(found, &known)
        }
        SchemaFault::Type(types) => {
            let types: Vec<&str> = types.iter().map(|name| type_words(name)).collect();
            document.problem(&value, format!("expected {}", types.join(" or ")))
        }
        SchemaFault::Missing(name) => document.problem(&value, format!("missing setting `{name}`")),
        SchemaFault::Keyword(keyword) => {
            document.problem(&value, bound_words(schema, pointer, keyword))
        }
        SchemaFault::Unfinished(_) => document.problem(&value, departure.fault.to_string()),
    }
}

fn type_words(name: &str) -> &str {
    match name {
        "array" => "a list such as [\"one\", \"two\"]",
        "object" => "a table such as { key = \"value\" }",
        "string" => "a string in quotes",
        "boolean" => "true or false",
        "integer" => "an integer",
        "number" => "a number",
        other => other,
    }
}

/// The requirement of a keyword of the schema, in words.
fn bound_words(schema: &Value, pointer: &str, keyword: &str) -> String {
    let bound = schema_at(schema, pointer).and_then(|schema| schema.get(keyword));
    let bound = bound.map(Value::to_string).unwrap_or_default();
    match keyword {
        "minimum" => format!("must be at least {bound}"),
        "maximum" => format!("must be at most {bound}"),
        "minLength" | "minItems" => "must not be empty".to_owned(),
        "pattern" => "invalid name: expected lowercase words joined by hyphens".to_owned(),
        other => format!("violates `{other}` of the settings schema"),
    }
}

/// The schema of the value at `pointer`.
fn schema_at<'s>(schema: &'s Value, pointer: &str) -> Option<&'s Value> {
    let mut steps = pointer.split('/').skip(1);
    steps.try_fold(schema, |schema, step| {
        let name = step.replace("~1", "/").replace("~0", "~");
        let property = schema.get("properties").and_then(|all| all.get(&name));
        property.or_else(|| schema.get("items"))
    })
}

/// The keys that the schema allows at `pointer`.
fn keys_at(schema: &Value, pointer: &str) -> Vec<String> {
    let properties = schema_at(schema, pointer).and_then(|schema| schema.get("properties"));
    let names = properties.and_then(Value::as_object);
    names
        .map(|names| names.keys().cloned().collect())
        .unwrap_or_default()
}

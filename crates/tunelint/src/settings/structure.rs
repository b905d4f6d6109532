//! What a settings file may not say, as the schema has it: keys and kinds of values.

use serde_json::Value;
use tunelint_core::printable::quoted;
use tunelint_core::schema::{Departure, Schema, SchemaFault};

use super::SCHEMA;
use super::document::{Document, escaped};
use super::json_schema::JsonSchema;
use super::problem::Problem;

/// Says what a document may not say, and leaves that out of it, so that the rest can be read.
pub(super) fn mend(document: &mut Document) -> Vec<Problem> {
    let text: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let Ok(schema) = JsonSchema::new(&text) else {
        return Vec::new();
    };
    let departures = schema.departures(&document.value);
    let problems = departures
        .iter()
        .map(|departure| problem(document, &text, departure))
        .collect();
    // From the back, so that items of lists keep their numbers until they are left out.
    for departure in departures.iter().rev() {
        leave_out(&mut document.value, departure);
    }
    problems
}

fn leave_out(value: &mut Value, departure: &Departure) {
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
        // A value of the right kind can be looked at further.
        SchemaFault::Keyword(_) => return,
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

fn problem(document: &Document, schema: &Value, departure: &Departure) -> Problem {
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
                .problem(
                    &span,
                    format!("there is no {what} called {}", quoted(name, 60)),
                )
                .nearest(name, &known)
        }
        SchemaFault::Choice(options) => {
            let said = document.value.pointer(pointer).and_then(Value::as_str);
            let said = said.unwrap_or_default();
            let known: Vec<&str> = options.iter().map(String::as_str).collect();
            let message = format!("{} cannot stand here", quoted(said, 60));
            document.problem(&value, message).nearest(said, &known)
        }
        SchemaFault::Type(types) => {
            let types: Vec<&str> = types.iter().map(|name| kind_words(name)).collect();
            document.problem(&value, format!("this must be {}", types.join(" or ")))
        }
        SchemaFault::Missing(name) => {
            document.problem(&value, format!("the setting `{name}` is missing here"))
        }
        SchemaFault::Keyword(keyword) => {
            document.problem(&value, bound_words(schema, pointer, keyword))
        }
    }
}

fn kind_words(kind: &str) -> &str {
    match kind {
        "array" => "a list, as in [\"one\", \"two\"]",
        "object" => "a table, as in { key = \"value\" }",
        "string" => "text in quotes",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        other => other,
    }
}

/// What a bound of the schema asks for.
fn bound_words(schema: &Value, pointer: &str, keyword: &str) -> String {
    let bound = schema_at(schema, pointer).and_then(|schema| schema.get(keyword));
    let bound = bound.map(Value::to_string).unwrap_or_default();
    match keyword {
        "minimum" => format!("this must be at least {bound}"),
        "maximum" => format!("this must be at most {bound}"),
        "minLength" | "minItems" => "something must stand here".to_owned(),
        "pattern" => "a name is made of lower-case words joined by hyphens".to_owned(),
        other => format!("this breaks `{other}` of the settings' schema"),
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

/// The keys that may stand at `pointer`.
fn keys_at(schema: &Value, pointer: &str) -> Vec<String> {
    let properties = schema_at(schema, pointer).and_then(|schema| schema.get("properties"));
    let names = properties.and_then(Value::as_object);
    names
        .map(|names| names.keys().cloned().collect())
        .unwrap_or_default()
}

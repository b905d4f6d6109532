//! Bounds on what a JSON Schema may cost. References make a schema of a few lines that takes hours:
//! each level of a chain that refers to the next twice doubles the work.
//!
//! A chain that ends is refused when the schema is read. One that follows the value, in a schema that
//! refers to itself, is stopped at each value.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

/// The size limit of a schema file.
pub(super) const MAX_BYTES: u64 = 1024 * 1024;
/// The limit of subschemas after the references are followed.
const MAX_EXPANDED: u64 = 100_000;
/// The limit of subschemas that are applied to one value and what is in it.
pub(super) const MAX_STEPS: u64 = 250_000;

/// The keyword that is added to each subschema, to count how often it is applied.
pub(super) const STEP: &str = "$tunelint-step";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Ends a validation that takes too many steps. It unwinds, since the validator cannot be stopped.
struct TooManySteps;

/// Counts one step.
pub(super) struct Step;

impl Step {
    fn take() {
        LEFT.with(|left| match left.get().checked_sub(1) {
            Some(rest) => left.set(rest),
            None => resume_unwind(Box::new(TooManySteps)),
        });
    }
}

impl<'i> Keyword<'i> for Step {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        Self::take();
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        Self::take();
        true
    }
}

/// What `validate` returns; `None` if it takes more than [`MAX_STEPS`].
pub(super) fn within_limits<T>(validate: impl FnOnce() -> T) -> Option<T> {
    LEFT.with(|left| left.set(MAX_STEPS));
    match catch_unwind(AssertUnwindSafe(validate)) {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<TooManySteps>() => None,
        Err(bug) => resume_unwind(bug),
    }
}

/// `schema` with a [`STEP`] in each subschema.
///
/// # Errors
/// What is wrong with a schema that expands to too much, for people.
pub(super) fn counting(schema: &Value) -> Result<Value, String> {
    let mut expansion = Expansion {
        root: schema,
        known: BTreeMap::new(),
    };
    if expansion.size(schema)? > MAX_EXPANDED {
        return Err("its references expand to more than 100,000 subschemas".to_owned());
    }
    let mut counted = schema.clone();
    add_steps(&mut counted);
    Ok(counted)
}

/// Keywords whose objects have subschemas as values. Other objects are subschemas themselves.
const MAPS: [&str; 6] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];

/// Keywords whose values are data.
const DATA: [&str; 2] = ["enum", "const"];

/// Calls `visit` for each subschema of `schema`.
fn each_subschema<'s>(
    schema: &'s Map<String, Value>,
    visit: &mut dyn FnMut(&'s Value) -> Result<(), String>,
) -> Result<(), String> {
    for (keyword, value) in schema {
        match value {
            _ if DATA.contains(&keyword.as_str()) => {}
            Value::Object(map) if MAPS.contains(&keyword.as_str()) => {
                map.values().try_for_each(&mut *visit)?;
            }
            Value::Object(_) => visit(value)?,
            Value::Array(list) => list.iter().try_for_each(&mut *visit)?,
            _ => {}
        }
    }
    Ok(())
}

/// Whether a pointer leads into a keyword whose value is data. The name of a definition or of a
/// property is no keyword.
fn leads_into_data(pointer: &str) -> bool {
    let mut is_name = false;
    pointer.split('/').skip(1).any(|step| {
        let is_data = !is_name && DATA.contains(&step);
        is_name = !is_name && MAPS.contains(&step);
        is_data
    })
}

fn add_steps(schema: &mut Value) {
    let Value::Object(schema) = schema else {
        return;
    };
    for (keyword, value) in schema.iter_mut() {
        match value {
            _ if DATA.contains(&keyword.as_str()) => {}
            Value::Object(map) if MAPS.contains(&keyword.as_str()) => {
                map.values_mut().for_each(add_steps);
            }
            Value::Array(list) => list.iter_mut().for_each(add_steps),
            other => add_steps(other),
        }
    }
    schema.insert(STEP.to_owned(), Value::Bool(true));
}

/// Sizes of subschemas with the references in them followed.
struct Expansion<'s> {
    root: &'s Value,
    /// By reference. One that is being followed counts nothing: it refers to itself.
    known: BTreeMap<&'s str, u64>,
}

impl<'s> Expansion<'s> {
    fn size(&mut self, schema: &'s Value) -> Result<u64, String> {
        let Value::Object(members) = schema else {
            return Ok(0);
        };
        let mut size: u64 = 1;
        each_subschema(members, &mut |inner| {
            size = size.saturating_add(self.size(inner)?);
            Ok(())
        })?;
        if let Some(Value::String(reference)) = members.get("$ref") {
            size = size.saturating_add(self.referred(reference)?);
        }
        Ok(size)
    }

    fn referred(&mut self, reference: &'s str) -> Result<u64, String> {
        if let Some(known) = self.known.get(reference) {
            return Ok(*known);
        }
        let Some(pointer) = reference.strip_prefix('#') else {
            return Ok(0);
        };
        if leads_into_data(pointer) {
            return Err("a reference leads into `enum` or `const`".to_owned());
        }
        self.known.insert(reference, 0);
        let size = match self.root.pointer(pointer) {
            Some(target) => self.size(target)?,
            None => 0,
        };
        self.known.insert(reference, size);
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Definitions of which each refers to the one before twice.
    fn chain(levels: usize) -> Value {
        let mut definitions = Map::new();
        definitions.insert("0".to_owned(), json!({ "type": "object" }));
        for level in 1..=levels {
            let below = json!({ "$ref": format!("#/$defs/{}", level - 1) });
            definitions.insert(level.to_string(), json!({ "allOf": [below, below] }));
        }
        json!({ "$defs": definitions, "$ref": format!("#/$defs/{levels}") })
    }

    #[test]
    fn a_chain_that_doubles_is_refused() {
        assert!(counting(&chain(10)).is_ok());
        let why = counting(&chain(22)).unwrap_err();
        assert_eq!(why, "its references expand to more than 100,000 subschemas");
        assert!(counting(&json!({ "enum": [{}], "$ref": "#/enum/0" })).is_err());
    }

    #[test]
    fn a_definition_may_have_the_name_of_a_keyword() {
        let defined = |reference: &str| {
            let definitions = json!({ "enum": { "enum": [{}] }, "const": { "type": "string" } });
            counting(&json!({ "$defs": definitions, "$ref": reference }))
        };
        assert!(defined("#/$defs/enum").is_ok() && defined("#/$defs/const").is_ok());
        assert!(defined("#/$defs/enum/enum/0").is_err());
    }

    #[test]
    fn data_in_a_schema_stays() {
        let schema = json!({
            "properties": { "properties": { "enum": [{ "a": 1 }] }, "const": { "type": "string" } },
        });
        let steps = json!({
            STEP: true,
            "properties": {
                "properties": { STEP: true, "enum": [{ "a": 1 }] },
                "const": { STEP: true, "type": "string" },
            },
        });
        assert_eq!(counting(&schema), Ok(steps));
    }
}

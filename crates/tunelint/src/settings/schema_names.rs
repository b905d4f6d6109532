//! The parts of the JSON Schema that come from the rule registry, the profiles and the layouts.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use tunelint_core::contract::RuleMeta;
use tunelint_core::layout;
use tunelint_core::profile;
use tunelint_core::roles::RoleAliases;
use tunelint_core::rules::REGISTRY;
use tunelint_core::source::Container;
use tunelint_core::task::Task;

const SEVERITIES: [&str; 3] = ["error", "warning", "advice"];

fn one_of(names: Vec<&str>) -> Schema {
    json_schema!({ "type": "string", "enum": names })
}

fn list_of(names: Vec<&str>) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "enum": names } })
}

pub fn profiles(_: &mut SchemaGenerator) -> Schema {
    let names = profile::FILES.iter().map(|(name, _)| *name);
    list_of(names.chain(["all"]).collect())
}

pub fn rules(_: &mut SchemaGenerator) -> Schema {
    list_of(REGISTRY.iter().map(|entry| entry.meta.name).collect())
}

pub fn task(_: &mut SchemaGenerator) -> Schema {
    one_of(Task::ALL.map(Task::as_str).to_vec())
}

pub fn layout(_: &mut SchemaGenerator) -> Schema {
    let layouts = layout::all();
    one_of(layouts.iter().map(|layout| layout.name()).collect())
}

/// A table from role names to roles.
pub fn roles(_: &mut SchemaGenerator) -> Schema {
    let meanings = RoleAliases::MEANINGS
        .into_iter()
        .chain(["assistant"])
        .collect();
    json_schema!({ "type": "object", "additionalProperties": one_of(meanings) })
}

pub fn container(_: &mut SchemaGenerator) -> Schema {
    one_of(Container::ALL.map(Container::as_str).to_vec())
}

pub fn fail_on(_: &mut SchemaGenerator) -> Schema {
    one_of(vec!["error", "warning", "advice", "never"])
}

pub fn severity(_: &mut SchemaGenerator) -> Schema {
    one_of(SEVERITIES.to_vec())
}

/// The table of rules, with the options of each.
pub fn rule_settings(_: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for entry in REGISTRY {
        let mut rule = rule_setting(&entry.meta);
        if let Some(rule) = rule.as_object_mut() {
            rule.insert("description".to_owned(), entry.summary().into());
        }
        properties.insert(entry.meta.name.to_owned(), rule);
    }
    json_schema!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A severity or a table. `properties` applies only to tables.
fn rule_setting(meta: &RuleMeta) -> Value {
    let mut properties = Map::new();
    properties.insert("severity".to_owned(), json!({ "enum": SEVERITIES }));
    let rate = json!({
        "type": "number", "minimum": 0, "maximum": 1,
        "description": "The share of records whose findings are tolerated: they do not fail the run.",
    });
    properties.insert("max-rate".to_owned(), rate);
    for option in meta.options {
        let number = json!({
            "type": "number", "minimum": option.min, "maximum": option.max,
            "default": option.default, "description": option.summary,
        });
        properties.insert(option.name.to_owned(), number);
    }
    json!({
        "type": ["string", "object"],
        "if": { "type": "string" },
        "then": { "enum": ["off", "error", "warning", "advice"] },
        "additionalProperties": false,
        "properties": properties,
    })
}

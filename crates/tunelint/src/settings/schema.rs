//! Generates the JSON Schema of the settings from the types and the rule registry. The schema is
//! committed; the test below compares it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::File;

/// Removes the type `null`: TOML does not have it, an optional value is left out.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// The schema, formatted as the committed file.
fn generated() -> String {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<File>();
    let mut schema = schema.to_value();
    without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).expect("JSON");
    text.push('\n');
    text
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json");
    if std::env::var_os("TUNELINT_UPDATE").is_some() {
        std::fs::write(path, generated()).expect("written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == generated(),
        "the settings or the registry changed: update the schema with TUNELINT_UPDATE=1"
    );
}

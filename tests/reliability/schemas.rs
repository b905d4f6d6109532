//! A JSON Schema of a stranger takes bounded time and memory.

use std::time::{Duration, Instant};

use crate::running::Repository;

/// A repository whose outputs must match `schema`.
fn with_schema(schema: &str, output: &str) -> Repository {
    let record = format!("{{\"text_input\":\"a\",\"output\":{output:?}}}\n");
    Repository::new(&[
        ("a.jsonl", &record.repeat(3)),
        ("answer.json", schema),
        (
            "tunelint.toml",
            "[[dataset]]\nfiles = [\"a.jsonl\"]\noutput-schema = \"answer.json\"\n",
        ),
    ])
}

#[test]
fn a_schema_that_doubles_is_refused_in_words() {
    let levels = (1..=22).map(|level| {
        let below = level - 1;
        format!(",\"{level}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/{below}\"}},{{\"$ref\":\"#/$defs/{below}\"}}]}}")
    });
    let levels: String = levels.collect();
    let schema =
        format!("{{\"$ref\":\"#/$defs/22\",\"$defs\":{{\"0\":{{\"type\":\"object\"}}{levels}}}}}");
    let (code, _, said) = with_schema(&schema, "{}").run(&["check", "a.jsonl"]);
    assert!(
        code == 2 && said.contains("its references expand to more than 100,000"),
        "{said}"
    );
}

#[test]
fn a_schema_that_doubles_with_the_value_is_stopped() {
    let schema = "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"properties\":{\"x\":{\"allOf\":[{\"$ref\":\"#/$defs/n\"},{\"$ref\":\"#/$defs/n\"}]}}}}}";
    let deep = format!("{}1{}", "{\"x\":".repeat(60), "}".repeat(60));
    let start = Instant::now();
    let found = with_schema(schema, &deep).found(&["a.jsonl"]);
    assert!(found.contains("output does not match the schema: not validated: the schema takes more than 250,000 steps"), "{found}");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(
        !with_schema(schema, "{\"x\":{\"x\":1}}")
            .found(&["a.jsonl"])
            .contains("schema")
    );
}

#[test]
fn a_schema_has_at_most_one_mebibyte() {
    let schema = format!("{{\"description\":\"{}\"}}", "x".repeat(1 << 20));
    let (code, _, said) = with_schema(&schema, "{}").run(&["check", "a.jsonl"]);
    assert!(
        code == 2 && said.contains("it is larger than 1 MiB"),
        "{said}"
    );
}

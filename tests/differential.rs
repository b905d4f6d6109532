//! Our parsers against others: JSON against `serde_json` and Python's `json`, CSV against the `csv` crate
//! and Python's strict reader. Some thousands of inputs; a million in the long form.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;
use tunelint_core::json::Parser;
use tunelint_core::record::FaultKind;

use crate::fuzz::{assembled, json, tables};
use crate::fuzzing::Random;
use crate::{figures, running};

/// Inputs for the parsers in Rust, and for those in Python, in the short form and in the long one.
const RUST: [usize; 2] = [20_000, 1_000_000];
const PYTHON: [usize; 2] = [4_000, 1_000_000];
/// Inputs for one run of Python.
const BATCH: usize = 50_000;

/// What JSON inputs are made from.
const JSON: [&str; 8] = [
    r#"{"text_input":"Hund","output":"dog"}"#,
    r#"{"a":[1,-0,1.10,1E2,{"b":null,"c":[true,false,{}]}],"d":"\u00e9\n\ud83d\ude00"}"#,
    r#"["\"\\\/\b\f\n\r\t", "é日😀", 12345678901234567890123, 1e-7, 0]"#,
    r#"[[[[[[[[[[]]]]]]]]]]"#,
    "\"text\"",
    "-1.5e+10",
    " { \"a\" : \t1\r\n, \"b\":[ ] } ",
    "{\"\":{\"\":\"\"}}",
];

/// What tables are made from.
const TABLES: [&str; 6] = [
    "a,b\n1,2\n3,4\n",
    "a,b\r\n\"1\",\"x,\ny\"\r\n\"\"\"q\"\"\",\r\n",
    "a\n\"b\"\n\"\"\n",
    "a,b,c\n,,\n\"\",\"\",\"\"\n",
    "é,日\n😀,\"e\u{301}\"",
    "a\rb\r\"c\r\nd\"",
];

/// `number` inputs that are made from `seeds`: nearly all of them are wrong somewhere.
fn inputs(seeds: &[&str], numbers: [usize; 2], seed: u64) -> impl Iterator<Item = String> {
    let mut random = Random(seed);
    let number = numbers[usize::from(figures::is_long())];
    (0..number).map(move |_| {
        let chosen = seeds[random.below(seeds.len())];
        assembled::text(&random.changed(chosen.as_bytes()))
    })
}

#[test]
fn json_is_read_as_serde_json_reads_it() {
    let mut valid = 0;
    for text in inputs(&JSON, RUST, 1) {
        valid += u64::from(json::compare(&text));
    }
    assert!(valid > 1_000, "{valid} valid texts");
    figures::add("differential", RUST[usize::from(figures::is_long())] as u64);
}

#[test]
fn tables_are_read_as_the_csv_crate_reads_them() {
    let valid = inputs(&TABLES, RUST, 2)
        .filter(|text| tables::compare(text))
        .count();
    assert!(valid > 1_000, "{valid} valid tables");
    figures::add("differential", RUST[usize::from(figures::is_long())] as u64);
}

#[test]
fn json_is_read_as_python_reads_it() {
    against_python("json", &JSON, |text, theirs| {
        let mut parser = Parser::new();
        match parser.parse(text) {
            Ok(parsed) => {
                let ours = strings(&json::value(parsed.root()));
                let theirs = theirs.map(|value| strings(&value));
                assert_eq!(Some(ours), theirs, "{text:?}");
            }
            Err(fault) => {
                let is_known = theirs.is_none() || fault.kind == FaultKind::DuplicateKey;
                assert!(is_known, "only we refuse {text:?}: {fault:?}");
            }
        }
    });
}

#[test]
fn tables_are_read_as_python_reads_them() {
    against_python("csv", &TABLES, |text, theirs| {
        // What we do not call valid, Python reads in its own way.
        if let Some(ours) = tables::rows(text) {
            let theirs = theirs.unwrap_or_default();
            let theirs: Vec<Vec<String>> = serde_json::from_value(theirs).unwrap_or_default();
            let rest = theirs.get(1..).unwrap_or_default().to_vec();
            let (ours, rest) = (tables::without_empty(ours), tables::without_empty(rest));
            assert_eq!(ours, rest, "{text:?}");
        }
    });
}

/// Calls `compare` with each input and what Python reads: `None` where it refuses.
fn against_python(what: &str, seeds: &[&str], compare: impl Fn(&str, Option<Value>)) {
    let texts: Vec<String> = inputs(seeds, PYTHON, 3).collect();
    for batch in texts.chunks(BATCH) {
        let mut lines = String::new();
        for text in batch {
            writeln!(lines, "{}", Value::from(text.as_str())).expect("text");
        }
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), lines).expect("written");
        let oracle = running::root().join("tests/differential/oracle.py");
        let python = Command::new("python3")
            .arg(oracle)
            .arg(what)
            .arg(file.path())
            .output();
        let output = python.expect("Python runs");
        let said = String::from_utf8(output.stdout).expect("text");
        assert_eq!(said.lines().count(), batch.len(), "{:?}", output.stderr);
        for (text, line) in batch.iter().zip(said.lines()) {
            compare(
                text,
                (line != "-").then(|| serde_json::from_str(line).expect("JSON")),
            );
        }
    }
    figures::add("differential", texts.len() as u64);
}

/// All strings and keys of a value, in order.
fn strings(value: &Value) -> Vec<String> {
    let mut all = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat())
            .collect(),
        _ => Vec::new(),
    };
    all.sort();
    all
}

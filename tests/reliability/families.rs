//! Memory and reports do not grow with the number of equal records: they are one finding.

use std::fmt::Write;

use crate::running::{Check, Repository};

const RECORD: &str = "{\"prompt\":\"a b c\",\"completion\":\"d e f\"}\n";

/// A report about `copies` equal records: its size, the number of its findings, and what it counts.
fn report(format: &str, copies: usize) -> (usize, u64, u64) {
    let repository = Repository::new(&[("a.jsonl", &RECORD.repeat(copies))]);
    let select = ["--select", "duplicate-example", "--format", format];
    let (_, out, _) = repository.run(&[&["check", "a.jsonl"], &select[..]].concat());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_default();
    let findings = report["findings"].as_array().map_or(0, Vec::len) as u64;
    let counted = report["summary"]["by_rule"]["duplicate-example"].as_u64();
    (out.len(), findings, counted.unwrap_or_default())
}

#[test]
fn a_report_does_not_grow_with_the_copies_of_a_record() {
    let (few, findings, counted) = report("json", 100);
    assert_eq!((findings, counted), (1, 99));
    let (many, findings, counted) = report("json", 10_000);
    assert_eq!((findings, counted), (1, 9_999));
    // Only numbers are longer.
    assert!(many < few + 100, "{few} bytes, then {many}");
    for format in ["jsonl", "junit", "gitlab", "concise", "sarif"] {
        let (few, many) = (report(format, 100).0, report(format, 10_000).0);
        assert!(many < few + 100, "{format}: {few} bytes, then {many}");
    }
}

#[test]
fn every_copy_is_removed() {
    let other = RECORD.replace('a', "x");
    let text = [other.as_str(), &RECORD.repeat(500), &other].concat();
    let repository = Repository::new(&[("a.jsonl", &text)]);
    let drop = ["--drop-records", "--rejects", "out.txt", "--quiet"];
    let select = ["--select", "duplicate-example"];
    let (_, _, said) = repository.run(&[&["check", "a.jsonl"], &drop[..], &select].concat());
    assert_eq!(said, "fixed a.jsonl: duplicate-example 500 times\n");
    assert_eq!(repository.read("a.jsonl"), other.clone() + RECORD);
    let dropped = repository.read("out.txt");
    assert_eq!(dropped.matches("duplicate-example").count(), 500);
}

#[test]
fn a_baseline_accepts_as_many_copies_as_there_were() {
    let repository = Repository::new(&[("a.jsonl", &RECORD.repeat(4))]);
    let select = ["--config", "select=[\"duplicate-example\"]"];
    let create = [&["baseline", "create", "a.jsonl"], &select[..]].concat();
    let (_, said, _) = repository.run(&create);
    assert_eq!(said, "tunelint-baseline.txt: 3 findings accepted\n");
    let check = || {
        let baseline = ["--baseline", "tunelint-baseline.txt", "--format", "concise"];
        let command = [&["check", "a.jsonl"], &baseline[..], &select].concat();
        repository.run(&command).1
    };
    assert_eq!(check(), "");
    repository.write("a.jsonl", &RECORD.repeat(6));
    assert!(
        check().contains("5 duplicates of record 1 (3 of 5 accepted before; the next is record 5)"),
        "{}",
        check()
    );
}

#[test]
fn a_suppressed_copy_is_not_counted() {
    let copies = [
        RECORD.to_owned(),
        allowed(),
        RECORD.to_owned(),
        allowed(),
        RECORD.to_owned(),
    ];
    let settings = "select = [\"duplicate-example\"]\ninline-allow = true\n";
    let repository = Repository::new(&[("a.jsonl", &copies.concat()), ("tunelint.toml", settings)]);
    let (_, out, _) = repository.run(&["check", "a.jsonl", "--format", "json"]);
    assert!(
        out.contains("2 duplicates of record 1") && out.contains("\"suppressed\":2"),
        "{out}"
    );
}

/// The same record with a suppression in it.
fn allowed() -> String {
    let key = ",\"_tunelint\":{\"allow\":[\"duplicate-example\"]}}";
    RECORD.replace('}', key)
}

#[test]
fn families_do_not_depend_on_files_and_parts() {
    let mut mixed = String::new();
    for number in 0..50 {
        let case = if number % 3 == 0 { "A b c" } else { "a b c" };
        writeln!(
            mixed,
            "{{\"prompt\":\"{case}\",\"completion\":\"d {}\"}}",
            number % 2
        )
        .expect("text");
    }
    let sources: [(&str, &[u8]); 2] =
        [("a.jsonl", mixed.as_bytes()), ("b.jsonl", mixed.as_bytes())];
    let mut check = Check::new();
    check.enabled.retain(|rule| *rule == "duplicate-example");
    let (findings, counts) = check.run_all(&sources);
    assert_eq!((findings.len(), counts.total()), (8, 98));
    let stands_for: u64 = findings.iter().map(|finding| finding.count).sum();
    assert_eq!(stands_for, counts.total());
    let (mut merged, merged_counts) = check.run_parts(&sources);
    // The files of a part are not read again, so that its findings have no excerpts.
    for (merged, finding) in merged.iter_mut().zip(&findings) {
        merged.excerpt.clone_from(&finding.excerpt);
    }
    assert_eq!((findings, counts), (merged, merged_counts));
}

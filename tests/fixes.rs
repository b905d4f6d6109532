//! Fixes: what they change, what they leave alone, and that they end.

use std::fs;

use proptest::prelude::*;
use tunelint_core::contract::FixKind;
use tunelint_core::rules::REGISTRY;

use crate::pages;
use crate::running::Repository;

const ALL: [&str; 5] = [
    "--fix",
    "--unsafe-fixes",
    "--drop-records",
    "--rejects",
    "rejects.txt",
];

fn fixed(name: &str, text: &str, options: &[&str]) -> (String, String) {
    let repository = Repository::new(&[(name, text)]);
    let (code, _, said) = repository.run(&[&["check", name, "--quiet"], options].concat());
    assert!(matches!(code, 0 | 1), "{said}");
    (repository.read(name), said)
}

#[test]
fn safe_fixes_change_no_text() {
    let text = "\u{feff}{\"text_input\":\"a \\u0041\",\"output\":\"\"},\n\n{\"text_input\":\"b\",\"output\":\"c\"},\r\n{\"text_input\":\"d\",\"output\":\"e\"}";
    let (after, said) = fixed("a.jsonl", text, &["--fix"]);
    assert_eq!(
        after,
        "{\"text_input\":\"a \\u0041\",\"output\":\"\"}\n{\"text_input\":\"b\",\"output\":\"c\"}\n{\"text_input\":\"d\",\"output\":\"e\"}\n"
    );
    assert_eq!(
        said,
        "fixed a.jsonl: blank-line 1 time, byte-order-mark 1 time, final-line-end 1 time, odd-line-endings 1 time, wrong-container 2 times\n"
    );
    assert_eq!(fixed("a.jsonl", &after, &["--fix"]), (after, String::new()));
}

#[test]
fn what_is_ignored_is_not_fixed() {
    let text =
        "{\"text_input\":\"a\",\"output\":\"b\"}\n\n{\"text_input\":\"b\",\"output\":\"c\"}\r\n";
    let (after, _) = fixed("a.jsonl", text, &["--fix", "--ignore", "blank-line"]);
    assert_eq!(after, text.replace('\r', ""));
}

#[test]
fn records_that_are_left_out_are_put_aside() {
    let text = "{\"text_input\":\"a\",\"output\":\"b\"}\n{\"text_input\":\"c\",\"output\":\"\"}\n{\"text_input\":\"a\",\"output\":\"b\"}\n{\"text_input\":\"d\",\"output\":\"e\"}\n";
    let repository = Repository::new(&[("a.jsonl", text)]);
    let drop = [
        "check",
        "a.jsonl",
        "--quiet",
        "--drop-records",
        "--rejects",
        "out.txt",
    ];
    let (_, _, said) = repository.run(&drop);
    assert_eq!(
        said,
        "fixed a.jsonl: duplicate-example 1 time, empty-output 1 time\n"
    );
    assert_eq!(
        repository.read("a.jsonl"),
        "{\"text_input\":\"a\",\"output\":\"b\"}\n{\"text_input\":\"d\",\"output\":\"e\"}\n"
    );
    assert_eq!(
        repository.read("out.txt"),
        "# a.jsonl:2:1: empty-output\n{\"text_input\":\"c\",\"output\":\"\"}\n# a.jsonl:3:1: duplicate-example\n{\"text_input\":\"a\",\"output\":\"b\"}\n"
    );
    // What was put aside is not written over, and then nothing is left out either.
    repository.write("a.jsonl", text);
    let (code, _, said) = repository.run(&drop);
    assert!(code == 2 && said.contains("cannot write out.txt"), "{said}");
    assert_eq!(repository.read("a.jsonl"), text);
    assert_eq!(repository.run(&["check", "a.jsonl", "--drop-records"]).0, 2);
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let text = format!(
        "{{\"text_input\":\"{}\",\"output\":\"\"}},\n\n{{\"text_input\":\"b\",\"output\":\"c\"}},\n",
        "x".repeat(500)
    );
    let repository = Repository::new(&[("a.jsonl", &text)]);
    let (code, out, _) = repository.run(&[
        "check",
        "a.jsonl",
        "--diff",
        "--drop-records",
        "--rejects",
        "x",
    ]);
    assert_eq!(code, 1);
    assert!(
        out.starts_with(
            "--- a.jsonl\n+++ a.jsonl\n@@ 1:1 empty-output @@\n-{\"text_input\":\"xxxx"
        ),
        "{out}"
    );
    assert!(out.lines().all(|line| line.chars().count() < 80), "{out}");
    let (code, out, _) = repository.run(&["check", "a.jsonl", "--diff"]);
    assert!(
        code == 1 && out.contains("@@ 2:1 blank-line @@\n-\\n\n"),
        "{out}"
    );
    assert_eq!(repository.read("a.jsonl"), text);
    assert!(!repository.path("x").exists());
    repository.write("a.jsonl", "{\"text_input\":\"b\",\"output\":\"c\"}\n");
    assert_eq!(
        repository.run(&["check", "a.jsonl", "--diff"]),
        (0, String::new(), String::new())
    );
}

#[test]
fn links_are_written_through_or_refused() {
    let text = "{\"text_input\":\"a\",\"output\":\"b\"}\n\n";
    let repository = Repository::new(&[("data/a.jsonl", text)]);
    std::os::unix::fs::symlink("data/a.jsonl", repository.path("link.jsonl")).expect("linked");
    assert_eq!(
        repository
            .run(&["check", "link.jsonl", "--fix", "--quiet"])
            .0,
        0
    );
    assert!(
        fs::symlink_metadata(repository.path("link.jsonl"))
            .expect("there")
            .is_symlink()
    );
    assert_eq!(
        repository.read("data/a.jsonl"),
        "{\"text_input\":\"a\",\"output\":\"b\"}\n"
    );
    repository.write("data/a.jsonl", text);
    fs::hard_link(repository.path("data/a.jsonl"), repository.path("b.jsonl")).expect("linked");
    let (code, _, said) = repository.run(&["check", "b.jsonl", "--fix"]);
    assert!(code == 2 && said.contains("has hard links"), "{said}");
    assert_eq!(repository.read("b.jsonl"), text);
}

#[test]
fn packed_files_and_standard_input_are_left_alone() {
    let repository = Repository::new(&[]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, b"{\"text_input\":\"a\",\"output\":\"b\"}\n\n")
        .expect("packed");
    let bytes = packed.finish().expect("packed");
    fs::write(repository.path("a.jsonl.gz"), &bytes).expect("written");
    let (_, _, said) = repository.run(&["check", "a.jsonl.gz", "--fix", "--quiet"]);
    assert_eq!(said, "");
    assert_eq!(
        fs::read(repository.path("a.jsonl.gz")).expect("there"),
        bytes
    );
    assert_eq!(
        repository
            .run(&["check", "-", "--container", "jsonl", "--fix"])
            .0,
        2
    );
}

/// Over every failing block of the pages of rules that can be fixed: fixing ends, a second time
/// changes nothing, what was fixed is not found again, and threads make no difference.
#[test]
fn every_fix_on_the_pages_ends_and_holds() {
    let mut tried = 0;
    for entry in REGISTRY
        .iter()
        .filter(|entry| entry.meta.fix != FixKind::None)
    {
        for (name, bytes, options) in pages::failing_blocks(entry) {
            let repository = Repository::new(&[]);
            let write = |threads: &str| {
                fs::write(repository.path(&name), &bytes).expect("written");
                let _ = fs::remove_file(repository.path("rejects.txt"));
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                let run = |more: &[&str]| {
                    let arguments = [
                        &[
                            "check",
                            name.as_str(),
                            "--threads",
                            threads,
                            "--format",
                            "json",
                        ],
                        options.as_slice(),
                        more,
                    ]
                    .concat();
                    let (code, out, said) = repository.run(&arguments);
                    assert!(matches!(code, 0 | 1), "{} {said}", entry.meta.name);
                    out
                };
                let before = fixable(&run(&[]));
                run(&ALL);
                let once = fs::read(repository.path(&name)).expect("there");
                let _ = fs::remove_file(repository.path("rejects.txt"));
                let after = run(&ALL);
                let twice = fs::read(repository.path(&name)).expect("there");
                assert_eq!(once, twice, "{}: fixed twice", entry.meta.name);
                assert_eq!(
                    fixable(&after),
                    Vec::<String>::new(),
                    "{}: {before:?} before",
                    entry.meta.name
                );
                once
            };
            assert_eq!(write("1"), write("4"), "{}", entry.meta.name);
            tried += 1;
        }
    }
    assert!(tried >= 5, "{tried}");
}

/// The rules whose findings offer a fix.
fn fixable(report: &str) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(report).expect("JSON");
    let findings = report["findings"].as_array().expect("a list").iter();
    findings
        .filter(|finding| finding.get("fix").is_some())
        .map(|finding| finding["rule"].as_str().expect("a name").to_owned())
        .collect()
}

fn line() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        Just(""),
        Just("a"),
        Just("b  "),
        Just("\u{e9}\\n"),
        Just("x\\u0041")
    ];
    let end = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just("\n\n"),
        Just(",\n"),
        Just("\n \r\n")
    ];
    (text.clone(), text, end).prop_map(|(input, output, end)| {
        format!("{{\"text_input\":\"{input}\",\"output\":\"{output}\"}}{end}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Safe fixes keep every record's bytes; records that stay keep theirs when others go.
    #[test]
    fn untouched_records_keep_every_byte(lines in prop::collection::vec(line(), 1..9)) {
        let text = lines.concat();
        let records = |text: &str| -> Vec<String> {
            let lines = text.lines().map(|line| line.trim_end_matches([',', '\r']).to_owned());
            lines.filter(|line| !line.trim().is_empty()).collect()
        };
        let (safe, _) = fixed("a.jsonl", &text, &["--fix"]);
        prop_assert_eq!(records(&safe), records(&text));
        let (again, said) = fixed("a.jsonl", &safe, &["--fix"]);
        prop_assert_eq!((&again, said.as_str()), (&safe, ""));
        let (dropped, _) = fixed("a.jsonl", &text, &["--drop-records", "--rejects", "rejects.txt"]);
        let (kept, all) = (records(&dropped), records(&text));
        let mut rest = all.iter();
        prop_assert!(kept.iter().all(|record| rest.any(|have| have == record)));
    }
}

//! Data that looks wrong to a simple rule and is right, in `tests/data/silence`; data that may be
//! right, in `tests/data/advice`; and data whose fault has one cause, in `tests/data/found`. Each file
//! is called after the rule that it is about, and after the reason.

use std::fs;

use tunelint_core::finding::{Finding, Severity};

use crate::running::{Check, root};

/// The findings of its rule in each file of a folder, with the name of the file.
fn findings_in(folder: &str) -> Vec<(String, Vec<Finding>)> {
    let entries = fs::read_dir(root().join("tests/data").join(folder)).expect("the folder");
    let mut found: Vec<(String, Vec<Finding>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let (rule, _) = name.split_once("--").expect("a rule and a reason");
            let check = Check::new();
            assert!(check.enabled.contains(&rule), "{name}: no rule {rule}");
            let (mut findings, _) = check.run(&name, &fs::read(&path).expect("the file"));
            findings.retain(|finding| finding.rule == rule);
            (name, findings)
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

#[test]
fn what_is_right_is_not_reported() {
    let mut wrong = Vec::new();
    for (name, findings) in findings_in("silence") {
        let said = findings.iter();
        wrong.extend(said.map(|finding| format!("{name}: {}", finding.message)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_may_be_right_is_advice() {
    for (name, findings) in findings_in("advice") {
        assert!(!findings.is_empty(), "{name}: no finding");
        for finding in findings {
            assert_eq!(
                finding.severity,
                Severity::Advice,
                "{name}: {}",
                finding.message
            );
        }
    }
}

/// The message about each file of `tests/data/found`, and a part of its help.
const FOUND: &[(&str, &str, &str)] = &[
    (
        "duplicate-example--numbered-task.jsonl",
        "duplicate of record 4",
        "remove",
    ),
    (
        "missing-column--category-and-text.tsv",
        "cannot tell which columns are input and output; found `意图`, `语料`",
        "`--input 语料 --output 意图`",
    ),
    (
        "missing-column--classes-as-numbers.jsonl",
        "no layout has fields called `text` and `label` (read as input and output)",
        "--to pairs --input text --output label`",
    ),
    (
        "missing-column--columns-without-a-name.csv",
        "cannot tell which column is the input; found `Term`, `Sentiment`, ``, ``, ``",
        "set it with `--input Term`,",
    ),
    (
        "missing-column--other-name-of-the-answer.jsonl",
        "no response field recognized; found `prompt`, `implicature`",
        "`--input prompt --output implicature`",
    ),
    (
        "missing-column--text-among-identifiers.csv",
        "cannot tell which column is the input; found `reviewId`, `film`, `rating`, `label`, `reviewText`",
        "set it with `--input reviewText`,",
    ),
    (
        "missing-column--two-answers.csv",
        "cannot tell which column is the output; found `input`, `expected_output`, `phi_output`",
        "set it with `--output COLUMN`,",
    ),
    (
        "missing-header--semicolons.csv",
        "missing header: the first row looks like data (`Faculty`, ",
        "such as `input;output`",
    ),
    (
        "odd-line-endings--two-returns.csv",
        "lines end in CR CR LF: many readers see an empty line after each",
        "LF line endings",
    ),
    (
        "wrong-field-count--shifted-row-next-to-empty-columns.csv",
        "expected 4 fields, found 3",
        "",
    ),
];

#[test]
fn what_is_wrong_is_named_with_its_cause() {
    let found = findings_in("found");
    let files: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let named: Vec<&str> = FOUND.iter().map(|(name, ..)| *name).collect();
    assert_eq!(files, named);
    for ((name, findings), (_, message, help)) in found.iter().zip(FOUND) {
        let first = findings
            .first()
            .unwrap_or_else(|| panic!("{name}: no finding"));
        assert!(
            first.message.starts_with(message),
            "{name}: {}",
            first.message
        );
        let advice = first.help.as_deref().unwrap_or_default();
        assert!(advice.contains(help), "{name}: {advice}");
        assert!(first.severity > Severity::Advice, "{name}");
    }
}

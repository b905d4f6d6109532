//! The report for people: by file and line, a few findings of each rule, exact totals.

use crate::running::Repository;

const PREAMBLE: &str = "Classify the review as positive or negative.\nReview: ";

/// A record with the number `at`.
fn record(at: usize, output: &str) -> String {
    let input = serde_json::to_string(&format!("{PREAMBLE}table {at} was fine")).expect("JSON");
    format!("{{\"text_input\":{input},\"output\":\"{output}\"}}\n")
}

fn report(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let repository = Repository::new(files);
    let names = files.iter().map(|(name, _)| *name);
    let arguments: Vec<&str> = ["check"]
        .into_iter()
        .chain(names)
        .chain(arguments.iter().copied())
        .collect();
    repository.run(&arguments).1
}

/// The places of the frames, in order.
fn places(report: &str) -> Vec<&str> {
    let frames = report
        .lines()
        .filter_map(|line| line.trim().strip_prefix("╭─["));
    frames.map(|place| place.trim_end_matches(']')).collect()
}

#[test]
fn three_of_a_rule_in_each_file_and_the_lines_of_the_next() {
    let text: String = (0..100)
        .map(|at| record(at, if at % 5 == 0 { "" } else { "good" }))
        .collect();
    let said = report(
        &[("b.jsonl", &text), ("a.jsonl", &text)],
        &["--select", "empty-output,stray-quote"],
    );
    let (first, second) = said.split_once("a.jsonl:1:").expect("two files");
    assert_eq!(places(&said).len(), 6, "{said}");
    for part in [first, second] {
        assert!(
            part.contains("  … 17 more, lines 16, 21, 26, 31, 36, …\n"),
            "{part}"
        );
    }
    assert!(
        said.contains("40 errors, 0 warnings, 0 advice in 2 files"),
        "{said}"
    );
    assert!(
        said.contains("34 findings not shown; show all with `--show-all`"),
        "{said}"
    );
}

#[test]
fn equal_records_that_are_not_shown_are_counted_with_their_findings() {
    let text: String = (0..5).map(|at| record(at, "good").repeat(3)).collect();
    let said = report(&[("a.jsonl", &text)], &["--select", "duplicate-example"]);
    let lines = ["a.jsonl:2:1", "a.jsonl:5:1", "a.jsonl:8:1"];
    assert_eq!(places(&said), lines, "{said}");
    let more = "  … 4 more in 2 findings, lines 11, 14\n";
    assert!(said.contains(more), "{said}");
}

#[test]
fn findings_are_by_line_whichever_pass_finds_them() {
    // Duplicates are found at the end of the run.
    let mut text: String = (0..40).map(|at| record(at, "good")).collect();
    text.insert_str(0, &record(39, "good"));
    text.push_str(&record(7, "bad "));
    text.push_str(&record(3, "good"));
    text.push_str(&record(50, ""));
    let rules = "duplicate-example,empty-output,edge-whitespace,conflicting-outputs";
    let said = report(&[("a.jsonl", &text)], &["--select", rules]);
    let lines = places(&said).into_iter().map(|place| {
        let line = place.split(':').nth(1).unwrap_or_default();
        line.parse().expect("a line")
    });
    let lines: Vec<u64> = lines.collect();
    assert!(lines.len() >= 4 && lines.is_sorted(), "{said}");
    assert!(!said.contains("more"), "{said}");
}

#[test]
fn all_are_shown_on_request_and_of_many_the_most_severe() {
    // In each file three warnings in the first lines, and in the last of many files an error.
    let warned: String = (0..3).map(|at| record(at, "go\u{fffd}od")).collect();
    let names: Vec<String> = (10..40).map(|at| format!("{at}.jsonl")).collect();
    let failed = record(9, "");
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), warned.as_str()))
        .collect();
    files.push(("99.jsonl", &failed));
    let rules = ["--select", "replacement-character,empty-output"];
    let said = report(&files, &rules);
    assert_eq!(places(&said).len(), 50, "{said}");
    assert!(said.contains("99.jsonl:1:"), "{said}");
    assert!(said.contains("… 2 more, lines 2, 3\n"), "{said}");
    assert!(said.contains("41 findings not shown"), "{said}");
    let all = report(&files, &[&rules[..], &["--show-all"]].concat());
    assert_eq!(places(&all).len(), 91);
    assert!(
        !all.contains(" more") && !all.contains("not shown"),
        "{all}"
    );
}

#[test]
fn an_excerpt_of_a_duplicate_starts_after_what_all_records_share() {
    let mut text: String = (0..40).map(|at| record(at, "good")).collect();
    text.push_str(&record(7, "good"));
    // The preamble is known if a rule needs it.
    let rules = ["--select", "duplicate-example,missing-preamble"];
    let said = report(&[("a.jsonl", &text)], &rules);
    assert!(said.contains("Review: table 7 was fine\""), "{said}");
    assert!(!said.contains("Classify"), "{said}");
}

#[test]
fn a_missing_field_is_reported_with_the_fields_there_are() {
    let mut text: String = (0..9).map(|at| record(at, "good")).collect();
    text.push_str("{\"text_input\":\"x\",\"rating\":\"good\",\"id\":3}\n");
    let said = report(&[("a.jsonl", &text)], &["--select", "missing-field"]);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("remove the record; found `text_input`, `rating`, `id`"),
        "{said}"
    );
    let many: String = (0..9).map(|at| format!("\"k{at}\":1,")).collect();
    let text = format!("{text}{{{many}\"text_input\":\"x\"}}\n");
    let said = report(&[("a.jsonl", &text)], &["--select", "missing-field"]);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("`k0`, `k1`, `k2`, `k3`, `k4`, `k5`, …"),
        "{said}"
    );
}

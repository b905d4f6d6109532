//! A baseline: what was there is not told, what comes is.

use crate::running::Repository;

fn record(input: &str, output: &str) -> String {
    format!("{{\"text_input\":\"{input}\",\"output\":\"{output}\"}}\n")
}

const SETTINGS: &str = "select = [\"empty-output\", \"duplicate-example\", \"blank-line\"]\n";

fn repository(text: &str) -> Repository {
    Repository::new(&[("tunelint.toml", SETTINGS), ("a.jsonl", text)])
}

fn check(repository: &Repository) -> (i32, String) {
    let arguments = [
        "check",
        "a.jsonl",
        "--format",
        "concise",
        "--baseline",
        "tunelint-baseline.txt",
        "--fail-on",
        "advice",
    ];
    let (code, out, said) = repository.run(&arguments);
    assert_eq!(said, "");
    (code, out)
}

#[test]
fn what_was_there_is_accepted_and_what_comes_is_told() {
    let (one, two, three) = (record("a", ""), record("b", ""), record("c", "d"));
    let repository = repository(&[one.as_str(), &two, &three, &three, "\n"].concat());
    let (code, out, _) = repository.run(&["baseline", "create", "a.jsonl"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "tunelint-baseline.txt: 4 findings accepted\n")
    );
    assert_eq!(check(&repository), (0, String::new()));
    // Moved: nothing new.
    repository.write(
        "a.jsonl",
        &[three.as_str(), "\n", &two, &record("x", "y"), &one, &three].concat(),
    );
    assert_eq!(check(&repository), (0, String::new()));
    // Edited: it is another record. Duplicated: one more than was accepted.
    repository.write(
        "a.jsonl",
        &[
            record("a.", ""),
            two.clone(),
            two.clone(),
            three.clone(),
            three.clone(),
            three.clone(),
        ]
        .concat(),
    );
    let (code, out) = check(&repository);
    let places: Vec<&str> = out
        .lines()
        .map(|line| line.split(" the ").next().unwrap_or(line))
        .collect();
    assert_eq!(code, 1);
    assert_eq!(places.len(), 4, "{out}");
    assert!(
        out.contains("a.jsonl:1:29: error[empty-output]")
            && out.contains("a.jsonl:3:28: error[empty-output]"),
        "{out}"
    );
    assert!(
        out.contains("a.jsonl:3:1: warning[duplicate-example]")
            && out.contains("a.jsonl:6:1: warning[duplicate-example] 2 duplicates of record 4 (1 of 2 accepted before)"),
        "{out}"
    );
    let (_, json, _) = repository.run(&[
        "check",
        "a.jsonl",
        "--format",
        "json",
        "--baseline",
        "tunelint-baseline.txt",
    ]);
    assert!(json.contains("\"suppressed\":2"), "{json}");
}

#[test]
fn it_is_kept_up_to_date() {
    let repository = repository(&[record("a", ""), record("b", "")].concat());
    assert_eq!(repository.run(&["baseline", "create", "a.jsonl"]).0, 0);
    let (code, _, said) = repository.run(&["baseline", "create", "a.jsonl"]);
    assert!(code == 2 && said.contains("already exists"), "{said}");
    repository.write("a.jsonl", &[record("a", ""), record("c", "")].concat());
    let status = |repository: &Repository| repository.run(&["baseline", "status", "a.jsonl"]).1;
    assert_eq!(
        status(&repository),
        "tunelint-baseline.txt: 1 accepted, 1 gone, 1 new\n"
    );
    assert_eq!(
        repository.run(&["baseline", "prune", "a.jsonl"]).1,
        "tunelint-baseline.txt: 1 removed, 1 kept; 1 new not added\n"
    );
    assert_eq!(
        status(&repository),
        "tunelint-baseline.txt: 1 accepted, 0 gone, 1 new\n"
    );
    assert_eq!(
        repository.run(&["baseline", "update", "a.jsonl"]).1,
        "tunelint-baseline.txt: 1 added, 0 removed, 1 kept\n"
    );
    assert_eq!(
        status(&repository),
        "tunelint-baseline.txt: 2 accepted, 0 gone, 0 new\n"
    );
}

#[test]
fn it_is_sorted_text_without_data_and_merges() {
    let secret = "sk-proj-abcdefghijklmnopqrstuvwxyz";
    let repository = repository(&[record(secret, ""), record("b", ""), "\n".to_owned()].concat());
    repository.run(&["baseline", "create", "a.jsonl"]);
    let text = repository.read("tunelint-baseline.txt");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert!(lines.is_sorted() && lines.len() == 3, "{text}");
    assert!(!text.contains("sk-") && !text.contains("a.jsonl"), "{text}");
    // What git leaves after a merge that keeps both sides.
    repository.write("tunelint-baseline.txt", &format!("{text}{}\n", lines[1]));
    assert_eq!(check(&repository), (0, String::new()));
    repository.write("tunelint-baseline.txt", "<<<<<<< HEAD\n");
    let (code, _, said) =
        repository.run(&["check", "a.jsonl", "--baseline", "tunelint-baseline.txt"]);
    assert!(
        code == 2 && said.contains("tunelint-baseline.txt:1: invalid line in a baseline"),
        "{said}"
    );
}

#[test]
fn the_settings_may_name_it() {
    let repository = repository(&record("a", ""));
    repository.write(
        "tunelint.toml",
        &format!("baseline = \"accepted.txt\"\n{SETTINGS}"),
    );
    let (code, _, said) = repository.run(&["check", "a.jsonl"]);
    assert!(
        code == 2 && said.contains("cannot read the baseline accepted.txt"),
        "{said}"
    );
    assert_eq!(
        repository.run(&["baseline", "create", "a.jsonl"]).1,
        "accepted.txt: 1 finding accepted\n"
    );
    assert_eq!(repository.run(&["check", "a.jsonl"]).0, 0);
}

#[test]
fn what_comes_after_many_is_still_shown() {
    let many: String = (0..30).map(|n| record(&n.to_string(), "")).collect();
    let repository = repository(&many);
    repository.run(&["baseline", "create", "a.jsonl"]);
    repository.write("a.jsonl", &(many + &record("the new one", "")));
    let (_, out, _) = repository.run(&["check", "a.jsonl", "--baseline", "tunelint-baseline.txt"]);
    assert!(
        out.contains("a.jsonl:31:38") && out.contains("the new one"),
        "{out}"
    );
    assert!(
        out.contains("1 error, 0 warnings, 0 advice in 1 file, 30 suppressed"),
        "{out}"
    );
}

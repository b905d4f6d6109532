//! Training texts that are also in a benchmark.

use std::fmt::Write as _;

use crate::running::Repository;

const TASK: &str = "A baker sells 48 rolls in the morning and half as many in the afternoon. How many rolls altogether?";

/// A benchmark whose third record is [`TASK`], after an instruction that all share.
fn benchmark() -> String {
    let line = |at: usize| match at {
        3 => TASK.to_owned(),
        _ => format!("What is {at} times {at}?"),
    };
    let lines = (1..=40).map(|at| {
        format!(
            "{{\"question\":\"Solve the following problem step by step and give only the final number as the answer. {}\",\"answer\":\"{at}\"}}\n",
            line(at)
        )
    });
    lines.collect()
}

/// Training data of which record 7 has the task, and all the instruction.
fn training() -> String {
    let mut text = String::new();
    for at in 1..=30 {
        let task = match at {
            7 => TASK.to_lowercase().replace('.', ""),
            _ => format!("How much is {at} plus {at}?"),
        };
        writeln!(
            text,
            "{{\"prompt\":\"Solve the following problem step by step and give only the final number as the answer. {task}\",\"completion\":\"{at}\"}}"
        )
        .expect("memory");
    }
    text
}

#[test]
fn both_places_are_reported_and_a_shared_instruction_is_not() {
    let (train, bench) = (training(), benchmark());
    let repository = Repository::new(&[("train.jsonl", &train), ("bench.jsonl", &bench)]);
    let found = repository.found(&[
        "train.jsonl",
        "--select",
        "benchmark-overlap",
        "--benchmark",
        "bench.jsonl",
    ]);
    let [one] = found.lines().collect::<Vec<_>>()[..] else {
        panic!("{found}")
    };
    assert!(one.starts_with("train.jsonl:7:"), "{one}");
    assert!(
        one.contains("words in a row are also in bench.jsonl, line 3: `"),
        "{one}"
    );
    let (_, json, _) = repository.run(&[
        "check",
        "train.jsonl",
        "--select",
        "benchmark-overlap",
        "--benchmark",
        "bench.jsonl",
        "--format",
        "json",
    ]);
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let related = &report["findings"][0]["related"][0];
    assert_eq!(
        (related["path"].as_str(), related["line"].as_u64()),
        (Some("bench.jsonl"), Some(3))
    );
    // Nothing is looked for without a benchmark.
    assert!(
        repository
            .found(&["train.jsonl", "--select", "benchmark-overlap"])
            .is_empty()
    );
}

#[test]
fn several_benchmarks_of_any_form_and_the_settings() {
    let train = training();
    let text = format!("Some text.\n{TASK}\n");
    let table = format!("id,problem,solution\n1,\"{TASK}\",72\n");
    let odd = format!("{{\"stem\":\"{TASK}\",\"choices\":[\"1\"]}}\n");
    let files = [
        ("train.jsonl", train.as_str()),
        ("a.txt", &text),
        ("b.csv", &table),
        ("c.jsonl", &odd),
    ];
    let repository = Repository::new(&files);
    for file in ["a.txt", "b.csv", "c.jsonl"] {
        let found = repository.found(&[
            "train.jsonl",
            "--select",
            "benchmark-overlap",
            "--benchmark",
            file,
        ]);
        assert!(
            found.contains(&format!("also in {file}, line 2"))
                || found.contains(&format!("also in {file}, line 1")),
            "{file}: {found}"
        );
    }
    // Of equal records, the first is named.
    let all = [
        "train.jsonl",
        "--select",
        "benchmark-overlap",
        "--benchmark",
        "c.jsonl",
        "--benchmark",
        "a.txt",
    ];
    assert!(repository.found(&all).contains("also in c.jsonl, line 1"));
    let settings = "[[dataset]]\nfiles = [\"train.jsonl\"]\nbenchmark = [\"*.csv\"]\n";
    repository.write("tunelint.toml", settings);
    let found = repository.found(&[".", "--select", "benchmark-overlap"]);
    assert!(found.contains("also in b.csv, line 2"), "{found}");
    let (_, out, _) = repository.run(&["check", ".", "--quiet"]);
    assert!(out.contains("in 2 files"), "{out}");
}

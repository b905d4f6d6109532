//! A file name is never an option, and a contained check stays in the repository.

use std::fs;

use super::{BAD, GOOD};
use crate::running::{Repository, root};

#[test]
fn a_file_name_is_never_an_option() {
    let repository = Repository::new(&[
        ("--config=x.jsonl", BAD),
        ("--report=json=data/x.jsonl", GOOD),
        ("data/x.jsonl", GOOD),
    ]);
    let names = ["--config=x.jsonl", "--report=json=data/x.jsonl"];
    let check = ["check", "--contained", "--format", "concise"];
    let (code, out, said) = repository.run(&[&check[..], &names].concat());
    assert_eq!(code, 1, "{said}");
    assert!(out.contains("--config=x.jsonl:1:28: error"), "{out}");
    assert_eq!(repository.read("data/x.jsonl"), GOOD);
}

#[test]
fn a_file_name_switches_off_no_option_of_the_command() {
    let repository = Repository::new(&[("--select=no-records", ""), ("a.jsonl", BAD)]);
    let check = [
        "check",
        "--contained",
        "--select=no-records",
        "--",
        "a.jsonl",
    ];
    let (code, out, said) = repository.run(&check);
    assert_eq!(code, 0, "{out} {said}");
}

#[test]
fn a_file_named_like_an_option_is_refused_when_contained() {
    let repository = Repository::new(&[("--isolated", ""), ("a.jsonl", GOOD)]);
    let (code, _, said) = repository.run(&["check", "--contained", "--isolated", "a.jsonl"]);
    assert!(code == 2 && said.contains("the name of a file"), "{said}");
}

#[test]
fn every_shipped_hook_and_job_ends_its_options() {
    let text = |path: &str| fs::read_to_string(root().join(path)).expect("a file");
    for path in [
        ".pre-commit-hooks.yaml",
        "crates/tunelint/src/commands/init/pre-commit.yaml",
    ] {
        let text = text(path);
        assert!(!text.contains("args:"), "{path}: a user's own replace them");
        let of = |key: &'static str| {
            text.lines()
                .filter_map(move |line| line.trim().strip_prefix(key))
        };
        // The hooks for settings get no names.
        let is_check = |entry: &&str| entry.contains(" check ");
        let checks: Vec<&str> = of("entry: ").filter(is_check).collect();
        assert!(!checks.is_empty() && checks.iter().all(|entry| entry.ends_with(" --")));
        let without_names = of("pass_filenames: false").count();
        assert_eq!(of("entry: ").count(), checks.len() + without_names);
        for files in of("files: ").filter(|files| files.contains("jsonl")) {
            let files = regex::Regex::new(files).expect("a pattern");
            for name in "a.json a.jsonl a.ndjson a.csv a.tsv a.parquet a.xlsx a.jsonl.gz a.csv.zst"
                .split(' ')
            {
                assert!(files.is_match(name), "{path}: {name}");
            }
            assert!(!files.is_match("a.jsonl.txt"));
        }
    }
    for path in [
        "action.yml",
        "templates/tunelint.gitlab-ci.yml",
        "crates/tunelint/src/commands/init/github.yml",
    ] {
        let text = text(path).replace("\\\n", "");
        let checks: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("tunelint check ") || line.contains("tunelint\" check "))
            .collect();
        assert!(
            !checks.is_empty()
                && checks.iter().all(|line| line.contains(" --\"")
                    || line.contains(" -- ")
                    || line.ends_with(" --")),
            "{path}: {checks:?}"
        );
    }
}

#[test]
fn a_hook_skips_json_that_is_not_a_dataset() {
    let repository = Repository::new(&[
        ("package.json", "{\"name\":\"x\"}\n"),
        ("data.json", "[{\"text_input\":\"a\",\"output\":\"\"}]\n"),
        ("listed.json", "{\"name\":\"x\"}\n"),
        ("tunelint.toml", "[[dataset]]\nfiles = [\"listed.json\"]\n"),
    ]);
    let hook = [
        "--contained",
        "--force-exclude",
        "--no-error-on-unmatched",
        "--",
    ];
    let found = |name: &str| repository.found(&[&hook[..], &[name]].concat());
    assert_eq!(found("package.json"), "");
    fs::write(
        repository.path("damaged.json"),
        b"[{\"messages\":\"caf\xe9\"}]\n",
    )
    .expect("written");
    assert!(found("damaged.json").contains("error[invalid-utf8]"));
    assert!(found("data.json").contains("error[empty-output]"));
    assert!(found("listed.json").contains("error["));
}

#[test]
fn a_contained_check_reads_and_writes_inside_only() {
    let parent = Repository::new(&[("outside.txt", "x"), ("outside.jsonl", GOOD)]);
    fs::create_dir_all(parent.path("repository/.git")).expect("a directory");
    parent.write("repository/a.jsonl", GOOD);
    std::os::unix::fs::symlink("../outside.txt", parent.path("repository/link.txt"))
        .expect("a link");
    std::os::unix::fs::symlink("..", parent.path("repository/up")).expect("a link");
    for option in [
        "--validation=../outside.jsonl",
        "--production=../outside.jsonl",
        "--benchmark=../outside.jsonl",
        "--against=../outside.txt",
        "--preamble=@../outside.txt",
        "--baseline=../outside.txt",
        "--config=../outside.txt",
        "--tokenizer=../outside.txt",
        "--report=json=../report.json",
        "--report=json=link.txt",
        "--report=json=up/report.json",
        "--part=../part",
        "--part=up/part",
    ] {
        let check = ["check", "--contained", option, "a.jsonl"];
        let (code, _, said) = parent.run_in("repository", &check);
        assert!(
            code == 2 && said.contains("is outside the repository"),
            "{option}: {said}"
        );
        let check = [
            "check",
            "--contained",
            "--report=json=inside.json",
            "a.jsonl",
        ];
        assert_eq!(parent.run_in("repository", &check).0, 0);
    }
    // Whoever wrote the command may name files elsewhere, such as the settings of the base branch.
    parent.write("base.toml", "select = [\"empty-output\"]");
    for (option, name) in [("--config", "base.toml"), ("--production", "outside.jsonl")] {
        let option = format!("{option}={}", parent.path(name).display());
        let check = ["check", "--contained", &option, "a.jsonl"];
        let (code, _, said) = parent.run_in("repository", &check);
        assert!(code < 2, "{option}: {said}");
    }
    std::os::unix::fs::symlink("../outside.jsonl", parent.path("repository/v.jsonl"))
        .expect("a link");
    let settings = "[[dataset]]\nfiles = [\"a.jsonl\"]\nvalidation = [\"v.jsonl\"]\n";
    parent.write("repository/tunelint.toml", settings);
    let (code, _, said) = parent.run_in("repository", &["check", "--contained", "a.jsonl"]);
    assert!(
        code == 2 && said.contains("is outside the repository"),
        "{said}"
    );
    assert_eq!(parent.read("outside.txt"), "x");
    assert!(!parent.path("report.json").exists() && !parent.path("part").exists());
}

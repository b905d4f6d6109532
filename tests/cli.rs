//! The command line as transcripts, and what no transcript can show.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tunelint_core::printable::is_hidden;
use tunelint_core::rules::REGISTRY;

use crate::formats::{FORMATS, bad_files};
use crate::running::{Repository, command, files_below, outcome, root, tunelint};

/// `TRYCMD=overwrite` accepts what the program says now.
#[test]
fn transcripts() {
    std::env::set_current_dir(root()).expect("the repository");
    let cases = trycmd::TestCases::new();
    cases.register_bin(
        "tunelint",
        std::path::Path::new(env!("CARGO_BIN_EXE_tunelint")),
    );
    cases
        .env("NO_COLOR", "1")
        .env("COLUMNS", "80")
        .insert_var("[VERSION]", env!("CARGO_PKG_VERSION"))
        .expect("a variable");
    cases.case(root().join("tests/cases/*.trycmd"));
}

fn through_stdin(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input)
        .expect("it reads");
    outcome(&child.wait_with_output().expect("it ends"))
}

#[test]
fn standard_input_is_a_source() {
    let line = b"{\"text_input\":\"a\",\"output\":\"\"}\n";
    let (code, out, _) = through_stdin(
        &[
            "check",
            "-",
            "--container",
            "jsonl",
            "--format",
            "concise",
            "--select",
            "empty-output",
        ],
        line,
    );
    assert_eq!(
        (code, out.as_str()),
        (1, "<stdin>:1:28: error[empty-output] empty output\n")
    );
    let name = [
        "check",
        "-",
        "--stdin-filename",
        "train.jsonl",
        "--format",
        "concise",
        "--select",
        "empty-output",
    ];
    assert!(
        through_stdin(&name, line)
            .1
            .starts_with("train.jsonl:1:28: ")
    );
    let (code, out, said) = through_stdin(
        &["convert", "-", "-o", "-", "--to", "messages"],
        b"input,output\na,b\n",
    );
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        out,
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n"
    );
}

#[test]
fn a_file_that_may_not_be_read_is_told_and_the_others_are_checked() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("secret.jsonl");
    fs::write(&path, "{}\n").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).expect("set");
    if fs::read(&path).is_ok() {
        println!("SKIPPED: this user may read everything");
        return;
    }
    let (code, out, said) = outcome(&tunelint(&[
        "check",
        path.to_str().unwrap(),
        "tests/data/mistakes.csv",
        "--format",
        "concise",
    ]));
    assert!(
        code == 2 && said.contains("permission denied") && out.contains("mistakes.csv"),
        "{code} {said}"
    );
}

#[test]
fn what_all_examples_show_is_underlined_where_it_stands() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("turns.jsonl");
    let line = r#"{"messages":[{"role":"user","content":"p","name":"Ann"},{"role":"assistant","content":"c"}]}"#;
    fs::write(&path, format!("{line}\n")).expect("written");
    let path = path.to_str().expect("a plain path");
    let target = ["--target", "bedrock-claude-haiku"];
    let rule = ["--select", "unknown-field"];
    let arguments = [["check", path].as_slice(), &target, &rule].concat();
    let (_, said, _) = outcome(&tunelint(&arguments));
    let shown = said.lines().skip_while(|line| !line.contains("1 │ "));
    let lines: Vec<&str> = shown.take(2).collect();
    assert!(lines[0].contains(r#""Ann"},{"role""#), "{said}");
    let column = |line: &str, of: &str| line.find(of).map(|at| line[..at].chars().count());
    assert!(lines[1].ends_with(" ─────"), "{said}");
    assert_eq!(
        column(lines[1], "─"),
        column(lines[0], r#""Ann""#),
        "{said}"
    );
}

#[test]
fn one_line_of_fifty_megabytes_is_one_record() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("long.jsonl");
    let line = format!(
        "{{\"text_input\":\"{}\",\"output\":\"b\"}}\n",
        "x".repeat(50_000_000)
    );
    fs::write(
        &path,
        format!("{line}{{\"text_input\":\"a\",\"output\":\"\"}}\n"),
    )
    .expect("written");
    let check = |more: &[&str]| {
        let arguments = [
            &[
                "check",
                path.to_str().unwrap(),
                "--format",
                "concise",
                "--ignore",
                "too-few-examples,upload-too-large",
            ],
            more,
        ]
        .concat();
        let (_, out, _) = outcome(&tunelint(&arguments));
        out.replace(path.to_str().unwrap(), "long.jsonl")
    };
    let own = "long.jsonl:1:15: error[input-too-long] input has 50,000,000 characters, 49,960,000 too many: gemini-api documents a maximum of 40,000 characters\nlong.jsonl:2:28: error[empty-output] empty output\n";
    assert_eq!(check(&[]), own);
    let cut = check(&["--max-record-size", "1M"]);
    assert!(
        cut.starts_with("long.jsonl:1:1: error[record-too-large] record not checked: 50,000,0"),
        "{cut}"
    );
    assert!(
        cut.contains("long.jsonl:2:28: error[empty-output]"),
        "{cut}"
    );
}

#[test]
fn the_width_of_the_terminal_changes_nothing() {
    let run = |columns: &str, locale: &str, threads: &str| {
        let mut command = command(&["check", "tests/data/mistakes.jsonl", "--threads", threads]);
        command
            .env("COLUMNS", columns)
            .env("LC_ALL", locale)
            .output()
            .expect("it runs")
            .stdout
    };
    let one = run("80", "C", "1");
    assert_eq!(one, run("200", "de_DE.UTF-8", "2"));
    assert_eq!(one, run("20", "C.UTF-8", "16"));
}

#[test]
fn a_hundred_thousand_findings_print_a_page() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("many.jsonl");
    fs::write(
        &path,
        "{\"text_input\":\"a\",\"output\":\"\"}\n".repeat(100_000),
    )
    .expect("written");
    let (code, out, _) = outcome(&tunelint(&[
        "check",
        path.to_str().unwrap(),
        "--ignore",
        "duplicate-example",
    ]));
    assert_eq!(code, 1);
    assert!(out.lines().count() < 60, "{out}");
    assert!(
        out.contains("empty output") && out.contains("100,000 of 100,000 records"),
        "{out}"
    );
    assert!(
        out.contains("100,000 errors, 0 warnings, 0 advice in 1 file"),
        "{out}"
    );
    assert!(!out.contains("not shown"), "{out}");
    assert_eq!(out.matches("× empty output").count(), 1);
}

#[test]
fn hostile_data_never_speaks() {
    for path in bad_files() {
        for format in FORMATS {
            // Every value is shown somewhere: as too long, or as a field that nobody knows.
            let (_, out, said) = outcome(&tunelint(&[
                "check",
                path.to_str().unwrap(),
                "--format",
                format,
                "--preamble",
                "x",
            ]));
            for text in [&out, &said] {
                let bad = text.chars().find(|c| is_hidden(*c) && *c != '\n');
                assert_eq!(bad, None, "{} as {format}", path.display());
            }
            if format == "json" {
                serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
            }
        }
    }
}

#[test]
fn hostile_names_never_speak() {
    let folder = tempfile::tempdir().expect("a directory");
    for name in [
        "a\nb.jsonl",
        "\u{1b}[31mred.jsonl",
        "::error::x.jsonl",
        "\u{202e}gpj.jsonl",
    ] {
        let path = folder.path().join(name);
        fs::write(&path, "{}\n").expect("written");
        let (_, out, said) = outcome(
            &command(&["check", "--format", "concise"])
                .arg(&path)
                .output()
                .expect("it runs"),
        );
        assert!(
            !out.chars()
                .chain(said.chars())
                .any(|c| is_hidden(c) && c != '\n'),
            "{out}"
        );
        assert!(
            out.lines()
                .all(|line| line.contains("jsonl") && !line.starts_with("::")),
            "{out}"
        );
    }
}

#[test]
fn a_reader_that_stops_changes_no_exit_code() {
    let mut child = command(&["check", "tests/data/mistakes.jsonl", "--format", "concise"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let (code, _, said) = outcome(&child.wait_with_output().expect("it ends"));
    assert_eq!((code, said.as_str()), (1, ""));
}

#[test]
fn the_json_report_keeps_its_contract() {
    let (_, out, _) = outcome(&tunelint(&[
        "check",
        "tests/data/mistakes.jsonl",
        "--format",
        "json",
    ]));
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["version"], 1);
    assert_eq!(document["tool"]["name"], "tunelint");
    assert_eq!(document["targets"], serde_json::json!(["gemini-api"]));
    let source = &document["sources"][0];
    for key in [
        "path",
        "container",
        "layout",
        "bytes",
        "records",
        "examples",
        "task",
    ] {
        assert!(source.get(key).is_some(), "{key}");
    }
    let findings = document["findings"].as_array().expect("a list");
    let source_bytes = fs::read(root().join("tests/data/mistakes.jsonl")).expect("a file");
    for finding in findings {
        for key in ["rule", "severity", "message", "location", "fingerprint"] {
            assert!(finding.get(key).is_some(), "{key}");
        }
        let location = &finding["location"];
        for key in [
            "path",
            "line",
            "column",
            "end_line",
            "end_column",
            "offset",
            "length",
            "record",
            "pointer",
            "id",
        ] {
            assert!(location.get(key).is_some(), "{key}");
        }
        let (offset, length) = (
            location["offset"].as_u64().unwrap(),
            location["length"].as_u64().unwrap(),
        );
        assert!((offset + length) as usize <= source_bytes.len());
    }
    let summary = &document["summary"];
    let total = ["errors", "warnings", "advice"]
        .map(|key| summary[key].as_u64().unwrap())
        .iter()
        .sum::<u64>();
    assert_eq!(total as usize, findings.len());
    assert_eq!(
        summary["by_rule"]
            .as_object()
            .unwrap()
            .values()
            .map(|n| n.as_u64().unwrap())
            .sum::<u64>(),
        total
    );
}

#[test]
fn reports_go_into_files_as_well() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("report.json");
    let report = format!("json={}", path.display());
    let (code, out, _) = outcome(&tunelint(&[
        "check",
        "tests/data/mistakes.csv",
        "--report",
        &report,
        "--quiet",
    ]));
    assert_eq!(code, 1);
    let written: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    let errors = written["summary"]["errors"].as_u64().unwrap();
    assert!(out.contains(&format!("{errors} errors")), "{out}");
}

/// The lines of a page outside its code blocks, and the info strings of the blocks.
fn prose_and_infos(page: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut prose, mut infos, mut is_open) = (Vec::new(), Vec::new(), false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                is_open = !is_open;
                infos.extend(is_open.then_some(info));
            }
            None if !is_open => prose.push(line),
            None => {}
        }
    }
    (prose, infos)
}

/// The code blocks of a rule page are tests. A reader sees plain examples, and all of the prose.
#[test]
fn pages_are_printed_without_test_attributes() {
    for entry in REGISTRY {
        let name = entry.meta.name;
        let printed = outcome(&tunelint(&["rule", name])).1;
        let ((prose, tests), (shown, infos)) =
            (prose_and_infos(entry.page), prose_and_infos(&printed));
        let mut shown = shown.into_iter();
        let missing = prose
            .into_iter()
            .find(|line| !shown.any(|seen| seen == *line));
        assert_eq!(missing, None, "{name}: {printed}");
        assert_eq!(infos.len(), tests.len(), "{name}: {printed}");
        assert!(
            infos.iter().all(|info| !info.contains(' ')),
            "{name}: {infos:?}"
        );
    }
    let printed = outcome(&tunelint(&["rule", "empty-output"])).1;
    let example = "Flagged:\n\n```jsonl\n{\"text_input\":\"Where is my parcel?\",\"output\":\"\"}\n                                             ^\n";
    assert!(printed.contains(example), "{printed}");
    assert_eq!(outcome(&tunelint(&["explain", "empty-output"])).1, printed);
}

/// Each of these was slow once: work that grew with the square of the file. The test ends in a
/// second, or not at all.
#[test]
fn no_shape_of_data_takes_the_square_of_its_size() {
    let folder = tempfile::tempdir().expect("a directory");
    let keys: Vec<String> = (0..50_000).map(|n| format!("\"k{n}\":1")).collect();
    let turns = vec![r#"{"role":"assistant","content":""}"#; 20_000];
    let shapes = [
        ("keys.jsonl", format!("{{{}}}", keys.join(","))),
        (
            "turns.jsonl",
            format!("{{\"messages\":[{}]}}", turns.join(",")),
        ),
        ("broken.json", format!("[{}", "{\"a\":\"x},".repeat(40_000))),
        (
            "quotes.csv",
            format!("input,output\n\"{}\",x\n", "\"\"".repeat(200_000)),
        ),
    ];
    for (name, text) in shapes {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        let (code, ..) = outcome(&tunelint(&[
            "check",
            path.to_str().unwrap(),
            "--format",
            "json",
        ]));
        assert!(matches!(code, 0 | 1), "{name}");
    }
}

#[test]
fn what_looks_secret_is_never_printed() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("secrets.jsonl");
    let secrets = ["sk-", "ghp_", "AKIA", "Bearer ", "xoxb-1-2-", "hf_"]
        .map(|prefix| format!("{prefix}{}", "A".repeat(36)));
    let line = |secret: &String| {
        [
            format!("{{\"messages\":[{{\"role\":\"{secret}\",\"content\":\"{secret}\"}}],\"{secret}\":1}}\n"),
            format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"a {secret}\"}},{{\"role\":\"assistant\",\"content\":\"\"}}],\"{secret}\":1}}\n"),
            format!("{{\"messages\":\"{secret}\",}}\n"),
        ]
        .concat()
    };
    fs::write(&path, secrets.iter().map(line).collect::<String>()).expect("written");
    for format in FORMATS {
        let (code, out, said) = outcome(&tunelint(&[
            "check",
            path.to_str().unwrap(),
            "--format",
            format,
            "--preamble",
            "Answer:",
        ]));
        assert!(
            code == 1 && !out.contains("AAAAAAAAAAAA") && !said.contains("AAAAAAAAAAAA"),
            "{out}"
        );
    }
    let (_, _, said) = outcome(&tunelint(&[
        "convert",
        path.to_str().unwrap(),
        "-o",
        "-",
        "--to",
        "pairs",
    ]));
    assert!(!said.contains("AAAAAAAAAAAA"), "{said}");
}

/// Secrets and personal data in texts, in places that rules point at, beside other mistakes, and
/// in what cannot be read.
#[test]
fn what_is_found_as_secret_or_personal_is_never_printed() {
    let folder = tempfile::tempdir().expect("a directory");
    let values = [
        "dapi9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "Tr4fik-92",
        "kq7Zb2Lx9Wm4Rt6Yp1Ns8Vd3Fh5Jg0Cc",
        "jonas.frei@bluewin.ch",
        "NL44 RABO 0311 2298 74",
        "5401 2345 7890 1265",
        "+41 31 632 44 11",
        "536-22-8127",
    ];
    let key = format!("-----BEGIN PRIVATE KEY-----{}", values[2].repeat(12));
    let mut lines = String::new();
    let login = format!("postgres://shop:{}@db.internal/x", values[1]);
    let mut texts = values;
    (texts[1], texts[2]) = (&login, &key);
    for value in texts {
        for output in [
            format!("a {value} b"),
            format!("{value} cafÃ© <|im_end|>"),
            format!("First.\\\\nThen {value}"),
        ] {
            lines.push_str(&format!(
                "{{\"text_input\":\"{output}?\",\"output\":\"{output}\",\"{value}\":1}}\n"
            ));
        }
        lines.push_str(&format!(
            "{{\"text_input\":\"a {value}\",\"output\":\"\"}}\n{{\"text_input\":\"{value}\" b\n"
        ));
    }
    let table = format!(
        "text_input,output\n{}",
        texts
            .map(|value| format!("{value},First.\\nThe {value}\n"))
            .concat()
    );
    for (name, text) in [("a.jsonl", lines), ("a.csv", table)] {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        let path = path.to_str().unwrap();
        for format in [
            "human", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit", "markdown",
        ] {
            let (code, out, said) = outcome(&tunelint(&[
                "check",
                path,
                "--format",
                format,
                "--preview",
                "--extend-select",
                "personal-data",
            ]));
            assert_eq!(code, if name == "a.jsonl" { 1 } else { 0 }, "{out}{said}");
            for value in values {
                assert!(
                    !out.contains(value) && !said.contains(value),
                    "{value} in {format} of {name}: {out}{said}"
                );
            }
        }
        let rejects = folder.path().join("rejects");
        let rejects = rejects.to_str().unwrap();
        let (_, _, said) = outcome(&tunelint(&[
            "convert",
            path,
            "-o",
            "-",
            "--to",
            "messages",
            "--rejects",
            rejects,
        ]));
        assert!(!values.iter().any(|value| said.contains(value)), "{said}");
    }
}

/// What a shard suppressed, or could not check, is known when its part is merged.
#[test]
fn parts_have_what_was_suppressed_and_what_was_not_checked() {
    let rows =
        "{\"prompt\":\"a\",\"completion\":\"\",\"_tunelint\":{\"allow\":[\"empty-output\"]}}\n{\n";
    let settings = "inline-allow = true\nignore = [\"malformed-record\"]\n";
    let repository = Repository::new(&[("1.jsonl", rows), ("tunelint.toml", settings)]);
    let (_, one, _) = repository.run(&["check", "1.jsonl", "--format", "json"]);
    repository.run(&["check", "1.jsonl", "--part", "1.part"]);
    let (code, merged, _) = repository.run(&["merge", "1.part", "--format", "json"]);
    assert_eq!(code, 1, "{merged}");
    let [one, merged]: [serde_json::Value; 2] =
        [one, merged].map(|text| serde_json::from_str(&text).expect("JSON"));
    for key in ["suppressed", "unread"] {
        let [one, merged] = [&one, &merged].map(|report| &report["summary"][key]);
        assert!(
            one.as_u64() == Some(1) || one.as_array().is_some_and(|of| of.len() == 1),
            "{key}: {one}"
        );
        assert_eq!(one, merged, "{key}");
    }
}

/// A set checked in shards, the parts of which are merged, is told what one check of all tells.
#[test]
fn shards_and_their_parts_make_one_check() {
    let lines =
        std::fs::read_to_string(root().join("tests/data/preamble.jsonl")).expect("the file");
    let lines: Vec<&str> = lines.split_inclusive('\n').collect();
    let shards = [
        lines[..9].concat(),
        lines[9..18].concat(),
        lines[18..].concat() + "{}\n",
    ];
    let files: Vec<(&str, &str)> = ["1.jsonl", "2.jsonl", "3.jsonl"]
        .into_iter()
        .zip(shards.iter().map(String::as_str))
        .collect();
    let repository = Repository::new(&files);
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (code, one, _) = repository.run(&[
        "check", "1.jsonl", "2.jsonl", "3.jsonl", "--format", "concise",
    ]);
    assert_eq!(code, 1);
    let mut said = String::new();
    for name in ["1", "2", "3"] {
        let (file, part) = (format!("{name}.jsonl"), format!("{name}.part"));
        let (_, out, err) =
            repository.run(&["check", &file, "--part", &part, "--format", "concise"]);
        assert_eq!(err, "");
        said += &out;
    }
    let (code, out, _) =
        repository.run(&["merge", "1.part", "2.part", "3.part", "--format", "concise"]);
    assert_eq!(code, 1);
    assert_eq!(sorted(said + &out), sorted(one));
    assert!(
        out.contains("2.jsonl:3:32: warning[missing-preamble] the preamble is mistyped"),
        "{out}"
    );

    let (_, whole, _) = repository.run(&["check", "1.jsonl", "2.jsonl", "3.jsonl", "--quiet"]);
    let (_, merged, _) = repository.run(&["merge", "1.part", "2.part", "3.part", "--quiet"]);
    assert_eq!(whole, merged, "the totals are those of one check");

    let (_, _, _) = repository.run(&["check", "2.jsonl", "--part", "other.part", "--task", "chat"]);
    let (code, _, err) = repository.run(&["merge", "1.part", "other.part"]);
    assert_eq!(
        (code, err.contains("come from different checks")),
        (2, true),
        "{err}"
    );
    let (code, _, err) = repository.run(&["merge", "1.jsonl"]);
    assert_eq!(
        (code, err.contains("1.jsonl is not a part file")),
        (2, true),
        "{err}"
    );
}

/// Nothing that is read is ever written over.
#[test]
fn reports_never_replace_what_is_read() {
    let data = "{\"text_input\":\"a\",\"output\":\"b\"}\n";
    let repository = Repository::new(&[
        ("a.jsonl", data),
        ("tunelint.toml", "fail-on = \"error\"\n"),
    ]);
    for arguments in [
        ["check", "a.jsonl", "--report", "json=a.jsonl"],
        ["check", "a.jsonl", "--report", "json=./a.jsonl"],
        ["check", "a.jsonl", "--report", "json=tunelint.toml"],
        ["check", "a.jsonl", "--part", "a.jsonl"],
    ] {
        let (code, _, said) = repository.run(&arguments);
        assert_eq!(
            (code, said.contains("is an input of this check")),
            (2, true),
            "{said}"
        );
    }
    assert_eq!(repository.read("a.jsonl"), data);
    let two = [
        "check", "a.jsonl", "--report", "json=r", "--report", "sarif=r",
    ];
    let (code, _, said) = repository.run(&two);
    assert_eq!(
        (code, said.contains("two outputs have the same path")),
        (2, true),
        "{said}"
    );
}

/// A file that is compared with, and cannot be read, is told: the check was not whole.
#[test]
fn unreadable_files_of_comparison_are_told() {
    let repository = Repository::new(&[
        ("a.jsonl", "{\"text_input\":\"a\",\"output\":\"b\"}\n"),
        ("bad.jsonl", "{\"text_input\":\"c\",\"output\":\"d\",}\n"),
    ]);
    for option in ["--validation", "--production"] {
        let (code, _, said) = repository.run(&["check", "a.jsonl", option, "bad.jsonl"]);
        assert_eq!(
            (
                code,
                said.contains("1 record of bad.jsonl not compared: unreadable")
            ),
            (2, true),
            "{said}"
        );
    }
    // One file under two names is one source.
    let (_, out, _) = repository.run(&["check", "a.jsonl", "./a.jsonl", "--quiet"]);
    assert!(out.contains("in 1 file"), "{out}");
}

/// `tests/data/letters.json` makes a token of every character.
#[test]
fn a_tokenizer_makes_an_estimate_a_count() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("long.jsonl");
    let line = |letters: usize| {
        let answer = "a".repeat(letters);
        format!(
            "{{\"messages\":[{{\"role\":\"user\",\"content\":\"q\"}},{{\"role\":\"assistant\",\"content\":\"{answer}\"}}]}}\n"
        )
    };
    fs::write(&path, line(32_767) + &line(32_768)).expect("written");
    let path = path.to_str().expect("UTF-8");
    let arguments = [
        "check",
        path,
        "--target",
        "fireworks",
        "--format",
        "concise",
    ];
    let arguments = [
        &arguments[..],
        &["--select", "example-too-long", "--isolated"],
    ]
    .concat();
    let (code, out, _) = outcome(&tunelint(&arguments));
    assert_eq!(
        (code, out.as_str()),
        (0, ""),
        "a word of 32,768 letters is no token each"
    );

    let letters = root().join("tests/data/letters.json");
    let with = ["--tokenizer", letters.to_str().expect("UTF-8")];
    let (code, out, _) = outcome(&tunelint(&[&arguments[..], &with].concat()));
    let said = "2:1: error[example-too-long] example has 32,769 tokens, 1 too many: fireworks truncates it to 32,768 tokens";
    assert!(
        code == 1 && out.lines().count() == 1 && out.contains(said),
        "{out}"
    );
}

/// Names that are data are neither 20,000 findings nor 20,000 lines of an account.
#[test]
fn more_names_than_fields_are_told_together() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("wide.jsonl");
    let names: String = (0..20_000)
        .rev()
        .map(|name| format!(",\"f{name:05}\":1"))
        .collect();
    let record = format!("{{\"text_input\":\"a\",\"output\":\"b\"{names}}}\n");
    fs::write(&path, record).expect("written");
    let path = path.to_str().expect("UTF-8");
    let options = [
        "--select",
        "unknown-field",
        "--isolated",
        "--format",
        "concise",
    ];
    let (_, out, _) = outcome(&tunelint(&[&["check", path][..], &options].concat()));
    assert_eq!(out.lines().count(), 201, "{out}");
    assert!(
        out.contains("those not listed here occur 19,800 times") && out.contains("`f00199`"),
        "{out}"
    );
    let (_, _, said) = outcome(&tunelint(&["convert", path, "-o", "-", "--to", "messages"]));
    assert!(said.contains("lost: other fields, 19,800 times"), "{said}");
}

/// Its vocabulary has no token for what is unknown: such a text is not taken for an empty one.
#[test]
fn what_a_tokenizer_cannot_read_is_estimated() {
    let folder = tempfile::tempdir().expect("a directory");
    let (data, file) = (
        folder.path().join("long.jsonl"),
        folder.path().join("words.json"),
    );
    let answer = "an answer of words ".repeat(20_000);
    let record = format!(
        "{{\"messages\":[{{\"role\":\"user\",\"content\":\"a\"}},{{\"role\":\"assistant\",\"content\":\"{answer}\"}}]}}\n"
    );
    fs::write(&data, record).expect("written");
    let tokenizer = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
        "normalizer":null,"pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"?"}}"#;
    fs::write(&file, tokenizer).expect("written");
    let [data, file] = [data, file].map(|path| path.to_str().expect("UTF-8").to_owned());
    let select = ["--select", "example-too-long", "--isolated"];
    let given = ["--target", "fireworks", "--tokenizer", &file];
    let arguments = [&["check", &data], &given[..], &select].concat();
    let (code, out, _) = outcome(&tunelint(&arguments));
    let says = [
        "warning[example-too-long]",
        "about",
        "can encode all of its text",
    ];
    assert!(
        code == 0 && says.iter().all(|part| out.contains(part)),
        "{out}"
    );
    let (_, out, _) = outcome(&tunelint(&[&["stats", &data], &given[..]].concat()));
    assert!(
        out.contains("texts outside its vocabulary are estimated"),
        "{out}"
    );
}

#[test]
fn personal_data_is_shown_on_request_and_secrets_never() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.jsonl");
    let key = format!("ghp_{}", "a1B2c3D4e5F6".repeat(3));
    let line =
        format!("{{\"text_input\":\"write to jo@posteo.net with {key}\",\"output\":\"\"}}\n");
    fs::write(&path, line).expect("written");
    let path = path.to_str().expect("UTF-8");
    let rules = "personal-data,secret,empty-output";
    let arguments = [
        "check",
        path,
        "--select",
        rules,
        "--isolated",
        "--color",
        "never",
    ];
    let (_, out, _) = outcome(&tunelint(&arguments));
    assert!(
        !out.contains("posteo") && out.contains("personal-data"),
        "{out}"
    );
    let (_, out, _) = outcome(&tunelint(&[&arguments[..], &["--show-values"]].concat()));
    assert!(
        out.contains("jo@posteo.net") && !out.contains("a1B2c3"),
        "{out}"
    );
}

/// A few cut characters among good lines do not make a file one in another encoding.
#[test]
fn damaged_lines_do_not_hide_the_others() {
    let folder = tempfile::tempdir().expect("a directory");
    let line = |index: usize, text: &[u8]| {
        let head = format!("{{\"text_input\":\"Question {index}\",\"output\":\"");
        [head.as_bytes(), text, b"\"}\n"].concat()
    };
    let found = |name: &str, lines: Vec<u8>, more: &[&str]| {
        let path = folder.path().join(name);
        fs::write(&path, lines).expect("written");
        let path = path.to_str().expect("UTF-8");
        let options = ["check", path, "--isolated", "--format", "concise"];
        let (_, out, _) = outcome(&tunelint(&[&options[..], more].concat()));
        let count = |rule: &str| out.lines().filter(|line| line.contains(rule)).count();
        [count("[invalid-utf8]"), count("[wrong-encoding]")]
    };
    let cut = |index| {
        if index % 50 == 7 {
            b"it\xe2\x80".as_slice()
        } else {
            b"fine"
        }
    };
    let damaged = (0..200).flat_map(|index| line(index, cut(index))).collect();
    assert_eq!(found("damaged.jsonl", damaged, &[]), [4, 0]);
    let western: Vec<u8> = (0..20).flat_map(|index| line(index, b"caf\xe9")).collect();
    assert_eq!(found("western.jsonl", western.clone(), &[]), [0, 1]);
    let named = ["--encoding", "utf-8"];
    // Every record has it, so that it is one finding.
    assert_eq!(found("named.jsonl", western, &named), [1, 0]);
}

/// What JSON escapes is hidden as what it means, with the report that shows most.
#[test]
fn escapes_do_not_uncover_a_secret() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.jsonl");
    let lines = [
        r#"{"prompt":"ask jo@posteo.net","completion":"psql postgres:\/\/shop:Zw1ebel-7@db.internal.com\/orders or jo@posteo.net"}"#,
        r#"{"prompt":"token","completion":"ghp\u005fA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 "}"#,
        r#"{"prompt":"token ","completion":"https://bob:S3cretPassw0rd@posteo.net "}"#,
    ];
    fs::write(&path, lines.join("\n")).expect("written");
    for format in FORMATS {
        let (_, out, _) = outcome(&tunelint(&[
            "check",
            path.to_str().expect("UTF-8"),
            "--isolated",
            "--extend-select",
            "personal-data",
            "--show-values",
            "--format",
            format,
        ]));
        for secret in ["Zw1ebel-7", "A1b2C3d4", "S3cretPassw0rd"] {
            assert!(!out.contains(secret), "{out}");
        }
        assert!(format != "human" || out.contains("jo@posteo.net"), "{out}");
    }
}

/// A renamed file would replace a device. A pipe stands for one: it is there for whoever reads it.
#[cfg(unix)]
#[test]
fn devices_are_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().expect("a directory");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    let name = pipe.to_str().expect("UTF-8");
    let data = root().join("tests/data/next-number.csv");
    let data = data.to_str().expect("UTF-8");
    let report = format!("json={name}");
    let commands: [&[&str]; 4] = [
        &["check", data, "--isolated", "--report", &report],
        &["check", data, "--isolated", "--part", name],
        &[
            "convert", data, "-o", name, "--as", "jsonl", "--to", "pairs",
        ],
        &["baseline", "create", data, "--isolated", "--baseline", name],
    ];
    for arguments in commands {
        let path = pipe.clone();
        let reader = std::thread::spawn(move || fs::read(path).map(|bytes| bytes.len()));
        let (code, _, said) = outcome(&tunelint(arguments));
        let is_pipe = fs::metadata(&pipe).is_ok_and(|meta| meta.file_type().is_fifo());
        assert!(is_pipe, "{arguments:?} replaced it");
        if code == 2 {
            // Nobody wrote: let the reader go.
            drop(fs::OpenOptions::new().write(true).open(&pipe));
        }
        let read = reader.join().expect("it ends").expect("it reads");
        assert!(code == 2 || read > 0, "{arguments:?}: {said}");
    }
}

/// The commands that the output in a transcript suggests, as they are printed.
fn suggestions(transcript: &str) -> BTreeSet<String> {
    let blocks = transcript.split("```").skip(1).step_by(2);
    let outputs = blocks.flat_map(|block| block.lines().skip(1));
    let outputs = outputs.filter(|line| !line.starts_with("$ ") && !line.starts_with("? "));
    let mut found = BTreeSet::new();
    for line in outputs {
        let quoted = line.split('`').skip(1).step_by(2);
        let alone = std::iter::once(line.trim());
        let commands = quoted.chain(alone);
        found.extend(
            commands
                .filter(|text| text.starts_with("tunelint convert "))
                .map(str::to_owned),
        );
    }
    found
}

#[test]
fn every_suggested_conversion_works_as_printed() {
    let cases = fs::read_dir(root().join("tests/cases")).expect("a folder");
    let cases = cases.map(|entry| entry.expect("an entry").path());
    let cases = cases.filter(|path| path.extension().is_some_and(|of| of == "trycmd"));
    let mut tried = 0;
    for case in cases {
        let commands = suggestions(&fs::read_to_string(&case).expect("a transcript"));
        // Examples in the help are about files that a user may have.
        let is_help = case.file_stem().is_some_and(|stem| stem == "help");
        for command in commands.iter().filter(|_| !is_help) {
            let folder = tempfile::tempdir().expect("a folder");
            for name in ["tests", "examples"] {
                std::os::unix::fs::symlink(root().join(name), folder.path().join(name))
                    .expect("a link");
            }
            let own = case.with_extension("in");
            let files = own.is_dir().then(|| files_below(&own, None));
            for file in files.unwrap_or_default() {
                let name = file.strip_prefix(&own).expect("inside");
                let copy = folder.path().join(name);
                fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
                fs::copy(&file, copy).expect("a copy");
            }
            let run = command.replacen("tunelint", env!("CARGO_BIN_EXE_tunelint"), 1);
            let run = Command::new("sh")
                .args(["-c", &run])
                .current_dir(folder.path())
                .output()
                .expect("a shell");
            let said = String::from_utf8_lossy(&run.stderr);
            assert!(
                run.status.success(),
                "{}: {command}: {said}",
                case.display()
            );
            tried += 1;
        }
    }
    assert!(tried >= 5, "only {tried} suggestions");
}

#[test]
fn stats_quote_the_guide_where_it_applies() {
    let folder = tempfile::tempdir().expect("a directory");
    let stats = |name: &str, outputs: &dyn Fn(u32) -> String| {
        let path = folder.path().join(name);
        let line = |n| serde_json::json!({"text_input": format!("item {n}"), "output": outputs(n)});
        let lines: Vec<String> = (0..120).map(|n| format!("{}\n", line(n))).collect();
        fs::write(&path, lines.concat()).expect("written");
        let path = path.to_str().expect("a plain path");
        let options = ["stats", path, "--target", "gemini-api", "--width", "200"];
        outcome(&tunelint(&options)).1
    };
    let json = stats("json.jsonl", &|n| format!("{{\"n\": {n}}}"));
    let quote = "“JSON mode is not supported with tuned models.”";
    assert!(json.contains(quote), "{json}");
    let plain = stats("plain.jsonl", &|n| format!("the number {n}"));
    assert!(!plain.contains("Guidance"), "{plain}");
}

#[test]
fn stats_lists_labels_worth_a_second_look() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("train.csv");
    let line = |n| match n {
        // Two lines in one cell: the line is not the record.
        0 => "\"My parcel\nhas not come\",delivery\n".to_owned(),
        1_077 => "My parcel has not come this week,account\n".to_owned(),
        n if n % 2 == 0 => format!("My parcel {n} has not come,delivery\n"),
        n => format!("I forgot password number {n},account\n"),
    };
    let lines: String = (0..1_200).map(line).collect();
    fs::write(&path, format!("input,output\n{lines}")).expect("written");
    let path = path.to_str().expect("a plain path");
    let stats = |format| outcome(&tunelint(&["stats", path, "--format", format])).1;
    let json: serde_json::Value = serde_json::from_str(&stats("json")).expect("JSON");
    let found = &json["sources"][0]["surprising_labels"];
    let expected = serde_json::json!([
        {"record": 1078, "line": 1080, "label": "account", "suggested": "delivery"}
    ]);
    assert_eq!(found, &expected);
    let human = stats("human");
    let row = "record 1078, line 1080: `account`, similar inputs have `delivery`";
    assert!(human.contains(row), "{human}");
    assert!(stats("markdown").contains("| 1078 | 1080 | account | delivery |"));
    let html = stats("html");
    assert!(html.contains("<td>account</td><td>delivery</td>"), "{html}");
}

#[test]
fn timings_are_printed_beside_the_report() {
    let arguments = ["check", "examples/tickets.csv", "--isolated"];
    let (code, report, _) = outcome(&tunelint(&arguments));
    let timed = tunelint(&[&arguments[..], &["--timings"]].concat());
    let (timed_code, timed_report, timings) = outcome(&timed);
    assert_eq!((timed_code, timed_report), (code, report));
    assert!(
        timings.starts_with("timings, summed over all threads:\n"),
        "{timings}"
    );
    assert!(timings.ends_with(" 100.0%  in all\n"), "{timings}");
    let parts = timings.lines().filter_map(|line| line.split("%  ").nth(1));
    let rules = parts.filter(|part| REGISTRY.iter().any(|rule| rule.meta.name == *part));
    assert!(rules.count() > 5, "{timings}");
}

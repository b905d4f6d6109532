//! Conversions: nothing is lost in silence, nothing is half written, strings stay strings.

use std::fs;
use std::path::Path;

use crate::running::{outcome, root, tunelint};

/// A directory for one test's files.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Runs `convert`, and returns its exit code and what it said.
fn convert(from: &Path, to: &Path, more: &[&str]) -> (i32, String) {
    let (code, _, said) = outcome(&tunelint(
        &[&["convert", text(from), "-o", text(to)], more].concat(),
    ));
    (code, said)
}

fn data(name: &str) -> std::path::PathBuf {
    root().join("tests/data").join(name)
}

const REST: [&str; 12] = [
    "--as",
    "rest",
    "--display-name",
    "next number",
    "--base-model",
    "models/gemini-1.5-flash-001-tuning",
    "--epochs",
    "5",
    "--batch-size",
    "4",
    "--learning-rate",
    "0.001",
];

#[test]
fn the_next_number_list_is_the_same_in_every_container() {
    let folder = directory();
    let forms = ["csv", "jsonl", "json", "rest.json"];
    for from in forms {
        for to in forms {
            let out = folder.path().join(format!("{from}.{to}"));
            let more: &[&str] = if to == "rest.json" { &REST } else { &[] };
            let (code, said) = convert(&data(&format!("next-number.{from}")), &out, more);
            assert_eq!(
                (code, said.as_str()),
                (0, "read 15 = written 15 + rejected 0\n"),
                "{from} to {to}"
            );
            let wanted = fs::read(data(&format!("next-number.{to}"))).expect("a file");
            assert_eq!(fs::read(&out).expect("a file"), wanted, "{from} to {to}");
        }
    }
}

#[test]
fn every_layout_goes_to_every_other_and_back() {
    let folder = directory();
    let own = [
        ("pairs", "clean-pairs.jsonl"),
        ("prompt-completion", "clean-prompt-completion.jsonl"),
        ("alpaca", "clean-alpaca.json"),
        ("messages", "clean-messages.jsonl"),
        ("contents", "clean-contents.jsonl"),
        ("sharegpt", "clean-sharegpt.json"),
        ("palm", "clean-palm.jsonl"),
    ];
    for (layout, file) in own {
        let plain = folder.path().join(format!("{layout}.jsonl"));
        assert_eq!(
            convert(&data(file), &plain, &["--to", layout]).0,
            0,
            "{layout} to itself"
        );
        for (other, _) in own {
            let there = folder.path().join(format!("{layout}-{other}.jsonl"));
            let (code, said) = convert(&data(file), &there, &["--to", other]);
            if code == 1 {
                // A conversation does not fit where there is room for one prompt and its answer.
                let flat = ["pairs", "prompt-completion", "palm"].contains(&other);
                assert!(
                    flat && said.contains("error[unconvertible] conversation with"),
                    "{said}"
                );
                continue;
            }
            assert_eq!(code, 0, "{layout} to {other}: {said}");
            let back = folder.path().join(format!("{layout}-{other}-back.jsonl"));
            let (code, said_back) = convert(&there, &back, &["--from", other, "--to", layout]);
            assert_eq!(code, 0, "{layout} to {other} and back: {said_back}");
            // A system text that had to be put before the input does not come apart again.
            let holds_system = ["messages", "contents", "sharegpt", "alpaca"].contains(&other);
            let has_system = fs::read_to_string(&plain)
                .expect("a file")
                .contains("ystem");
            // Alpaca keeps instruction and input apart; elsewhere they are one text.
            if (holds_system || !has_system) && layout != "alpaca" {
                assert_eq!(
                    fs::read(&back).expect("a file"),
                    fs::read(&plain).expect("a file"),
                    "{layout} to {other} and back"
                );
            }
        }
    }
}

#[test]
fn a_table_says_what_it_has_no_column_for() {
    let folder = directory();
    let of = |name: &str, line: &str, to: &str| {
        let from = folder.path().join("from.jsonl");
        let out = folder.path().join(name);
        fs::write(&from, format!("{line}\n")).expect("written");
        let (code, said) = convert(&from, &out, &["--to", to]);
        (code, said, fs::read_to_string(out).unwrap_or_default())
    };
    let line = r#"{"instruction":"i","input":"x","output":"o","history":[["a","b"]]}"#;
    let (code, said, table) = of("history.csv", line, "alpaca");
    assert_eq!(
        (code, table.as_str()),
        (0, "instruction,input,output,system\ni,x,o,\n")
    );
    assert!(said.starts_with("lost: field `history`, 1 time"), "{said}");

    let line = r#"{"prompt":"a","completion":"b","weight":2}"#;
    let (code, said, table) = of("weight.csv", line, "prompt-completion");
    assert_eq!((code, table.as_str()), (0, "prompt,completion\na,b\n"));
    assert!(said.starts_with("lost: field `weight`, 1 time"), "{said}");

    let line = r#"{"text":"good film","label":"pos"}"#;
    let (code, said, table) = of("labels.csv", line, "classifier");
    assert_eq!(
        (code, said.as_str()),
        (0, "read 1 = written 1 + rejected 0\n")
    );
    assert_eq!(table, "text,label\ngood film,pos\n");

    let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"labels":{"tone":"c"}}"#;
    let (code, said, table) = of("chats.csv", line, "classifier");
    assert_eq!((code, table.as_str()), (1, ""));
    assert!(
        said.contains("a table cannot hold `messages` and `labels`"),
        "{said}"
    );
}

#[test]
fn cells_stay_strings_and_escapes_stay_as_written() {
    let folder = directory();
    let from = folder.path().join("in.csv");
    fs::write(
        &from,
        "input,output\n007,1e5\nNA,true\n\"a \"\"b\"\"\r\nc\",-0\n",
    )
    .expect("written");
    let to = folder.path().join("out.jsonl");
    assert_eq!(convert(&from, &to, &["--to", "pairs"]).0, 0);
    let wanted = "{\"text_input\":\"007\",\"output\":\"1e5\"}\n{\"text_input\":\"NA\",\"output\":\"true\"}\n{\"text_input\":\"a \\\"b\\\"\\r\\nc\",\"output\":\"-0\"}\n";
    assert_eq!(fs::read_to_string(&to).expect("a file"), wanted);

    let from = folder.path().join("in.jsonl");
    let line = "{\"text_input\":\"\\u00e9\\/\\ud83d\\ude00\",\"output\":\"x\",\"id\":1.10e+2}\n";
    fs::write(&from, line).expect("written");
    let kept = folder.path().join("kept.jsonl");
    let (code, said) = convert(&from, &kept, &["--keep-extra"]);
    assert_eq!(
        (code, said.as_str()),
        (0, "read 1 = written 1 + rejected 0\n")
    );
    assert_eq!(fs::read_to_string(&kept).expect("a file"), line);
    let lost = folder.path().join("lost.jsonl");
    let (code, said) = convert(&from, &lost, &[]);
    assert!(
        code == 0 && said.starts_with("lost: field `id`, 1 time, first at "),
        "{said}"
    );
    let strict = folder.path().join("strict.jsonl");
    assert_eq!(convert(&from, &strict, &["--strict"]).0, 1);
    assert!(!strict.exists());
}

#[test]
fn what_cannot_be_converted_stops_it_or_is_put_aside() {
    let folder = directory();
    let out = folder.path().join("out.jsonl");
    let (code, said) = convert(&root().join("examples/tickets.csv"), &out, &[]);
    assert_eq!(code, 1);
    assert!(
        said.contains("nothing was written: 3 records cannot be converted") && !out.exists(),
        "{said}"
    );
    assert!(said.ends_with("read 32 = written 0 + rejected 32\n"));

    let rejects = folder.path().join("rejects.csv");
    let (code, said) = convert(
        &root().join("examples/tickets.csv"),
        &out,
        &["--rejects", text(&rejects)],
    );
    assert_eq!(code, 1);
    assert!(
        said.ends_with("read 32 = written 29 + rejected 3\n"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(&out).expect("a file").lines().count(),
        29
    );
    let put_aside = fs::read(&rejects).expect("a file");
    let source = fs::read(root().join("examples/tickets.csv")).expect("a file");
    for line in source
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"Does the H4 fit"))
    {
        assert!(
            put_aside.windows(line.len()).any(|part| part == line),
            "the record stands there verbatim"
        );
    }
    assert!(put_aside.starts_with(b"tunelint_reason,question,answer\n"));
}

#[test]
fn no_file_is_written_over_or_half_written() {
    let folder = directory();
    let out = folder.path().join("out.jsonl");
    fs::write(&out, "old\n").expect("written");
    let from = data("next-number.csv");
    let (code, said) = convert(&from, &out, &["--to", "pairs"]);
    assert!(code == 2 && said.contains("already exists"), "{said}");
    assert_eq!(fs::read_to_string(&out).expect("a file"), "old\n");
    assert_eq!(convert(&from, &out, &["--check"]).0, 1);
    assert_eq!(convert(&from, &out, &["--force"]).0, 0);
    assert_eq!(convert(&from, &out, &["--check"]).0, 0);

    let own = folder.path().join("own.csv");
    fs::copy(&from, &own).expect("copied");
    let (code, said) = convert(&own, &own, &["--force"]);
    assert!(
        code == 2 && said.contains("is both input and output"),
        "{said}"
    );
    std::os::unix::fs::symlink(&own, folder.path().join("link.csv")).expect("linked");
    assert_eq!(
        convert(&own, &folder.path().join("link.csv"), &["--force"]).0,
        2
    );
    assert_eq!(
        convert(&from, &folder.path().join("missing/out.jsonl"), &[]).0,
        2
    );
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(names.len(), 3, "no temporary file is left: {names:?}");
}

#[test]
fn a_full_disk_is_told() {
    if !Path::new("/dev/full").exists() {
        println!("SKIPPED: there is no /dev/full");
        return;
    }
    let (code, said) = convert(
        &data("next-number.csv"),
        Path::new("/dev/full"),
        &["--as", "jsonl"],
    );
    assert!(code == 2 && said.contains("no space left"), "{code} {said}");
}

#[test]
fn templates_and_preambles_build_the_input() {
    let folder = directory();
    let from = folder.path().join("in.csv");
    fs::write(&from, "question,context,answer\nWho?,Ann and Bob,Ann\n").expect("written");
    let out = folder.path().join("out.jsonl");
    let template = r"question: {question}\ncontext: {context}";
    let (code, said) = convert(
        &from,
        &out,
        &[
            "--input-template",
            template,
            "--output",
            "answer",
            "--preamble",
            "Answer.\n",
            "--to",
            "pairs",
        ],
    );
    assert_eq!(code, 0, "{said}");
    let wanted =
        "{\"text_input\":\"Answer.\\nquestion: Who?\\ncontext: Ann and Bob\",\"output\":\"Ann\"}\n";
    assert_eq!(fs::read_to_string(&out).expect("a file"), wanted);
    let (code, said) = convert(
        &from,
        &out,
        &[
            "--force",
            "--input-template",
            "{qestion}",
            "--output",
            "answer",
        ],
    );
    assert!(
        code == 2
            && said.contains("unknown column `qestion`")
            && said.contains("did you mean `question`?"),
        "{said}"
    );
}

#[test]
fn conversations_are_cut_as_asked() {
    let folder = directory();
    let from = folder.path().join("in.jsonl");
    let turns = r#"{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}"#;
    fs::write(&from, format!("{turns}\n")).expect("written");
    let out = folder.path().join("out.jsonl");
    assert_eq!(convert(&from, &out, &["--to", "pairs"]).0, 1);
    assert_eq!(
        convert(&from, &out, &["--to", "pairs", "--turns", "last"]).0,
        0
    );
    let last = r#"{"text_input":"S\n\nUser: a\nModel: b\nUser: c","output":"d"}"#;
    assert_eq!(
        fs::read_to_string(&out).expect("a file"),
        format!("{last}\n")
    );
    let (code, said) = convert(
        &from,
        &out,
        &["--to", "pairs", "--turns", "each", "--force"],
    );
    assert!(
        code == 0 && said.contains("1 record split into 2 examples"),
        "{said}"
    );
    let first = r#"{"text_input":"S\n\na","output":"b"}"#;
    assert_eq!(
        fs::read_to_string(&out).expect("a file"),
        format!("{first}\n{last}\n")
    );
}

#[test]
fn request_bodies_are_checked_against_the_profile() {
    let folder = directory();
    let refused = |more: &[&str], why: &str| {
        let out = folder.path().join("body.json");
        let (code, said) = convert(
            &data("next-number.csv"),
            &out,
            &[&["--as", "rest"], more].concat(),
        );
        assert!(
            code == 2 && said.contains(why) && !out.exists(),
            "{more:?}: {code} {said}"
        );
    };
    refused(
        &[
            "--learning-rate",
            "0.001",
            "--learning-rate-multiplier",
            "2",
        ],
        "cannot be used together",
    );
    refused(&["--epochs", "2.5"], "expected an integer");
    refused(&["--learning-rate", "fast"], "not a number");
    refused(&["--display-name", &"n".repeat(41)], "41 characters");
    refused(
        &["--to", "messages"],
        "a request body needs the layout `pairs`",
    );
}

#[test]
fn packed_files_are_read() {
    use std::io::Write;
    let folder = directory();
    let from = folder.path().join("in.jsonl.gz");
    let mut packed = flate2::write::GzEncoder::new(
        fs::File::create(&from).expect("created"),
        flate2::Compression::fast(),
    );
    packed
        .write_all(&fs::read(data("next-number.jsonl")).expect("a file"))
        .expect("written");
    packed.finish().expect("finished");
    let out = folder.path().join("out.csv");
    assert_eq!(convert(&from, &out, &[]).0, 0);
    assert_eq!(
        fs::read(&out).expect("a file"),
        fs::read(data("next-number.csv")).expect("a file")
    );
}

#[test]
fn naughty_strings_survive() {
    let Some(folder) = crate::running::shared("corpora/blns") else {
        return;
    };
    let naughty: Vec<String> =
        serde_json::from_slice(&fs::read(folder.join("blns.json")).expect("a file")).expect("JSON");
    let work = directory();
    let lines: String = naughty
        .iter()
        .map(|text| {
            format!(
                "{{\"text_input\":{},\"output\":\"x\"}}\n",
                serde_json::Value::from(text.as_str())
            )
        })
        .collect();
    let paths =
        ["a.jsonl", "b.csv", "c.tsv", "d.json", "e.jsonl"].map(|name| work.path().join(name));
    fs::write(&paths[0], &lines).expect("written");
    for pair in paths.windows(2) {
        let (code, said) = convert(&pair[0], &pair[1], &[]);
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!(fs::read_to_string(&paths[4]).expect("a file"), lines);
}

/// Interrupted while it writes: the old file stands, and nothing else is left.
#[test]
fn an_interrupted_conversion_leaves_the_old_file() {
    use std::io::Write;
    let folder = directory();
    let out = folder.path().join("out.jsonl");
    fs::write(&out, "old\n").expect("written");
    let arguments = [
        "convert",
        "-",
        "-o",
        text(&out),
        "--container",
        "jsonl",
        "--rejects",
    ];
    let rejects = folder.path().join("rejects");
    for signal in ["INT", "TERM"] {
        let pipe = folder.path().join("pipe.jsonl");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .is_ok_and(|status| status.success());
        assert!(made, "a pipe");
        let mut more = arguments.to_vec();
        more[1] = text(&pipe);
        more.extend([text(&rejects), "--force", "--from", "pairs"]);
        let mut child = crate::running::command(&more)
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        let mut writer = fs::File::options()
            .write(true)
            .open(&pipe)
            .expect("it reads");
        let line = "{\"text_input\":\"a\",\"output\":\"b\"}\n".repeat(60_000);
        writer.write_all(line.as_bytes()).expect("it reads");
        let is_temporary =
            |entry: &fs::DirEntry| entry.file_name().to_string_lossy().ends_with(".tmp");
        let temporaries = || {
            fs::read_dir(folder.path())
                .expect("a folder")
                .flatten()
                .filter(is_temporary)
                .count()
        };
        while temporaries() == 0 {
            std::thread::yield_now();
        }
        let killed = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(killed.is_ok_and(|status| status.success()));
        let status = child.wait().expect("it ends");
        drop(writer);
        assert_eq!(status.code(), Some(if signal == "INT" { 130 } else { 143 }));
        assert_eq!(temporaries(), 0);
        assert_eq!(fs::read_to_string(&out).expect("a file"), "old\n");
        fs::remove_file(&pipe).expect("removed");
    }
}

#[test]
fn a_written_request_passes_the_check() {
    let folder = directory();
    let checked = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let (code, said) = convert(&data("next-number.csv"), &out, more);
        assert_eq!(code, 0, "{said}");
        let options = ["check", text(&out), "--target", "gemini-api"];
        let (code, report, _) = outcome(&tunelint(&options));
        (code, said, report)
    };
    let (code, said, report) = checked("whole.json", &REST);
    assert_eq!(code, 0, "{report}");
    assert!(!said.contains("base_model"), "{said}");
    let (code, said, report) = checked("bare.json", &["--as", "rest"]);
    assert!(
        said.contains("no base_model: gemini-api rejects the request"),
        "{said}"
    );
    assert!(code == 1 && report.contains("no `base_model`"), "{report}");
}

#[test]
fn documented_defaults_are_written_where_nothing_is_given() {
    let folder = directory();
    let body = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let options = [&["--as", "rest", "--defaults"], more].concat();
        let (code, said) = convert(&data("next-number.csv"), &out, &options);
        assert_eq!(code, 0, "{said}");
        let body = fs::read_to_string(&out).expect("a file");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        (body["tuning_task"]["hyperparameters"].to_string(), said)
    };
    let (settings, said) = body("all.json", &[]);
    assert_eq!(
        settings,
        r#"{"batch_size":4,"epoch_count":5,"learning_rate":0.001}"#
    );
    assert!(
        said.starts_with(
            "defaults of gemini-api: epoch_count 5, batch_size 4 (the service's default is 4 or 16, depending on the number of examples), learning_rate 0.001 (the service's default is"
        ),
        "{said}"
    );
    // What is typed counts, and rules out what excludes it.
    let (settings, said) = body(
        "typed.json",
        &["--epochs", "3", "--learning-rate-multiplier", "2"],
    );
    assert_eq!(
        settings,
        r#"{"batch_size":4,"epoch_count":3,"learning_rate_multiplier":2}"#
    );
    assert!(
        said.starts_with("defaults of gemini-api: batch_size 4 (the service's default is"),
        "{said}"
    );
    let (code, said) = convert(
        &data("next-number.csv"),
        &folder.path().join("out.jsonl"),
        &["--defaults"],
    );
    assert!(code == 2 && said.contains("add `--as rest`"), "{said}");
}

fn write(folder: &tempfile::TempDir, name: &str, lines: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, lines).expect("written");
    path
}

#[test]
fn several_files_and_folders_make_one_output() {
    let folder = directory();
    fs::create_dir(folder.path().join("more")).expect("a folder");
    let first = write(&folder, "a.csv", "text_input,output\n1,one\n");
    write(
        &folder,
        "more/c.jsonl",
        "{\"text_input\":\"3\",\"output\":\"three\"}\n",
    );
    write(
        &folder,
        "more/b.jsonl",
        "{\"text_input\":\"2\",\"output\":\"two\"}\n",
    );
    let out = folder.path().join("all.jsonl");
    let more = folder.path().join("more");
    let (code, _, said) = outcome(&tunelint(&[
        "convert",
        text(&first),
        text(&more),
        "-o",
        text(&out),
    ]));
    assert_eq!(
        (code, said.as_str()),
        (0, "read 3 = written 3 + rejected 0\n")
    );
    let lines = "{\"text_input\":\"1\",\"output\":\"one\"}\n{\"text_input\":\"2\",\"output\":\"two\"}\n{\"text_input\":\"3\",\"output\":\"three\"}\n";
    assert_eq!(fs::read_to_string(&out).expect("a file"), lines);
}

#[test]
fn an_empty_file_among_others_changes_nothing() {
    let folder = directory();
    let empty = write(&folder, "a.jsonl", "");
    let pair = write(
        &folder,
        "b.jsonl",
        "{\"text_input\":\"1\",\"output\":\"one\"}\n",
    );
    let out = folder.path().join("all.jsonl");
    let run = ["convert", text(&empty), text(&pair), "-o", text(&out)];
    let (code, _, said) = outcome(&tunelint(&run));
    assert_eq!(code, 0, "{said}");
    assert!(
        said.ends_with("read 1 = written 1 + rejected 0\n"),
        "{said}"
    );
}

#[test]
fn files_of_two_layouts_need_one_layout_to_write() {
    let folder = directory();
    let pairs = write(
        &folder,
        "a.jsonl",
        "{\"text_input\":\"1\",\"output\":\"one\"}\n",
    );
    let alpaca = write(
        &folder,
        "b.jsonl",
        "{\"instruction\":\"2\",\"output\":\"two\"}\n",
    );
    let out = folder.path().join("all.jsonl");
    let run = ["convert", text(&pairs), text(&alpaca), "-o", text(&out)];
    // This target takes both.
    let (code, _, said) = outcome(&tunelint(&[&run[..], &["--target", "ms-swift"]].concat()));
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("b.jsonl as `alpaca` do not fit in one file"),
        "{said}"
    );
    assert!(!out.exists());
    let (code, _, said) = outcome(&tunelint(&run));
    assert_eq!(
        (code, said.as_str()),
        (0, "read 2 = written 2 + rejected 0\n")
    );
}

#[test]
fn the_report_names_the_file_of_each_loss() {
    let folder = directory();
    let first = write(
        &folder,
        "a.jsonl",
        "{\"text_input\":\"1\",\"output\":\"one\"}\n",
    );
    let second = write(
        &folder,
        "b.jsonl",
        "{\"text_input\":\"2\",\"output\":\"two\",\"id\":7}\n",
    );
    let out = folder.path().join("all.jsonl");
    let run = ["convert", text(&first), text(&second), "-o", text(&out)];
    let (_, _, said) = outcome(&tunelint(&run));
    assert!(
        said.contains("lost: field `id`, 1 time, first at ") && said.contains("b.jsonl:1:39\n"),
        "{said}"
    );
}

#[test]
fn a_shuffled_output_has_the_same_examples_in_an_order_of_the_seed() {
    let folder = directory();
    let lines: Vec<String> = (0..200)
        .map(|n| format!("{{\"text_input\":\"{n}\",\"output\":\"n{n}\"}}\n"))
        .collect();
    let from = write(&folder, "from.jsonl", &lines.concat());
    let shuffled = |name: &str, options: &[&str]| {
        let out = folder.path().join(name);
        let (code, said) = convert(&from, &out, options);
        assert_eq!(code, 0, "{said}");
        let text = fs::read_to_string(&out).expect("a file");
        text.lines()
            .map(|line| format!("{line}\n"))
            .collect::<Vec<_>>()
    };
    let one = shuffled("1.jsonl", &["--shuffle", "1"]);
    let same = shuffled("2.jsonl", &["--shuffle", "1", "--threads", "2"]);
    let other = shuffled("3.jsonl", &["--shuffle", "2"]);
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_ne!(one, lines);
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    assert_eq!(sorted(one), sorted(lines.clone()));
    assert_eq!(sorted(other), sorted(lines));
}

#[test]
fn compressed_outputs_are_read_back() {
    let folder = directory();
    for name in ["out.jsonl.gz", "out.csv.zst", "out.json.gz"] {
        let out = folder.path().join(name);
        let from = data("next-number.jsonl");
        let (code, said) = convert(&from, &out, &[]);
        assert_eq!(code, 0, "{said}");
        let start = fs::read(&out).expect("a file");
        assert!(start.starts_with(&[0x1f, 0x8b]) || start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        let back = folder.path().join(format!("{name}.jsonl"));
        assert_eq!(convert(&out, &back, &[]).0, 0);
        assert_eq!(
            fs::read(&back).expect("a file"),
            fs::read(&from).expect("a file")
        );
        assert_eq!(convert(&from, &out, &["--check"]).0, 0);
    }
}

/// The conversion of `line` to `to` with `options`: its exit code, what it said and what it wrote.
fn converted(line: &str, to: &str, options: &[&str]) -> (i32, String, Option<String>) {
    let folder = directory();
    let from = write(&folder, "from.jsonl", line);
    let out = folder.path().join("out.jsonl");
    let (code, said) = convert(&from, &out, &[&["--to", to], options].concat());
    (code, said, fs::read_to_string(&out).ok())
}

const CALL_AT_THE_END: &str = r#"{"messages":[{"role":"user","content":"Weather in Bonn?"},{"role":"assistant","content":null,"tool_calls":[{"id":"call00001","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}]}]}"#;

#[test]
fn a_tool_call_never_becomes_an_empty_response() {
    for layout in [
        "pairs",
        "prompt-completion",
        "alpaca",
        "cohere",
        "nemo",
        "segments",
        "anthropic-messages",
    ] {
        for turns in ["reject", "last", "each"] {
            let (code, said, written) = converted(CALL_AT_THE_END, layout, &["--turns", turns]);
            assert_eq!(code, 1, "{layout} {turns}: {written:?}");
            assert!(
                said.contains("response is a tool call") && written.is_none(),
                "{layout}: {said}"
            );
        }
    }
    for layout in ["messages", "sharegpt", "contents", "bedrock-converse"] {
        assert_eq!(converted(CALL_AT_THE_END, layout, &[]).0, 0, "{layout}");
    }
}

const SKIPPED_RESPONSE: &str = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"wrong","weight":0},{"role":"user","content":"b"},{"role":"assistant","content":"right"}]}"#;

#[test]
fn a_response_excluded_from_training_is_not_trained_on() {
    for (layout, turns) in [
        ("pairs", "each"),
        ("sharegpt", "reject"),
        ("contents", "reject"),
    ] {
        let (code, said, written) = converted(SKIPPED_RESPONSE, layout, &["--turns", turns]);
        assert_eq!(code, 1, "{layout}: {written:?}");
        assert!(said.contains("response excluded from training"), "{said}");
    }
    let (code, said, written) = converted(SKIPPED_RESPONSE, "pairs", &["--turns", "last"]);
    assert_eq!(code, 0, "{said}");
    assert!(written.is_some_and(|text| text.contains("\"output\":\"right\"")));
    assert_eq!(converted(SKIPPED_RESPONSE, "messages", &[]).0, 0);
}

#[test]
fn plain_text_is_no_conversation() {
    let line = r#"{"text":"Bonn lies on the Rhine."}"#;
    for layout in ["messages", "contents", "sharegpt", "pairs"] {
        let (code, said, _) = converted(line, layout, &[]);
        assert_eq!(code, 1, "{layout}");
        assert!(
            said.contains(&format!("no prompt: `{layout}` requires one")),
            "{said}"
        );
    }
}

#[test]
fn a_preamble_is_not_put_before_itself() {
    let line = "{\"text_input\":\"Answer briefly. 2 + 2\",\"output\":\"4\"}\n{\"text_input\":\"1 + 1\",\"output\":\"2\"}\n";
    let (code, said, written) = converted(line, "pairs", &["--preamble", "Answer briefly. "]);
    assert_eq!(code, 0);
    assert!(
        said.contains("kept: preamble of the input, 1 time, first at "),
        "{said}"
    );
    let expected = "{\"text_input\":\"Answer briefly. 2 + 2\",\"output\":\"4\"}\n{\"text_input\":\"Answer briefly. 1 + 1\",\"output\":\"2\"}\n";
    assert_eq!(written.as_deref(), Some(expected));
}

#[test]
fn a_system_prompt_is_given_to_examples_without_one() {
    let line = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n{\"messages\":[{\"role\":\"system\",\"content\":\"own\"},{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
    let (code, said, written) = converted(line, "messages", &["--system-prompt", "Be brief."]);
    assert_eq!(code, 0);
    assert!(
        said.contains("kept: system prompt of the record, 1 time, first at "),
        "{said}"
    );
    let expected = line.replacen(
        "[{\"role\":\"user\"",
        "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\"",
        1,
    );
    assert_eq!(written, Some(expected));
    let pair = "{\"text_input\":\"a\",\"output\":\"b\"}\n";
    let (_, _, written) = converted(pair, "pairs", &["--system-prompt", "Be brief."]);
    assert_eq!(
        written.as_deref(),
        Some("{\"text_input\":\"Be brief.\\n\\na\",\"output\":\"b\"}\n")
    );
}

#[test]
fn triples_keep_their_context() {
    let folder = directory();
    let cases = [
        (
            "a.csv",
            "instruction,context,response\nSum up.,Long text,Short\n",
            "Sum up.\\nLong text",
        ),
        (
            "b.csv",
            "question,context,answer\nWho?,Ann came,Ann\n",
            "question: Who?\\ncontext: Ann came",
        ),
        (
            "c.csv",
            "question,choices,answer\nWhich?,\"[1, 2]\",1\n",
            "question: Which?\\nchoices: [1, 2]",
        ),
        (
            "d.jsonl",
            "{\"instruction\":\"Sum up.\",\"context\":\"Long text\",\"response\":\"Short\",\"category\":\"x\"}\n",
            "Sum up.\\nLong text",
        ),
        (
            "e.jsonl",
            "{\"question\":\"Who?\",\"context\":\"Ann came\",\"answer\":\"Ann\"}\n",
            "question: Who?\\ncontext: Ann came",
        ),
        (
            "f.csv",
            "input,instruction,target\nLong text,Sum up.,Short\n",
            "instruction: Sum up.\\ninput: Long text",
        ),
        (
            "g.jsonl",
            "{\"source\":\"web\",\"problem\":\"1 + 1\",\"output\":\"2\"}\n",
            "1 + 1",
        ),
    ];
    for (name, lines, input) in cases {
        let from = write(&folder, name, lines);
        let out = folder.path().join(format!("{name}.out.jsonl"));
        let (code, said) = convert(&from, &out, &["--to", "pairs"]);
        assert_eq!(code, 0, "{name}: {said}");
        let written = fs::read_to_string(&out).expect("a file");
        assert!(
            written.contains(&format!("{{\"text_input\":\"{input}\"")),
            "{name}: {written}"
        );
        assert!(!said.contains("field `context`"), "{said}");
    }
}

#[test]
fn unknown_fields_are_columns_of_a_table() {
    let folder = directory();
    let from = write(
        &folder,
        "from.jsonl",
        "{\"text_input\":\"a\",\"output\":\"b\",\"id\":7}\n{\"text_input\":\"c\",\"output\":\"d\",\"topic\":\"x, y\"}\n",
    );
    let out = folder.path().join("out.csv");
    let (code, said) = convert(&from, &out, &["--keep-extra"]);
    assert_eq!(
        (code, said.as_str()),
        (0, "read 2 = written 2 + rejected 0\n")
    );
    let written = fs::read_to_string(&out).expect("a file");
    assert_eq!(
        written,
        "text_input,output,id,topic\na,b,7,\nc,d,,\"x, y\"\n"
    );
}

#[test]
fn rejected_rows_are_a_table_that_can_be_read_again() {
    let folder = directory();
    let from = write(
        &folder,
        "from.csv",
        "text_input,output\na,b\nc\nd,\"e, f\"\ng,h,i\n",
    );
    let (out, rejects) = (folder.path().join("out.csv"), folder.path().join("bad.csv"));
    let (code, said) = convert(&from, &out, &["--rejects", text(&rejects)]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.ends_with("read 4 = written 2 + rejected 2\n"),
        "{said}"
    );
    let written = fs::read_to_string(&rejects).expect("a file");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 3, "{written}");
    assert_eq!(lines[0], "tunelint_reason,text_input,output");
    assert!(
        lines[1].ends_with(",c") && lines[1].contains("wrong-field-count"),
        "{written}"
    );
    assert!(lines[2].ends_with(",g,h,i"), "{written}");
}

#[test]
fn a_file_that_cannot_be_read_stops_the_others() {
    let folder = directory();
    let pair = "{\"text_input\":\"1\",\"output\":\"one\"}\n";
    let good = write(&folder, "a.jsonl", pair);
    let bad = folder.path().join("b.jsonl");
    let utf16: Vec<u8> = pair.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(&bad, [&[0xff, 0xfe], utf16.as_slice()].concat()).expect("written");
    let (out, rejects) = (folder.path().join("o.jsonl"), folder.path().join("r.jsonl"));
    let run = ["convert", text(&good), text(&bad), "-o", text(&out)];
    for more in [&[][..], &["--rejects", text(&rejects)]] {
        let (code, _, said) = outcome(&tunelint(&[&run[..], more].concat()));
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("nothing was written: 1 file cannot be read"),
            "{said}"
        );
        assert!(!out.exists());
    }
}

#[test]
fn a_folder_is_read_without_its_own_output() {
    let folder = directory();
    write(
        &folder,
        "a.jsonl",
        "{\"text_input\":\"1\",\"output\":\"one\"}\n",
    );
    write(&folder, "notes.txt", "later\n");
    let out = folder.path().join("all.jsonl");
    let run = ["convert", text(folder.path()), "-o", text(&out)];
    for more in [&[][..], &["--force"], &["--check"]] {
        let (code, _, said) = outcome(&tunelint(&[&run[..], more].concat()));
        assert_eq!(code, 0, "{said}");
        assert!(
            said.starts_with("skipped: ") && said.contains("notes.txt"),
            "{said}"
        );
        assert!(
            said.ends_with("read 1 = written 1 + rejected 0\n"),
            "{said}"
        );
    }
}

#[test]
fn columns_that_differ_only_in_case_are_both_kept() {
    let folder = directory();
    let from = write(&folder, "a.csv", "text_input,output,Output\na,b,c\n");
    let out = folder.path().join("out.csv");
    let (code, said) = convert(&from, &out, &["--keep-extra"]);
    assert_eq!(code, 0, "{said}");
    let written = fs::read_to_string(&out).expect("a file");
    assert_eq!(written, "text_input,output,Output\na,b,c\n");
    let (_, said) = convert(
        &from,
        &out,
        &["--to", "messages", "--as", "jsonl", "--force"],
    );
    assert!(said.contains("lost: field `Output`, 1 time"), "{said}");
}

#[test]
fn a_guessed_context_may_be_missing() {
    let line = "{\"question\":\"Who?\",\"context\":\"Ann came\",\"answer\":\"Ann\"}\n";
    let lines = line.repeat(100) + "{\"question\":\"When?\",\"answer\":\"Now\"}\n";
    let (code, said, written) = converted(&lines, "pairs", &[]);
    assert_eq!(code, 0, "{said}");
    assert!(written.is_some_and(|text| {
        text.ends_with("{\"text_input\":\"question: When?\",\"output\":\"Now\"}\n")
    }));
    // Without the choices, the question has no answer.
    let choices = "{\"question\":\"q\",\"choices\":[\"a\",\"b\"],\"answer\":\"a\"}\n";
    let (code, said, _) = converted(choices, "pairs", &[]);
    assert_eq!(code, 1, "{said}");
    let unknown =
        "cannot tell which fields are prompt and response; found `question`, `choices`, `answer`";
    assert!(said.contains(unknown), "{said}");
}

//! `tunelint render`: what the model is fed, and what of it is trained on.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::models;
use crate::running::run_in;

/// A template that marks answers, and raises on two users in a row.
const TEMPLATE: &str = "{%- for m in messages -%}
{%- if m.role == 'user' and loop.previtem is defined and loop.previtem.role == 'user' -%}
{{ raise_exception('Roles must alternate') }}
{%- endif -%}
{{ '<' + m.role + '>' }}
{%- if m.role == 'assistant' -%}
{%- generation -%}{{ m.content + eos_token }}{%- endgeneration -%}
{%- else -%}
{{ m.content }}
{%- endif -%}
{{ '\\n' }}
{%- endfor -%}
{%- if polite is defined %}{{ polite }}{% endif -%}
";

const RECORDS: &str = r#"{"messages":[{"role":"user","content":"2 + 2 é?"},{"role":"assistant","content":"4"}]}
{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}
{"text_input":"a","output":"b"}
"#;

/// A folder with a model and records.
fn folder() -> tempfile::TempDir {
    models::folder(
        TEMPLATE,
        r#","2":4,"+":5,"4":6"#,
        ("records.jsonl", RECORDS),
    )
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    run_in(folder, &[&["render"], arguments].concat())
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn records_are_rendered_with_what_is_trained_on() {
    let folder = folder();
    let arguments = ["records.jsonl", "--model", "model", "--format", "jsonl"];
    let (code, text, said) = run(folder.path(), &arguments);
    assert_eq!((code, said.as_str()), (1, ""));
    let [first, second, third] = lines(&text).try_into().expect("three records");
    assert_eq!(
        first,
        json!({
            "record": 1,
            "text": "<user>2 + 2 é?\n<assistant>4</s>\n",
            "trained": [[26, 31]],
            "tokens": 8,
            "trained_tokens": 2,
            "cut_at": null,
            "messages": [
                {"pointer": "/messages/0", "from": 0, "to": 15, "tokens": 5},
                {"pointer": "/messages/1", "from": 15, "to": 32, "tokens": 3},
            ],
            "error": null,
        })
    );
    assert_eq!(
        second["error"],
        json!({"message": "Roles must alternate", "line": 3})
    );
    assert_eq!(second["text"], Value::Null);
    let why = third["error"]["message"].as_str().expect("words");
    assert!(why.contains("no list `messages`"), "{why}");
    let one = [&arguments[..3], &["--format", "json", "--record", "1"]].concat();
    let (code, text, _) = run(folder.path(), &one);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &document["records"]), (0, &json!([first])));
}

#[test]
fn people_see_what_is_trained_on_below_each_line() {
    let folder = folder();
    let arguments = ["records.jsonl", "--model", "model"];
    let (code, text, _) = run(folder.path(), &arguments);
    let expected = "record 1: 32 characters, 5 characters trained on; 8 tokens, 2 trained on\n\n\
                    <user>2 + 2 é?\n<assistant>4</s>\n           ~~~~~\n\n\n";
    assert_eq!((code, text.as_str()), (0, expected));
    let (_, text, _) = run(
        folder.path(),
        &["records.jsonl", "--model", "model", "--color", "always"],
    );
    assert!(
        text.contains("<assistant>\u{1b}[32m4</s>\u{1b}[0m\n"),
        "{text:?}"
    );
}

#[test]
fn a_template_alone_and_its_arguments_are_enough() {
    let folder = folder();
    fs::write(
        folder.path().join("t.jinja"),
        "{{ messages[0].content }}{{ polite }}",
    )
    .expect("a file");
    let arguments = [
        "records.jsonl",
        "--chat-template",
        "t.jinja",
        "--template-arg",
        "polite=\" please\"",
        "--record",
        "1",
        "--format",
        "jsonl",
    ];
    let (code, text, said) = run(folder.path(), &arguments);
    assert_eq!(
        (code, &lines(&text)[0]["text"]),
        (0, &json!("2 + 2 é? please")),
        "{said}"
    );
}

#[test]
fn what_cannot_run_is_told_in_words() {
    let folder = folder();
    let said = |arguments: &[&str]| {
        let (code, _, said) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{said}");
        said
    };
    assert!(said(&["records.jsonl"]).contains("name a model folder with `--model`"));
    assert!(said(&["records.jsonl", "--model", "none"]).contains("cannot read none"));
    fs::create_dir(folder.path().join("bare")).expect("a directory");
    let bare = said(&["records.jsonl", "--model", "bare"]);
    assert!(bare.contains("bare has no chat template"), "{bare}");
    let last = said(&["records.jsonl", "--model", "model", "--record", "9"]);
    assert!(last.contains("records.jsonl has no record 9"), "{last}");
    fs::write(folder.path().join("bad.jinja"), "{% for %}").expect("a file");
    let bad = said(&["records.jsonl", "--chat-template", "bad.jinja"]);
    assert!(bad.contains("bad.jinja") && bad.contains("line 1"), "{bad}");
    let argument = said(&["records.jsonl", "--model", "model", "--template-arg", "x"]);
    assert!(argument.contains("write KEY=VALUE"), "{argument}");
}

#[test]
fn neither_secrets_nor_control_characters_are_shown() {
    let folder = folder();
    let record = "{\"messages\":[{\"role\":\"user\",\"content\":\"hf_abcdefghijklmnopqrst \\u001b]0;x\\u0007\"},{\"role\":\"assistant\",\"content\":\"ok\"}]}\n";
    fs::write(folder.path().join("records.jsonl"), record).expect("a file");
    for format in ["human", "json", "jsonl"] {
        let (_, text, _) = run(
            folder.path(),
            &["records.jsonl", "--model", "model", "--format", format],
        );
        assert!(
            !text.contains("abcdefghij") && !text.contains('\u{1b}'),
            "{format}: {text:?}"
        );
        assert!(text.contains("hf_"), "{format}");
    }
}

#[test]
fn a_sequence_is_cut_where_its_last_token_ends() {
    let folder = folder();
    let arguments = [
        "records.jsonl",
        "--model",
        "model",
        "--record",
        "1",
        "--max-length",
        "6",
    ];
    let (_, text, _) = run(
        folder.path(),
        &[&arguments[..], &["--format", "jsonl"]].concat(),
    );
    assert_eq!(lines(&text)[0]["cut_at"], 26);
    let (_, text, _) = run(folder.path(), &arguments);
    assert!(
        text.contains("-- the next line is cut --\n<assistant>4</s>"),
        "{text}"
    );
    fs::remove_file(folder.path().join("model/tokenizer.json")).expect("a file");
    let (code, _, said) = run(folder.path(), &arguments);
    assert!(
        code == 2 && said.contains("`--max-length` needs a tokenizer"),
        "{said}"
    );
}

#[test]
fn a_target_says_what_is_trained_on() {
    let folder = folder();
    let first = |target: &str| {
        let arguments = ["records.jsonl", "--model", "model", "--record", "1"];
        let more = ["--target", target, "--format", "jsonl"];
        let (_, text, said) = run(folder.path(), &[&arguments[..], &more].concat());
        assert_eq!(said, "");
        lines(&text)[0].clone()
    };
    let all = first("trl");
    assert_eq!(
        (&all["trained"], &all["trained_tokens"]),
        (&json!([[0, 32]]), &json!(8))
    );
    assert_eq!(first("axolotl")["trained"], json!([[26, 31]]));
}

#[test]
fn the_worst_records_are_those_that_fail_then_the_longest() {
    let folder = folder();
    let long = RECORDS.replace("2 + 2 é?", "2 + 2 + 2 + 2 + 2?");
    fs::write(
        folder.path().join("records.jsonl"),
        format!("{RECORDS}{long}"),
    )
    .expect("a file");
    let worst = |number: &str| {
        let arguments = ["records.jsonl", "--model", "model", "--worst", number];
        let (_, text, _) = run(
            folder.path(),
            &[&arguments[..], &["--format", "jsonl"]].concat(),
        );
        let records = lines(&text);
        let number = |line: &Value| line["record"].as_u64().expect("a number");
        records.iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(worst("5"), [2, 3, 5, 6, 4]);
    assert_eq!(worst("1"), [2]);
}

#[test]
fn a_prompt_of_production_is_compared() {
    let folder = folder();
    let path = folder.path();
    let compared = |name: &str, text: &str| {
        fs::write(path.join(name), text).expect("a file");
        let arguments = ["records.jsonl", "--model", "model", "--record", "1"];
        let more = ["--production", name, "--format", "jsonl"];
        let (_, text, said) = run(path, &[&arguments[..], &more].concat());
        assert_eq!(said, "");
        lines(&text)[0]["production"].clone()
    };
    let same = r#"{"messages":[{"role":"user","content":"2 + 2 é?"}]}"#;
    let found = compared("same.json", same);
    assert_eq!(
        found,
        json!({"text": "<user>2 + 2 é?\n", "differs_at": null})
    );
    let other = compared("prompt.txt", "<user> 2 + 2 é?\n");
    assert_eq!(other["differs_at"], 6);
    let human = [
        "records.jsonl",
        "--model",
        "model",
        "--production",
        "prompt.txt",
    ];
    let (_, text, _) = run(path, &human);
    let expected = "differs from production at character 7\n  training:   <user>2 + 2 é?\\n<assistant>4</s>\\n\n  production: <user> 2 + 2 é?\\n\n";
    assert!(text.contains(expected), "{text}");
    let (code, _, said) = run(
        path,
        &[
            "records.jsonl",
            "--model",
            "model",
            "--production",
            "model/tokenizer.json",
        ],
    );
    assert!(
        code == 2 && said.contains("has no record with messages"),
        "{said}"
    );
}

#[test]
fn a_page_marks_what_is_trained_on_and_what_is_cut() {
    let folder = folder();
    let record =
        r#"{"messages":[{"role":"user","content":"<b>"},{"role":"assistant","content":"4 5 6"}]}"#;
    fs::write(folder.path().join("records.jsonl"), format!("{record}\n")).expect("a file");
    let arguments = [
        "records.jsonl",
        "--model",
        "model",
        "--max-length",
        "4",
        "--format",
        "html",
    ];
    let (code, text, said) = run(folder.path(), &arguments);
    assert_eq!((code, said.as_str()), (0, ""));
    for part in [
        "<span>&lt;user&gt;&lt;b&gt;<br />&lt;assistant&gt;</span>",
        "<span class=\"trained\">4 </span><span class=\"trained cut\">5 6",
        "Record 1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

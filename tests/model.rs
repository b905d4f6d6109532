//! `tunelint check --model`: what the rules of the group *model* find, from the command line and in
//! shards.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::models::{self, of_page, of_template};
use crate::running::{Check, builtin, run_in};

/// Marks answers with their end token; refuses a second message of the user in a row; has no place for
/// system prompts.
const TEMPLATE: &str = "{%- for m in messages -%}
{%- if m.role == 'user' and loop.previtem is defined and loop.previtem.role == 'user' -%}
{{ raise_exception('Roles must alternate') }}
{%- endif -%}
{%- if m.role == 'assistant' -%}
<assistant> {% generation %}{{ m.content }} </s>{% endgeneration %}
{%- elif m.role == 'user' -%}
<user> {{ m.content }}
{%- endif -%}
{%- endfor -%}";

const RECORDS: &str = r#"{"messages":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Lima"}]}
{"messages":[{"role":"user","content":"And"},{"role":"user","content":"of Chile?"},{"role":"assistant","content":"Santiago"}]}
{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Because it is so, and has always been so."}]}
{"messages":[{"role":"user","content":"Write one long line about the capital of Ecuador, please"},{"role":"assistant","content":"Quito"}]}
{"messages":[{"role":"user","content":"What ends a turn?"},{"role":"assistant","content":"The token </s> does."}]}
"#;

/// The rules of the group.
const RULES: [&str; 10] = [
    "nothing-trained",
    "prefix-not-preserved",
    "prompt-boundary",
    "special-token-in-text",
    "stop-token-not-trained",
    "template-drops",
    "template-error",
    "template-without-mask",
    "truncated-by-length",
    "unknown-token",
];

fn folder() -> tempfile::TempDir {
    models::folder(TEMPLATE, "", ("train.jsonl", RECORDS))
}

/// What the rules of the group find, each as `line:column: severity[rule] message`.
fn found(folder: &Path, options: &[&str]) -> Vec<String> {
    let base = [
        "check",
        "--format",
        "concise",
        "--extend-select",
        "template-without-mask",
    ];
    let (_, out, said) = run_in(folder, &[&base, options].concat());
    assert_eq!(said, "");
    let of_group = |line: &&str| RULES.iter().any(|rule| line.contains(&format!("[{rule}]")));
    let lines = out.lines().filter(of_group);
    lines
        .map(|line| line.trim_start_matches("train.jsonl:").to_owned())
        .collect()
}

#[test]
fn records_are_held_beside_the_model() {
    let folder = folder();
    let path = folder.path();
    let text = found(
        path,
        &["train.jsonl", "--model", "model", "--max-length", "10"],
    );
    let expected = [
        "3:87: warning[truncated-by-length] 13 tokens, more than the length of 10: 3 of 10 tokens of answers are cut off",
        "4:99: warning[nothing-trained] the answer starts at token 13, beyond the length of 10: nothing is trained on",
        "5:60: warning[truncated-by-length] 11 tokens, more than the length of 10: 1 of 5 tokens of answers are cut off",
        "5:101: warning[special-token-in-text] the tokenizer makes a special token of `</s>` in the text",
        "2:46: error[template-error] the chat template fails in 1 of 5 examples: `Roles must alternate` (line 3 of the template)",
        "3:14: warning[template-drops] the chat template drops the system prompt in 1 of 5 examples",
    ];
    let about_tokens = |line: &&String| !line.contains("[unknown-token]");
    assert_eq!(
        text.iter().filter(about_tokens).collect::<Vec<_>>(),
        expected
    );
    assert!(found(path, &["train.jsonl"]).is_empty());
    let template = "model/chat_template.jinja";
    let alone = found(path, &["train.jsonl", "--chat-template", template]);
    assert_eq!(
        alone,
        expected[4..],
        "neither stop tokens nor counts without a folder"
    );
}

#[test]
fn targets_decide_what_is_trained_and_what_is_cut() {
    let folder = folder();
    let of = |target: &str| {
        let model = ["--model", "model", "--max-length", "10", "--target", target];
        let options = [&["train.jsonl"][..], &model].concat();
        let found = found(folder.path(), &options);
        let long = found
            .into_iter()
            .filter(|line| line.contains("the length of 10"));
        long.collect::<Vec<_>>()
    };
    let trl = of("trl");
    assert!(
        trl[0].contains("3 of 10 tokens of answers are cut off"),
        "{trl:?}"
    );
    assert!(
        trl[1].starts_with("4:99") && trl[1].ends_with("the whole answer is cut off"),
        "{trl:?}"
    );
    let axolotl = of("axolotl");
    assert_eq!(axolotl.len(), 3);
    assert!(
        axolotl
            .iter()
            .all(|line| line.ends_with("the record is left out")),
        "{axolotl:?}"
    );
}

#[test]
fn shards_give_the_findings_of_one_run() {
    let folder = folder();
    let path = folder.path();
    for (index, line) in RECORDS.lines().enumerate() {
        fs::write(path.join(format!("{index}.jsonl")), format!("{line}\n")).expect("a file");
        let model = ["--model", "model", "--max-length", "10", "--quiet"];
        let (name, part) = (format!("{index}.jsonl"), format!("{index}.part"));
        let options = [&["check", &name, "--part", &part][..], &model].concat();
        let (_, _, said) = run_in(path, &options);
        assert_eq!(said, "");
    }
    let parts: Vec<String> = (0..5).map(|index| format!("{index}.part")).collect();
    let parts = parts.iter().map(String::as_str).collect::<Vec<_>>();
    let (_, merged, said) = run_in(
        path,
        &[&["merge", "--format", "concise"], &parts[..]].concat(),
    );
    assert_eq!(said, "");
    // Shards report what is in one record.
    for part in [
        "1.jsonl:1:46: error[template-error] the chat template fails in 1 of 5 examples",
        "2.jsonl:1:14: warning[template-drops] the chat template drops the system prompt in 1 of 5",
    ] {
        assert!(merged.contains(part), "{merged}");
    }
}

#[test]
fn batches_and_threads_change_nothing() {
    let record = |number: usize| match number % 3 {
        0 => {
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#
        }
        1 => {
            r#"{"messages":[{"role":"user","content":"q"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#
        }
        _ => r#"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"αβγ"}]}"#,
    };
    let text: String = (0..200)
        .map(|number| format!("{}\n", record(number)))
        .collect();
    let words = ["words", "stop=</e>"].map(str::to_owned);
    let run = |batch_bytes: usize, threads: usize| {
        let mut check = Check::new();
        check.enabled = RULES.into_iter().collect();
        check.context.model = Some(Arc::new(of_page(TEMPLATE, &words)));
        check.context.profiles = vec![builtin("axolotl")];
        check.options.batch_bytes = batch_bytes;
        check.threads = threads;
        let (findings, _) = check.run("train.jsonl", text.as_bytes());
        let shown = findings
            .iter()
            .map(|of| format!("{:?} {}", of.location, of.message));
        shown.collect::<Vec<_>>()
    };
    let one = run(1 << 20, 1);
    assert_eq!(one.len(), 4, "{one:#?}");
    for (batch_bytes, threads) in [(64, 4), (1000, 2)] {
        assert_eq!(run(batch_bytes, threads), one);
    }
}

#[test]
fn a_stop_token_outside_of_the_mask_is_trained_where_everything_is() {
    let template = "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}\
                    {{ m.content }}{% endgeneration %}</s>{% else %}{{ m.content }}{% endif %}\
                    {% endfor %}";
    let found = |target: &str| {
        let mut check = Check::new();
        check.context.model = Some(Arc::new(of_page(template, &["stop=</s>".to_owned()])));
        check.default_target = false;
        check.context.profiles = vec![builtin(target)];
        check.enabled = ["stop-token-not-trained"].into();
        check.run("train.jsonl", RECORDS.as_bytes()).0.len()
    };
    assert_eq!((found("axolotl"), found("trl")), (1, 0));
}

#[test]
fn a_template_that_never_ends_stops_no_run() {
    let mut check = Check::new();
    let endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    check.context.model = Some(Arc::new(of_template(endless)));
    check.enabled = RULES.into_iter().collect();
    let (findings, _) = check.run("train.jsonl", RECORDS.as_bytes());
    let messages: Vec<_> = findings.iter().map(|of| of.message.as_str()).collect();
    let expected = "the chat template fails in all 5 examples: `the template does too much work` \
                    (line 1 of the template)";
    assert!(messages.contains(&expected), "{messages:?}");
}

#[test]
fn a_template_alone_has_stand_ins_for_special_tokens() {
    let folder = folder();
    let path = folder.path();
    let template = "{% for m in messages %}{{ bos_token + m.content + eos_token }}{% endfor %}";
    fs::write(path.join("alone.jinja"), template).expect("a file");
    let alone = ["train.jsonl", "--chat-template", "alone.jinja"];
    let found = found(path, &alone);
    assert!(
        found
            .iter()
            .all(|line| line.contains("[template-without-mask]")),
        "{found:?}"
    );
    let record = [
        "render",
        "train.jsonl",
        "--chat-template",
        "alone.jinja",
        "--record",
        "1",
    ];
    let (_, text, _) = run_in(path, &record);
    assert!(text.contains("<bos_token>Lima<eos_token>"), "{text}");
}

#[test]
fn options_about_the_model_need_one() {
    let folder = folder();
    for (options, why) in [
        (
            &["--max-length", "10"][..],
            "`--max-length` needs a tokenizer",
        ),
        (&["--template-arg", "a=1"], "no chat template"),
        (&["--model", "absent"], "cannot read absent"),
        (
            &["--chat-template", "train.jsonl", "--max-length", "9"],
            "needs a tokenizer",
        ),
        (&["--model", "model", "--max-length", "0"], "--max-length"),
    ] {
        let options = [&["check", "train.jsonl"], options].concat();
        let (code, out, said) = run_in(folder.path(), &options);
        assert_eq!((code, out.as_str()), (2, ""), "{options:?}");
        assert!(said.contains(why), "{options:?}: {said}");
    }
}

/// What `stats` counts in the folder.
fn sequences(folder: &Path) -> serde_json::Value {
    let options = ["--model", "model", "--format", "json"];
    let (code, out, said) = run_in(folder, &[&["stats", "train.jsonl"][..], &options].concat());
    assert_eq!((code, said.as_str()), (0, ""));
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    document["sources"][0]["sequences"].clone()
}

#[test]
fn sequences_are_counted() {
    let folder = folder();
    let path = folder.path();
    let sequences = sequences(path);
    // Words and tokens of the four records that the template does not refuse.
    let expected = [
        ("count", 4),
        ("failed", 1),
        ("tokens", 48),
        ("trained", 19),
        ("length_for_99_percent", 14),
    ];
    for (key, number) in expected {
        assert_eq!(sequences[key], number, "{key}: {sequences:#}");
    }
    let longest = &sequences["lengths"]["longest_record"];
    assert_eq!(
        (&sequences["parts"][0]["part"], longest),
        (&"prompt".into(), &4.into())
    );
    let only = &sequences["lengths_of_training"][0];
    assert_eq!(
        (&only["max_length"], &only["packs"]),
        (&512.into(), &1.into())
    );
    for format in ["human", "markdown", "html"] {
        let (_, out, _) = run_in(
            path,
            &[
                "stats",
                "train.jsonl",
                "--model",
                "model",
                "--format",
                format,
            ],
        );
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            out.contains("a length of 14 keeps 99% of the sequences whole"),
            "{format}: {out}"
        );
    }
    let (_, without, _) = run_in(path, &["stats", "train.jsonl", "--format", "json"]);
    assert!(!without.contains("sequences"), "{without}");
    let template = "model/chat_template.jinja";
    let (code, _, said) = run_in(path, &["stats", "train.jsonl", "--chat-template", template]);
    assert!(
        code == 2 && said.contains("counting sequences needs a tokenizer"),
        "{said}"
    );
}

#[test]
fn tokens_in_texts_without_a_template_are_still_found() {
    let folder = folder();
    let path = folder.path();
    let record = r#"{"prompt":"hi<|im_end|>x","completion":" ok"}"#;
    fs::write(path.join("train.jsonl"), format!("{record}\n")).expect("a file");
    fs::write(
        path.join("model/tokenizer_config.json"),
        r#"{"eos_token":"<|im_end|>"}"#,
    )
    .expect("a file");
    let check = |options: &[&str]| {
        let base = [
            "check",
            "train.jsonl",
            "--format",
            "concise",
            "--layout",
            "prompt-completion",
        ];
        run_in(path, &[&base, options].concat()).1
    };
    for options in [&[][..], &["--model", "model"]] {
        let out = check(options);
        assert_eq!(
            out.matches("[chat-template-token]").count(),
            1,
            "{options:?}: {out}"
        );
    }
}

#[test]
fn only_the_completion_of_a_prompt_is_trained() {
    let folder = folder();
    let path = folder.path();
    let record = r#"{"prompt":[{"role":"user","content":"a"},{"role":"assistant","content":"example"},{"role":"user","content":"b"}],"completion":[{"role":"assistant","content":"final"}]}"#;
    fs::write(path.join("train.jsonl"), format!("{record}\n")).expect("a file");
    let base = [
        "render",
        "train.jsonl",
        "--model",
        "model",
        "--target",
        "trl",
        "--format",
        "jsonl",
    ];
    let (_, out, said) = run_in(path, &base);
    let line: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{said}"));
    let text: Vec<char> = line["text"].as_str().expect("a text").chars().collect();
    let [range] = line["trained"].as_array().expect("ranges").as_slice() else {
        panic!("{line}");
    };
    let at = |index: usize| range[index].as_u64().expect("a number") as usize;
    let trained: String = text[at(0)..at(1)].iter().collect();
    assert!(
        trained.contains("final </s>") && !trained.contains("example"),
        "{trained}"
    );
    assert_eq!(line["messages"][3]["pointer"], "/completion/0");
}

#[test]
fn targets_that_cut_otherwise_hide_nothing() {
    let folder = folder();
    for targets in [
        &["trl", "llama-factory"][..],
        &["llama-factory", "trl"],
        &["trl"],
    ] {
        let targets = targets.iter().flat_map(|target| ["--target", *target]);
        let targets: Vec<&str> = targets.collect();
        let model = ["train.jsonl", "--model", "model", "--max-length", "10"];
        let found = found(folder.path(), &[&model[..], &targets].concat());
        let of_fourth = found.iter().filter(|line| line.starts_with("4:99")).count();
        assert_eq!(of_fourth, 1, "{targets:?}: {found:?}");
    }
}

#[test]
fn preferences_are_no_sequences() {
    let folder = folder();
    let path = folder.path();
    let record = r#"{"prompt":[{"role":"user","content":"a"}],"chosen":[{"role":"assistant","content":"b"}],"rejected":[{"role":"assistant","content":"c"}]}"#;
    fs::write(path.join("train.jsonl"), format!("{record}\n").repeat(2)).expect("a file");
    let sequences = sequences(path);
    assert_eq!(
        (&sequences["skipped"], &sequences["failed"]),
        (&2.into(), &0.into())
    );
}

//! Input never speaks: no name, label or text is a command to a CI system or controls a terminal.

use tunelint_core::printable::is_hidden;

use crate::formats::FORMATS;
use crate::fuzz::reports::is_command;
use crate::running::Repository;

#[test]
fn no_line_of_a_log_starts_with_data() {
    let lines: String = (0..60)
        .map(|number| {
            let label = ["::add-mask::label", "##[group]label"][number % 2];
            format!("{{\"text_input\":\"question {number}\",\"output\":\"{label}\"}}\n")
        })
        .collect();
    let bad = "{\"text_input\":\"##[error]x\",\"output\":\"\"}\n";
    let repository = Repository::new(&[
        ("labels.jsonl", &lines),
        ("::add-mask::x.jsonl", bad),
        ("##[group]x.jsonl", bad),
        ("##vso[task]x.jsonl", bad),
    ]);
    let names = [
        "labels.jsonl",
        "::add-mask::x.jsonl",
        "##[group]x.jsonl",
        "##vso[task]x.jsonl",
    ];
    let held = |arguments: &[&str], is_github: bool| {
        let (_, out, said) = repository.run(arguments);
        for line in out.lines().chain(said.lines()) {
            let own = is_github
                && ["::error file=", "::warning file=", "::notice file="]
                    .iter()
                    .any(|own| line.starts_with(own));
            assert!(own || !is_command(line), "{arguments:?}: {line}");
        }
    };
    for format in FORMATS {
        let check = [&["check", "--show-all", "--format", format][..], &names].concat();
        held(&check, format == "github");
    }
    for format in ["human", "json", "markdown"] {
        held(
            &[&["stats", "--format", format][..], &names].concat(),
            false,
        );
    }
    held(
        &[
            "split",
            "labels.jsonl",
            "-o",
            "parts",
            "--validation",
            "20%",
        ],
        false,
    );
    held(
        &[
            "convert",
            "##[group]x.jsonl",
            "-o",
            "out.jsonl",
            "--to",
            "messages",
            "--strict",
        ],
        false,
    );
    for wrong in [
        &["check", "::add-mask::none"][..],
        &["check", "##[group]none"],
        &["##[group]"],
        &["check", "--format", "##[group]"],
    ] {
        held(wrong, false);
    }
}

#[test]
fn no_output_has_a_hidden_character() {
    let hidden = "\u{9b}31m\u{202e}\u{200b}\u{2028}\u{85}\u{e0041}x";
    let record = format!(
        "{{\"messages\":[{{\"role\":\"user\",\"content\":\"p{hidden} \",\"a/{hidden}\":1,\"name\":\"{hidden}\"}},{{\"role\":\"assi{hidden}\",\"content\":\"c \"}}],\"{hidden}\":1}}\n"
    );
    let pairs = format!("{{\"text_input\":\"a{hidden} \",\"output\":\"{hidden}b \"}}\n");
    let labels = format!("{{\"text_input\":\"a\",\"output\":\"{hidden}\"}}\n").repeat(40);
    let name = format!("{hidden}.jsonl");
    let repository = Repository::new(&[
        ("k.jsonl", &record),
        ("p.jsonl", &pairs),
        ("l.jsonl", &labels),
        (&name, &pairs),
    ]);
    let held = |arguments: &[&str]| {
        let (_, out, said) = repository.run(arguments);
        let all = out + &said;
        let found = all.chars().find(|c| *c != '\n' && is_hidden(*c));
        assert_eq!(found, None, "{arguments:?}: {all}");
    };
    for format in FORMATS {
        held(&[
            "check",
            "k.jsonl",
            "p.jsonl",
            "l.jsonl",
            &name,
            "--show-all",
            "--preview",
            "--target",
            "openai",
            "--format",
            format,
        ]);
    }
    for format in ["human", "json", "markdown", "html"] {
        held(&["stats", "l.jsonl", &name, "--format", format]);
    }
    held(&["check", "p.jsonl", "--fix", "--unsafe-fixes", "--diff"]);
    held(&["convert", "k.jsonl", "-o", "-", "--as", "csv"]);
    let format = format!("--format={hidden}");
    for wrong in [
        &["check", &name[..2]][..],
        &["check", &format],
        &[hidden],
        &["check", "--rule", hidden],
        &["rule", hidden],
        &["check", "--config", hidden],
    ] {
        let wrong: Vec<&str> = wrong.to_vec();
        held(&wrong);
    }
}

#[test]
fn a_fix_in_a_report_is_exact() {
    let repository = Repository::new(&[(
        "p.jsonl",
        "{\"text_input\":\"q\u{202e}\",\"output\":\"b\"}\n",
    )]);
    let (_, out, _) = repository.run(&["check", "p.jsonl", "--format", "jsonl", "--preview"]);
    for line in out.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    }
}

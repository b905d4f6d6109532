//! Exit 0 means that the whole check ran.

use super::GOOD;
use crate::formats::FORMATS;
use crate::running::Repository;

#[test]
fn a_partial_check_is_never_clean() {
    let broken = format!("{GOOD}{{broken\n");
    let repository = Repository::new(&[
        ("broken.jsonl", &broken),
        ("layout.jsonl", "{\"a\":\"b\"}\n"),
        ("wide.csv", "input,output\na,b,c\n"),
        (
            "typed.jsonl",
            &format!("{GOOD}{{\"text_input\":1,\"output\":\"b\"}}\n"),
        ),
    ]);
    std::fs::write(repository.path("other.jsonl"), b"\xff\xfe{\0}\0").expect("written");
    for name in [
        "broken.jsonl",
        "layout.jsonl",
        "wide.csv",
        "typed.jsonl",
        "other.jsonl",
    ] {
        let (code, out, _) =
            repository.run(&["check", name, "--select", "secret", "--format", "concise"]);
        assert_eq!(code, 1, "{name}: {out}");
        assert!(
            out.contains(&format!(
                "1 record of {name} not checked: unreadable, and the rules"
            )),
            "{out}"
        );
    }
    for format in FORMATS {
        let check = [
            "check",
            "broken.jsonl",
            "--ignore",
            "malformed-record,too-few-examples",
            "--format",
            format,
        ];
        let (code, out, said) = repository.run(&check);
        assert_eq!(code, 1, "{format}");
        assert!((out + &said).contains("not checked"), "{format}");
    }
    assert_eq!(
        repository
            .run(&[
                "check",
                "broken.jsonl",
                "--select",
                "secret",
                "--fail-on",
                "never"
            ])
            .0,
        0
    );
    assert_eq!(
        repository
            .run(&["check", "broken.jsonl", "--select", "secret", "--part", "p"])
            .0,
        1
    );
}

#[test]
fn a_suppressed_record_is_not_unchecked() {
    let broken = format!("{GOOD}{{broken\n");
    let settings = "[[allow]]\nrule = \"malformed-record\"\nreason = \"kept as an example\"\nmatches = \"broken\"\n";
    let repository = Repository::new(&[("broken.jsonl", &broken), ("tunelint.toml", settings)]);
    let (code, out, said) = repository.run(&["check", "broken.jsonl"]);
    assert_eq!(code, 0, "{out}{said}");
}

#[test]
fn settings_that_switch_rules_off_are_named_when_contained() {
    let settings = "ignore = [\"secret\"]\n[rules]\nempty-output = \"off\"\n";
    let repository = Repository::new(&[("a.jsonl", GOOD), ("tunelint.toml", settings)]);
    let (_, out, _) = repository.run(&["check", "--contained", "a.jsonl"]);
    assert!(
        out.contains("tunelint.toml turns off: empty-output, secret"),
        "{out}"
    );
    let (_, out, _) = repository.run(&["check", "--contained", "--isolated", "a.jsonl"]);
    assert!(!out.contains("turns off"), "{out}");
}

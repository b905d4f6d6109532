//! Standard output that ends early, and characters that a container cannot hold.

use super::shell;
use crate::running::Repository;

fn many() -> Repository {
    let lines: String = (0..3000)
        .map(|number| format!("{{\"text_input\":\"question {number}\",\"output\":\"\"}}\n"))
        .collect();
    Repository::new(&[("a.jsonl", &lines)])
}

#[test]
fn a_size_limit_on_standard_output_is_an_error() {
    let repository = many();
    for command in [
        "convert a.jsonl -o - --to messages",
        "check a.jsonl --format json",
        "rule",
    ] {
        let (code, _, said) = shell(
            &repository.path("."),
            &format!("ulimit -f 1; $T {command} >out"),
        );
        assert!(
            code == 2 && said.contains("cannot write to standard output: file too large"),
            "{command}: {code} {said}"
        );
    }
}

#[test]
fn a_full_disk_never_looks_like_success() {
    let repository = many();
    for command in [
        "--help",
        "check --help",
        "--version",
        "rule",
        "completions bash",
        "man",
        "stats a.jsonl",
    ] {
        let (code, _, said) = shell(&repository.path("."), &format!("$T {command} >/dev/full"));
        assert!(
            code == 2 && said.contains("no space left"),
            "{command}: {code} {said}"
        );
    }
}

#[test]
fn a_closed_pipe_is_quiet_and_keeps_the_exit_code() {
    let repository = many();
    let piped = |command: &str| {
        let script = format!("$T {command} | true; exit ${{PIPESTATUS[0]}}");
        shell(&repository.path("."), &script)
    };
    let (code, _, said) = piped("convert a.jsonl -o - --to messages");
    assert_eq!(
        (code, said.as_str()),
        (0, "read 3000 = written 3000 + rejected 0\n")
    );
    assert_eq!(piped("check a.jsonl --format json").0, 1);
    assert_eq!(piped("--help").0, 0);
}

#[test]
fn no_table_holds_a_zero_byte() {
    let repository = Repository::new(&[(
        "a.jsonl",
        "{\"text_input\":\"a\\u0000b\",\"output\":\"c\"}\n{\"text_input\":\"a\\\\u0000b\",\"output\":\"c\"}\n",
    )]);
    let (code, _, said) = repository.run(&["convert", "a.jsonl", "-o", "b.csv"]);
    assert!(
        code == 1 && said.contains("a table cannot hold U+0000, which field `text_input` has"),
        "{said}"
    );
    assert!(!repository.path("b.csv").exists());
    let (code, _, said) = repository.run(&[
        "convert",
        "a.jsonl",
        "-o",
        "b.csv",
        "--rejects",
        "bad.jsonl",
    ]);
    assert!(
        code == 1 && said.contains("read 2 = written 1 + rejected 1"),
        "{said}"
    );
    assert_eq!(repository.run(&["convert", "a.jsonl", "-o", "b.json"]).0, 0);
}

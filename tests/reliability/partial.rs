//! Exit 0 means that the whole check ran.

use super::{GOOD, shell};
use crate::formats::FORMATS;
use crate::running::{Repository, root};

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

/// The commands of a step of the action.
fn step(name: &str) -> String {
    let action = std::fs::read_to_string(root().join("action.yml")).expect("a file");
    let step = action.split("    - name: ").find(|of| of.starts_with(name));
    let (_, commands) = step
        .and_then(|of| of.split_once("run: |\n"))
        .expect("commands");
    commands.to_owned()
}

#[test]
fn settings_that_differ_from_the_base_branch_are_visible() {
    let parent = Repository::new(&[("up/tunelint.toml", "\n"), ("up/pyproject.toml", "\n")]);
    let git = "git -c user.email=a@example.org -c user.name=a";
    let script = format!(
        "set -e
cd up
git init -q -b main . && git add -A && {git} commit -qm one
git checkout -qb change
mkdir 'a%b'
echo 'ignore = [\"secret\"]' | tee tunelint.toml >'a%b/.tunelint.toml'
git add -A && {git} commit -qm two
cd .. && git clone -q -b change up change && cd change
export BASE=main
{}",
        step("Settings")
    );
    let (code, out, said) = shell(&parent.path("."), &script);
    assert_eq!(code, 0, "{said}");
    let warning = "::warning title=tunelint::settings differ from the base branch: ";
    assert_eq!(
        out,
        format!("{warning}a%25b/.tunelint.toml\n{warning}tunelint.toml\n")
    );
}

/// A repository whose branch `change` is checked out, with `tunelint.toml` as on `main`.
const ON_A_BRANCH: &str = "set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
unset PRE_COMMIT_FROM_REF CI_MERGE_REQUEST_DIFF_BASE_SHA GITHUB_BASE_REF
rmdir .git && git init -q -b main && git add -A && git commit -qm one
git checkout -qb change
";

#[test]
fn settings_that_differ_from_the_base_are_named_by_the_hook() {
    let settings = "ignore = [\"mojibake\"]\n";
    let other = "[tool.tunelint]\nfail-on = \"warning\"\n";
    let repository = Repository::new(&[
        ("tunelint.toml", settings),
        ("sub/pyproject.toml", other),
        ("old/.tunelint.toml", settings),
        ("a.jsonl", GOOD),
    ]);
    let script = format!(
        "{ON_A_BRANCH}
echo 'ignore = [\"mojibake\", \"secret\"]' >tunelint.toml
printf '[rules]\\nempty-output = \"off\"\\n' >>tunelint.toml
echo '[tool.other]' >sub/pyproject.toml
touch sub/tunelint-baseline.txt
echo data >.ignore
git rm -q old/.tunelint.toml
git add -A
echo staged: && $T config diff
git commit -qm two
echo committed: && $T config diff
echo from: && PRE_COMMIT_FROM_REF=main PRE_COMMIT_TO_REF=change $T config diff
git update-ref refs/remotes/origin/main main
echo to be merged: && cd sub && GITHUB_BASE_REF=main $T config diff
echo data: && cd .. && echo >>a.jsonl && git checkout -q main && $T config diff
PATH= $T config diff"
    );
    let (code, out, said) = shell(&repository.path("."), &script);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    let lines = |base: &str| {
        let all = [
            ".ignore differs from BASE",
            "old/.tunelint.toml differs from BASE: removed; changes ignore",
            "sub/pyproject.toml differs from BASE: changes fail-on",
            "sub/tunelint-baseline.txt differs from BASE",
            "tunelint.toml differs from BASE: turns off empty-output, secret; changes ignore, \
             rules.empty-output",
        ];
        let all: String = all.iter().map(|line| format!("note: {line}\n")).collect();
        all.replace("BASE", base)
    };
    let expected = [
        format!("staged:\n{}committed:\n", lines("HEAD")),
        format!("from:\n{}", lines("main")),
        format!("to be merged:\n{}data:\n", lines("origin/main")),
    ];
    assert_eq!(out, expected.concat());
}

#[test]
fn no_program_of_the_repository_runs_for_the_difference() {
    let repository = Repository::new(&[("tunelint.toml", "ignore = [\"mojibake\"]\n")]);
    let script = format!(
        "{ON_A_BRANCH}
printf '#!/bin/sh\\ntouch ran\\n' >.git/program && chmod +x .git/program
echo '*.toml filter=program' >.git/info/attributes
echo 'ignore = [\"secret\"]' >tunelint.toml
git config filter.program.clean '.git/program; cat'
git config core.fsmonitor .git/program
$T config diff
test -e ran || echo none
git status --short >status
test -e ran && echo some"
    );
    let (_, out, _) = shell(&repository.path("."), &script);
    let note = "note: tunelint.toml differs from HEAD: turns off secret; changes ignore\n";
    assert_eq!(out, format!("{note}none\nsome\n"));
}

#[test]
fn settings_without_a_base_are_not_an_error() {
    let repository = Repository::new(&[("tunelint.toml", "ignore = [\"secret\"]\n")]);
    let none = (0, String::new(), String::new());
    assert_eq!(repository.run(&["config", "diff"]), none);
    let (_, out, said) = shell(
        &repository.path("."),
        "rmdir .git && git init -q && git add -A && $T config diff",
    );
    assert_eq!((out, said), (none.1, none.2));
    let (code, _, said) = repository.run(&["config", "diff", "--base=--output=x"]);
    assert!(code == 2 && said.contains("not a commit"), "{said}");
}

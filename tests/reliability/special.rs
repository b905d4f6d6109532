//! Devices and pipes in the place of files, and many files.

use std::os::unix::fs::symlink;

use super::{BAD, GOOD, shell};
use crate::running::Repository;

/// A run that must end: exit code, output, errors.
fn within_a_minute(repository: &Repository, command: &str) -> (i32, String, String) {
    shell(&repository.path("."), &format!("timeout 60 $T {command}"))
}

#[test]
fn a_device_is_never_read_as_a_settings_file_or_a_baseline() {
    let repository = Repository::new(&[("a.jsonl", GOOD), ("sub/b.jsonl", GOOD)]);
    let (code, _, said) = shell(&repository.path("."), "mkfifo pipe");
    assert_eq!(code, 0, "{said}");
    for path in ["pipe", "/dev/zero"] {
        for option in ["--baseline ", "--preamble @", "--config ", "--against "] {
            let (code, _, said) =
                within_a_minute(&repository, &format!("check a.jsonl {option}{path}"));
            let about = format!("{option}{path}: {said}");
            assert!(code == 2 && said.contains("not a regular file"), "{about}");
            let what = option.trim_matches(['-', '@', ' ']);
            let is_named = said.contains(what) || said.contains("prompt format");
            assert!(is_named && said.contains(path), "{about}");
        }
        let (code, _, said) = within_a_minute(&repository, &format!("loss {path}"));
        assert!(code == 2 && said.contains("not a regular file"), "{said}");
    }
    for name in ["tunelint.toml", "sub/.gitignore", ".ignore"] {
        symlink("/dev/zero", repository.path(name)).expect("a link");
        let (code, _, said) = within_a_minute(&repository, "check .");
        assert!(
            code == 2 && said.contains(&format!("{name} is not a regular file")),
            "{said}"
        );
        std::fs::remove_file(repository.path(name)).expect("removed");
    }
}

#[test]
fn a_pipe_of_the_shell_is_a_preamble_and_no_settings_file() {
    let repository = Repository::new(&[("a.jsonl", GOOD), ("base", "# tunelint baseline\n")]);
    // With a baseline, the options are read twice.
    for command in [
        "check a.jsonl --baseline base --preamble @<(echo a)",
        "convert a.jsonl -o out.jsonl --preamble @<(echo a) --system-prompt @<(echo b) --to messages",
    ] {
        let (code, out, said) = within_a_minute(&repository, command);
        assert_eq!(code, 0, "{command}: {out}{said}");
    }
    let (code, out, _) = within_a_minute(&repository, "check a.jsonl --preamble @<(echo other)");
    assert!(code == 1 && out.contains("missing-preamble"), "{out}");
    for option in ["--config", "--baseline", "--against"] {
        let command = format!("check a.jsonl {option} <(echo)");
        let (code, _, said) = within_a_minute(&repository, &command);
        let is_named = said.contains("/dev/fd/") && said.contains("not a regular file");
        assert!(code == 2 && is_named, "{option}: {said}");
    }
    let (code, _, said) =
        within_a_minute(&repository, "check a.jsonl --preamble @<(cat /dev/zero)");
    assert!(code == 2 && said.contains("larger than 64 MiB"), "{said}");
}

#[test]
fn a_pipe_of_the_shell_is_data_for_every_option_that_takes_data() {
    let words = "one two three four five six seven eight nine ten eleven twelve thirteen";
    let record = format!("{{\"text_input\":\"{words}\",\"output\":\"b\"}}\n");
    let files = [
        ("a.jsonl", &*record),
        ("b.jsonl", &record),
        ("c.jsonl", "{"),
    ];
    let repository = Repository::new(&files);
    let descriptor = regex::Regex::new("/dev/fd/[0-9]+").expect("a pattern");
    for (option, file, rule) in [
        ("--validation", "b.jsonl", "validation-leak"),
        ("--production", "c.jsonl", "unread-file"),
        ("--benchmark", "b.jsonl", "benchmark-overlap"),
    ] {
        let check = format!("check a.jsonl --format concise --fail-on never {option}");
        let (_, piped, said) = within_a_minute(&repository, &format!("{check} <(cat {file})"));
        let (_, plain, _) = within_a_minute(&repository, &format!("{check} {file}"));
        assert!(piped.contains(rule), "{option}: {piped}{said}");
        assert_eq!(descriptor.replace_all(&piped, file), plain, "{option}");
    }
}

#[test]
fn settings_with_many_mistakes_end() {
    let unknown: String = (0..30_000).map(|at| format!("x{at} = 1\n")).collect();
    // Patterns beyond the limit are not compiled, so that nothing is wrong with them.
    let pattern = |at: usize| ["a", "["][usize::from(at > 200)];
    let entry = |at| {
        let text = pattern(at);
        format!("[[allow]]\nrule = \"secret\"\nreason = \"r\"\nmatches = \"{text}\"\n")
    };
    let allow: String = (1..=400).map(entry).collect();
    let excluded: Vec<String> = (1..=400).map(|at| format!("'{}'", pattern(at))).collect();
    let excluded = format!("exclude = [{}]\n", excluded.join(","));
    let repository = Repository::new(&[
        ("a.jsonl", GOOD),
        ("unknown.toml", &unknown),
        ("allow.toml", &allow),
        ("excluded.toml", &excluded),
    ]);
    let (code, _, said) = within_a_minute(&repository, "check a.jsonl --config unknown.toml");
    let errors = "30,000 errors in `unknown.toml`, of which 50 are shown";
    assert!(code == 2 && said.contains(errors), "{said}");
    assert_eq!(said.matches("unknown setting").count(), 50);
    for name in ["allow.toml", "excluded.toml"] {
        let command = format!("check a.jsonl --config {name}");
        let (code, _, said) = within_a_minute(&repository, &command);
        let is_one = said.contains("too many patterns") && said.contains("1 error in");
        assert!(code == 2 && is_one, "{said}");
    }
}

#[test]
fn a_source_without_a_record_ends() {
    let repository = Repository::new(&[]);
    for command in [
        "check /dev/zero",
        "check - --container jsonl </dev/zero",
        "loss - </dev/zero",
    ] {
        let (code, _, said) = within_a_minute(&repository, command);
        assert!(
            code == 2 && said.contains("cannot read"),
            "{command}: {code} {said}"
        );
    }
}

#[test]
fn a_pipe_after_many_files_keeps_its_records() {
    let names = ["0.jsonl", "1.jsonl", "2.jsonl", "3.jsonl"];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, GOOD)).collect();
    let repository = Repository::new(&files);
    let convert = format!("convert {} pipe -o out.jsonl --to pairs", names.join(" "));
    let command = format!(
        "mkfifo pipe; cat {0} {0} {0} >pipe & timeout 60 $T {convert}",
        names[0]
    );
    let (code, _, said) = shell(&repository.path("."), &command);
    assert!(code == 0 && !said.contains("changed"), "{said}");
    let written = repository.read("out.jsonl");
    assert_eq!(written.lines().count(), 7 * GOOD.lines().count(), "{said}");
}

#[test]
fn few_files_are_open_at_once() {
    let names: Vec<String> = (0..150).map(|number| format!("{number}.jsonl")).collect();
    let texts: Vec<String> = (0..150)
        .map(|number| format!("{{\"text_input\":\"question {number}\",\"output\":\"b\"}}\n"))
        .collect();
    let files = names.iter().zip(&texts);
    let files: Vec<(&str, &str)> = files
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let repository = Repository::new(&files);
    for command in [
        "stats . --threads 2",
        "infer . -o format.json",
        "convert . -o all.csv && mv all.csv all",
        "split . -o parts --validation 20%",
        "check . --threads 2",
    ] {
        let script = format!("ulimit -n 32; $T {command}");
        let (code, _, said) = shell(&repository.path("."), &script);
        assert!(code < 2, "{command}: {said}");
    }
    assert_eq!(repository.read("all").lines().count(), 151);
}

#[test]
fn a_read_error_while_fixing_is_not_clean() {
    let repository = Repository::new(&[("a.jsonl", BAD)]);
    for options in ["--fix --diff", "--fix"] {
        let command = format!("check /proc/self/mem a.jsonl {options} --fail-on never");
        let (code, _, said) = within_a_minute(&repository, &command);
        assert!(
            code == 2 && said.contains("cannot read /proc/self/mem"),
            "{options}: {said}"
        );
    }
}

//! Directories with a dataset card of the Hugging Face Hub: its `configs` choose files and roles.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::running::run_in as run;

/// Thirty examples, each with its own number from `first` on.
fn lines(first: usize) -> String {
    let numbers = first..first + 30;
    let line = |n| {
        format!(
            "{{\"prompt\":\"What is {n} + {n}?\",\"completion\":\"{}\"}}\n",
            n * 2
        )
    };
    numbers.map(line).collect()
}

/// A directory with a card and these files.
fn snapshot(configs: &str, files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let card = format!("---\nlicense: mit\n{configs}---\n# A dataset\n");
    fs::write(folder.path().join("README.md"), card).expect("a file");
    for (index, name) in files.iter().enumerate() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, lines(index * 100)).expect("a file");
    }
    folder
}

/// What a check of a directory reads: the paths with their roles, and the notes.
fn checked(folder: &Path, more: &[&str]) -> (Vec<String>, String) {
    let arguments = ["check", ".", "--format", "json", "--fail-on", "never"];
    let (_, report, said) = run(folder, &[&arguments, more].concat());
    let report: Value = serde_json::from_str(&report).expect(&said);
    let sources = report["sources"].as_array().expect("a list");
    let path = |of: &Value| of["path"].as_str().unwrap_or_default().to_owned();
    let paths = sources.iter().map(path).collect();
    let (_, text, _) = run(folder, &[&["check", "."], more].concat());
    // The report is wrapped.
    let words: Vec<&str> = text.split_whitespace().collect();
    (paths, words.join(" "))
}

/// Whether the overlap of two files is found: only of a training file with an evaluation file.
fn is_compared(folder: &Path) -> bool {
    let arguments = ["check", ".", "--select", "validation-leak"];
    let (_, text, _) = run(folder, &[&arguments[..], &["--format", "concise"]].concat());
    text.contains("validation-leak")
}

#[test]
fn the_splits_of_a_configuration_give_files_their_roles() {
    let card = "configs:
- config_name: default
  data_files:
  - split: train
    path: 'data/part-*.jsonl'
  - split: test
    path: [data/held.jsonl]
";
    let files = ["data/part-1.jsonl", "data/part-2.jsonl", "data/held.jsonl"];
    let folder = snapshot(card, &files);
    let (found, text) = checked(folder.path(), &[]);
    assert_eq!(
        found,
        ["data/held.jsonl", "data/part-1.jsonl", "data/part-2.jsonl"]
    );
    assert!(!text.contains("skipped"), "{text}");
    assert!(!is_compared(folder.path()));
    fs::write(folder.path().join("data/held.jsonl"), lines(0)).expect("a file");
    assert!(is_compared(folder.path()), "a test split is compared");
    fs::write(folder.path().join("README.md"), "# A dataset\n").expect("a file");
    assert!(!is_compared(folder.path()), "the name says nothing");
}

#[test]
fn what_no_configuration_names_is_counted_and_named() {
    let card = "configs:\n- config_name: all\n  data_files: a.jsonl\n";
    let folder = snapshot(card, &["a.jsonl", "b.jsonl", "extra/c.jsonl"]);
    fs::write(folder.path().join("dataset_infos.json"), "{}").expect("a file");
    let (found, text) = checked(folder.path(), &[]);
    assert_eq!(found, ["a.jsonl"]);
    let note = "skipped 2 files that no configuration of README.md names: b.jsonl, extra/c.jsonl";
    assert!(text.contains(note), "{text}");
    let settings = "[[dataset]]\nfiles = [\"b.jsonl\"]\n";
    fs::write(folder.path().join("tunelint.toml"), settings).expect("a file");
    let (found, _) = checked(folder.path(), &[]);
    assert_eq!(found, ["a.jsonl", "b.jsonl"], "settings are asked first");
}

#[test]
fn what_is_used_otherwise_is_not_skipped() {
    let card = "configs:\n- config_name: all\n  data_files: a.jsonl\n";
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let files = names.map(|name| format!("{name}.jsonl"));
    let folder = snapshot(card, &files.each_ref().map(String::as_str));
    let settings = "exclude = [\"b.jsonl\"]\n[[dataset]]\nfiles = [\"c.jsonl\"]\nvalidation = [\"d.jsonl\"]\nproduction = [\"e.jsonl\"]\nbenchmark = [\"f.jsonl\"]\n";
    fs::write(folder.path().join("tunelint.toml"), settings).expect("a file");
    let more = ["g.jsonl", "--validation", "h.jsonl"];
    let (found, text) = checked(folder.path(), &more);
    assert_eq!(found, ["a.jsonl", "c.jsonl", "d.jsonl", "g.jsonl"]);
    let note = "skipped 1 file that no configuration of README.md names: i.jsonl";
    assert!(text.contains(note), "{text}");
}

#[test]
fn one_configuration_is_checked_and_the_others_are_named() {
    let card = "configs:
- config_name: en
  data_files: en/*.jsonl
- config_name: de
  data_dir: de
- config_name: fr
  default: true
  data_files: {train: fr/a.jsonl, validation: fr/b.jsonl}
";
    let folder = snapshot(
        card,
        &["en/a.jsonl", "de/a.jsonl", "fr/a.jsonl", "fr/b.jsonl"],
    );
    let (found, text) = checked(folder.path(), &[]);
    assert_eq!(found, ["fr/a.jsonl", "fr/b.jsonl"]);
    let note = "only configuration `fr` of README.md is checked; name the files of another one to check it: `en` (en/*.jsonl), `de` (de/**)";
    assert!(text.contains(note), "{text}");
    assert!(!text.contains("skipped"), "{text}");
    let out = ["convert", ".", "-o", "out.csv", "--to", "pairs"];
    let (code, _, account) = run(folder.path(), &out);
    assert!(code == 0 && account.contains("read 60 = "), "{account}");
    assert!(account.contains("only configuration `fr`"), "{account}");
}

#[test]
fn a_card_that_cannot_be_used_leaves_the_choice_to_names() {
    let cases = [
        ("configs: [\n", "README.md has invalid YAML on line"),
        (
            "configs: a.jsonl\n",
            "README.md has `configs` is not a list",
        ),
        (
            "configs:\n- config_name: a\n  data_files: b*.csv\n",
            "path `b*.csv` in configuration `a` of README.md matches no file",
        ),
    ];
    for (card, note) in cases {
        let folder = snapshot(card, &["a.jsonl", "test.jsonl"]);
        let (found, text) = checked(folder.path(), &[]);
        assert_eq!(found, ["a.jsonl", "test.jsonl"], "{card}");
        assert!(text.contains(note), "{text}");
        assert!(text.contains("files and roles are found by name"), "{text}");
    }
}

#[test]
fn the_patterns_of_a_card_are_limited() {
    let card = |patterns: usize| {
        let absent: Vec<String> = (1..patterns).map(|n| format!("none-{n}.jsonl")).collect();
        let absent = absent.join(", ");
        format!("configs:\n- config_name: all\n  data_files: [a.jsonl, {absent}]\n")
    };
    let folder = snapshot(&card(200), &["a.jsonl", "b.jsonl"]);
    let (found, text) = checked(folder.path(), &[]);
    assert_eq!(found, ["a.jsonl"]);
    let note = "paths in configuration `all` of README.md match no file: `none-1.jsonl`, `none-2.jsonl`, `none-3.jsonl`, `none-4.jsonl`, `none-5.jsonl` and 194 more";
    assert!(text.contains(note), "{text}");
    assert_eq!(text.matches("no file").count(), 1, "{text}");
    let folder = snapshot(&card(201), &["a.jsonl", "b.jsonl"]);
    let (found, text) = checked(folder.path(), &[]);
    assert_eq!(found, ["a.jsonl", "b.jsonl"]);
    let note = "README.md has too many patterns; files and roles are found by name";
    assert!(text.contains(note), "{text}");
}

#[test]
fn a_card_does_not_lead_out_of_its_directory() {
    let outside = snapshot("", &["x.jsonl"]);
    let absolute = outside.path().join("x.jsonl");
    let card = format!(
        "configs:\n- config_name: a\n  data_files: [a.jsonl, ../{0}/x.jsonl, {1}, 'https://example.com/x.jsonl', 'c:/x.jsonl', link.jsonl, linked/*.jsonl]\n",
        outside
            .path()
            .file_name()
            .expect("a name")
            .to_string_lossy(),
        absolute.display(),
    );
    let folder = snapshot(&card, &["a.jsonl"]);
    #[cfg(unix)]
    {
        let link = |from: &Path, name: &str| {
            std::os::unix::fs::symlink(from, folder.path().join(name)).expect("a link");
        };
        link(&absolute, "link.jsonl");
        link(outside.path(), "linked");
    }
    for more in [&[][..], &["--contained"]] {
        let (found, text) = checked(folder.path(), more);
        assert_eq!(found, ["a.jsonl"], "{text}");
        let out = "leads out of the directory and is not read";
        assert_eq!(text.matches(out).count(), 4, "{text}");
        #[cfg(unix)]
        assert!(
            text.contains("link.jsonl is a link out of the directory and is not read"),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_links_of_the_hub_s_cache_are_read() {
    use std::os::unix::fs::symlink;
    let cache = tempfile::tempdir().expect("a directory");
    let (blobs, snapshot) = (
        cache.path().join("blobs"),
        cache.path().join("snapshots/1f"),
    );
    fs::create_dir_all(&blobs).expect("a directory");
    fs::create_dir_all(snapshot.join("data")).expect("a directory");
    let card = "---\nconfigs:\n- config_name: default\n  data_files: data/*.jsonl\n---\n";
    fs::write(blobs.join("c0"), card).expect("a file");
    fs::write(blobs.join("d0"), lines(0)).expect("a file");
    symlink("../../blobs/c0", snapshot.join("README.md")).expect("a link");
    symlink("../../../blobs/d0", snapshot.join("data/a.jsonl")).expect("a link");
    let (found, text) = checked(&snapshot, &[]);
    assert_eq!(found, ["data/a.jsonl"], "{text}");
}

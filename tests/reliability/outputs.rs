//! The old file or the new one, whose owner and mode are kept, and never two results in one file.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::{BAD, GOOD, shell};
use crate::running::Repository;

fn mode(repository: &Repository, name: &str) -> u32 {
    let meta = fs::metadata(repository.path(name)).expect("a file");
    meta.permissions().mode() & 0o7777
}

#[test]
fn new_files_honor_the_umask() {
    let repository = Repository::new(&[("a.jsonl", GOOD)]);
    let here = repository.path(".");
    let script = "$T convert a.jsonl -o b.csv && $T check a.jsonl --report json=r.json && $T baseline create a.jsonl";
    for (mask, expected) in [("077", 0o600), ("002", 0o664)] {
        let (code, _, said) = shell(&here, &format!("umask {mask}; {script}"));
        assert_eq!(code, 0, "{said}");
        for name in ["b.csv", "r.json", "tunelint-baseline.txt"] {
            assert_eq!(mode(&repository, name), expected, "{name}");
            fs::remove_file(repository.path(name)).expect("removed");
        }
    }
}

#[test]
fn a_part_holds_data_and_is_private() {
    let repository = Repository::new(&[("a.jsonl", GOOD), ("part", "old")]);
    let (_, out, _) = repository.run(&["check", "a.jsonl", "--part", "part"]);
    assert!(out.contains("part holds texts of the data"), "{out}");
    assert_eq!(mode(&repository, "part"), 0o600);
}

#[test]
fn owner_and_mode_are_kept() {
    let repository = Repository::new(&[("a.jsonl", GOOD), ("b.csv", "old")]);
    let path = repository.path("b.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    if std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).is_err() {
        println!("SKIPPED: only root may give a file away");
        return;
    }
    let (code, _, said) = repository.run(&["convert", "a.jsonl", "-o", "b.csv", "--force"]);
    assert_eq!(code, 0, "{said}");
    let meta = fs::metadata(&path).expect("a file");
    assert_eq!((meta.uid(), meta.gid()), (65_534, 65_534));
    assert_eq!(mode(&repository, "b.csv"), 0o640);
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let spaced = "{\"text_input\":\"a\",\"output\":\"b\"} \n".repeat(3)
        + "{\"text_input\":\"a\",\"output\":\"b\"}";
    let repository = Repository::new(&[("a.jsonl", &spaced), ("b.csv", "old")]);
    for name in ["a.jsonl", "b.csv"] {
        let only = fs::Permissions::from_mode(0o444);
        fs::set_permissions(repository.path(name), only).expect("set");
    }
    let (code, _, said) = repository.run(&["convert", "a.jsonl", "-o", "b.csv", "--force"]);
    assert!(
        code == 2 && said.contains("cannot write b.csv: the file is read-only"),
        "{said}"
    );
    let (code, _, said) = repository.run(&["check", "--fix", "a.jsonl"]);
    assert!(
        code == 2 && said.contains("cannot write a.jsonl: the file is read-only"),
        "{said}"
    );
    assert_eq!(
        (repository.read("a.jsonl"), repository.read("b.csv")),
        (spaced, "old".to_owned())
    );
}

#[test]
fn a_dangling_link_as_output_is_refused() {
    let repository = Repository::new(&[("a.jsonl", GOOD)]);
    symlink("nowhere", repository.path("out.csv")).expect("a link");
    let (code, _, said) = repository.run(&["convert", "a.jsonl", "-o", "out.csv", "--force"]);
    assert!(
        code == 2
            && said.contains("cannot write out.csv: it is a link to a file that does not exist"),
        "{said}"
    );
    assert!(
        fs::symlink_metadata(repository.path("out.csv"))
            .expect("a link")
            .is_symlink()
    );
}

#[test]
fn two_results_never_share_a_file() {
    let repository =
        Repository::new(&[("a.jsonl", &GOOD.repeat(40)), ("parts/train.jsonl", "old")]);
    symlink(".", repository.path("here")).expect("a link");
    let check = [
        "check",
        "a.jsonl",
        "--report",
        "json=r.txt",
        "--report",
        "concise=here/r.txt",
    ];
    let (code, _, said) = repository.run(&check);
    assert!(
        code == 2 && said.contains("two outputs have the same path"),
        "{said}"
    );
    symlink("train.jsonl", repository.path("parts/validation.jsonl")).expect("a link");
    let split = [
        "split",
        "a.jsonl",
        "-o",
        "parts",
        "--validation",
        "20%",
        "--force",
    ];
    let (code, _, said) = repository.run(&split);
    assert!(
        code == 2 && said.contains("two outputs are the same file"),
        "{said}"
    );
    assert_eq!(repository.read("parts/train.jsonl"), "old");
    let convert = [
        "convert",
        "a.jsonl",
        "-o",
        "b.csv",
        "--rejects",
        "here/b.csv",
    ];
    assert_eq!(repository.run(&convert).0, 2);
}

#[test]
fn a_message_about_an_output_names_it() {
    let repository = Repository::new(&[("a.jsonl", BAD)]);
    let said = |arguments: &[&str]| repository.run(arguments).2;
    assert!(
        said(&["check", "a.jsonl", "--report", "json=/dev/full"])
            .contains("cannot write /dev/full: no space")
    );
    let (code, _, said) = shell(&repository.path("."), "$T check a.jsonl >/dev/full");
    assert!(
        code == 2 && said.contains("cannot write to standard output: no space"),
        "{said}"
    );
    let (code, _, said) = shell(
        &repository.path("."),
        "$T convert a.jsonl -o /dev/full --as jsonl",
    );
    assert!(
        code == 2 && said.contains("cannot write /dev/full: no space"),
        "{said}"
    );
    let (code, _, said) = shell(&repository.path("."), "$T convert a.jsonl -o - >/dev/full");
    assert!(
        code == 2 && said.contains("cannot write to standard output: no space"),
        "{said}"
    );
}

/// Ends a check by the signal `$1` once the temporary file of its report is there. Its input stays open, so
/// that it cannot end before.
const ENDED: &str = r#"set -m
mkfifo pipe
exec 3<>pipe
$T check pipe --report json=out.json &
for at in $(seq 300); do ls -A | grep -q '^\.out\.json\.tunelint-' && break; sleep 0.1; done
ls -A | grep -c tunelint-
kill -$1 $!
wait $!
echo $?"#;

#[test]
fn a_signal_leaves_the_old_file_and_no_temporary_file() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let repository = Repository::new(&[("out.json", "old"), ("ended.sh", ENDED)]);
        let script = format!("timeout 60 bash ended.sh {signal}");
        let (_, out, said) = shell(&repository.path("."), &script);
        assert_eq!(out, format!("1\n{code}\n"), "{signal}: {said}");
        assert_eq!(repository.read("out.json"), "old", "{signal}");
        let left = crate::running::files_below(&repository.path("."), Some("tmp"));
        assert!(left.is_empty(), "{signal}: {left:?}");
    }
}

//! A conversion is of one version of its input.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::{Command, Stdio};

use super::GOOD;
use crate::running::{Repository, command, outcome};

#[test]
fn convert_never_mixes_two_versions_of_its_input() {
    let repository = Repository::new(&[("a.jsonl", GOOD)]);
    let pipe = repository.path("pipe.jsonl");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    // With a file of rejected records, each input is read once.
    let convert = command(&[
        "convert",
        "a.jsonl",
        "pipe.jsonl",
        "-o",
        "out.jsonl",
        "--to",
        "messages",
        "--rejects",
        "bad.jsonl",
    ])
    .current_dir(repository.path("."))
    .stderr(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .expect("it starts");
    // This waits until the program has opened the pipe, after the other input.
    let mut written = OpenOptions::new().write(true).open(&pipe).expect("a pipe");
    repository.write("a.jsonl", &GOOD.repeat(2));
    written.write_all(GOOD.as_bytes()).expect("it reads");
    drop(written);
    let (code, _, said) = outcome(&convert.wait_with_output().expect("it ends"));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("a.jsonl changed while being read"), "{said}");
    assert!(!repository.path("out.jsonl").exists());
}

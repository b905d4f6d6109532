//! Faults while a file is written: every call to the file system fails once, the program is killed at every
//! call and after any time, the disk is full. Each output then has its old content or its new content, never a mix.
//!
//! The calls fail in a library that is loaded before the C library (`tests/faults/shim.c`), which needs no
//! right to trace. What it cannot see, a raw system call such as the rename, fails under `strace`, where
//! that is installed.

mod disk;
mod injected;
mod kills;
mod traced;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::running::{Repository, outcome};

/// A command that writes files.
struct Case {
    arguments: &'static [&'static str],
    /// The files that it writes. Those that [`Case::repository`] has are replaced.
    outputs: &'static [&'static str],
}

/// Every way to write a file.
const CASES: [Case; 9] = [
    Case {
        arguments: &["convert", "b.jsonl", "-o", "new.csv"],
        outputs: &["new.csv"],
    },
    Case {
        arguments: &[
            "convert",
            "b.jsonl",
            "-o",
            "old.jsonl",
            "--to",
            "messages",
            "--force",
        ],
        outputs: &["old.jsonl"],
    },
    Case {
        arguments: &["check", "a.jsonl", "--fix", "--quiet"],
        outputs: &["a.jsonl"],
    },
    Case {
        arguments: &[
            "check",
            "a.jsonl",
            "--drop-records",
            "--rejects",
            "rejects",
            "--quiet",
        ],
        outputs: &["a.jsonl", "rejects"],
    },
    Case {
        arguments: &["baseline", "create", "a.jsonl"],
        outputs: &["tunelint-baseline.txt"],
    },
    Case {
        arguments: &["baseline", "update", "a.jsonl", "--baseline", "old.txt"],
        outputs: &["old.txt"],
    },
    Case {
        arguments: &[
            "split",
            "b.jsonl",
            "--out",
            "sets",
            "--force",
            "--validation",
            "20%",
        ],
        outputs: &["sets/train.jsonl", "sets/validation.jsonl"],
    },
    Case {
        arguments: &[
            "check",
            "a.jsonl",
            "--report",
            "json=old.json",
            "--report",
            "html=new.html",
        ],
        outputs: &["old.json", "new.html"],
    },
    Case {
        arguments: &["check", "a.jsonl", "--part", "part"],
        outputs: &["part"],
    },
];

/// The content of each file, if it exists.
type Contents = BTreeMap<&'static str, Option<Vec<u8>>>;

impl Case {
    /// Files that the command reads or replaces. There is something to fix, to drop and to report.
    fn repository() -> Repository {
        let records: String = (0..40)
            .map(|at| {
                format!("{{\"text_input\":\"question {at}\",\"output\":\"answer {at}\"}} \r\n")
            })
            .collect();
        let odd = "{\"text_input\":\"question\",\"output\":\"\"}\n\n";
        let data = [records.as_str(), odd, &records[..60], "\n"].concat();
        let files = ["old.jsonl", "old.txt", "old.json", "sets/train.jsonl"];
        let mut files: Vec<(&str, &str)> = files.map(|name| (name, "# old content\n")).to_vec();
        files.push(("a.jsonl", &data));
        files.push(("b.jsonl", &records));
        Repository::new(&files)
    }

    fn contents(&self, repository: &Repository) -> Contents {
        let outputs = self.outputs.iter();
        outputs
            .map(|name| (*name, fs::read(repository.path(name)).ok()))
            .collect()
    }

    /// The exit code and the outputs of a run without a fault.
    fn undisturbed(&self) -> (i32, Contents) {
        let repository = Self::repository();
        let (code, _, said) = repository.run(self.arguments);
        let (old, new) = (
            self.contents(&Self::repository()),
            self.contents(&repository),
        );
        let all_written = new
            .iter()
            .all(|(name, content)| content.is_some() && old.get(name) != Some(content));
        assert!(code < 2 && all_written, "{:?}: {said}", self.arguments);
        (code, new)
    }

    fn command(&self, repository: &Repository) -> Command {
        let mut command = crate::running::command(self.arguments);
        command.current_dir(repository.path("."));
        command
    }
}

/// What a run with one fault must leave.
struct Judge {
    case: &'static Case,
    code: i32,
    old: Contents,
    new: Contents,
}

impl Judge {
    fn of(case: &'static Case) -> Self {
        let (code, new) = case.undisturbed();
        let old = case.contents(&Case::repository());
        Self {
            case,
            code,
            old,
            new,
        }
    }

    /// A run that ended by itself after `fault`: it succeeded and all is new, or it failed, named the cause
    /// and left no temporary file; each output is whole.
    fn failed(&self, repository: &Repository, fault: &str, output: &Output) {
        let (code, _, said) = outcome(output);
        let about = format!("{:?} after {fault}: {code} {said}", self.case.arguments);
        self.is_whole(repository, &about);
        match code {
            2 => assert!(said.contains("error: "), "{about}"),
            _ => {
                assert_eq!(code, self.code, "{about}");
                for (name, content) in self.case.contents(repository) {
                    let is_new = self.new.get(name) == Some(&content);
                    let is_report = is_whole_report(name, &content.unwrap_or_default());
                    assert!(is_new || is_report, "{name} is not new: {about}");
                }
            }
        }
        assert!(!said.contains("internal error"), "{about}");
        let left = temporaries(&repository.path("."));
        assert!(
            left.is_empty() || fault.starts_with("unlink"),
            "{about} {left:?}"
        );
    }

    /// Each output has its old content or its new content.
    fn is_whole(&self, repository: &Repository, about: &str) {
        for (name, content) in self.case.contents(repository) {
            let is_old = self.old.get(name) == Some(&content);
            let is_new = self.new.get(name) == Some(&content);
            let is_report = content.is_some_and(|content| is_whole_report(name, &content));
            assert!(is_old || is_new || is_report, "{name} is a mix: {about}");
        }
    }
}

/// What a killed run leaves is no input of the next one.
fn leftovers_are_ignored(repository: &Repository) {
    if !temporaries(&repository.path(".")).is_empty() {
        let (_, out, _) = repository.run(&["check", ".", "--format", "concise"]);
        assert!(!out.contains(".tunelint-"), "{out}");
    }
}

/// Whether it is a whole report. After a fault of reading, one names the file or lacks an excerpt.
fn is_whole_report(name: &str, content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content);
    match name.rsplit_once('.') {
        Some((_, "html")) => text.trim_end().ends_with("</html>"),
        Some((_, "json")) => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
        _ => false,
    }
}

/// The temporary files of the program below `directory`.
fn temporaries(directory: &Path) -> Vec<PathBuf> {
    let mut files = crate::running::files_below(directory, Some("tmp"));
    files.retain(|path| path.to_string_lossy().contains(".tunelint-"));
    files
}

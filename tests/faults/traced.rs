//! System calls that fail under `strace`, also those that go past the C library. Skipped where it is not
//! installed or may not trace.

use std::process::Command;

use super::{CASES, Case, Judge};
use crate::figures;

/// Calls that a run makes on its outputs, and in the long form those that it makes on its inputs.
const ON_OUTPUTS: [&str; 4] = ["rename", "renameat", "renameat2", "linkat"];
const LONG: [&str; 9] = [
    "openat",
    "read",
    "write",
    "fsync",
    "fchmod",
    "statx",
    "unlink",
    "mkdir",
    "copy_file_range",
];

/// What the program cannot answer for: its libraries cannot be loaded, or it cannot start a thread.
const BEFORE_MAIN: &str = "error while loading shared libraries";

#[test]
fn a_system_call_that_fails_leaves_the_old_file_or_the_new_one() {
    let probe = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    if !probe.is_ok_and(|of| of.status.success()) {
        println!("SKIPPED: no strace, so that the rename does not fail");
        return;
    }
    let long: &[&str] = if figures::is_long() { &LONG } else { &[] };
    let mut faults = 0;
    for case in &CASES {
        let judge = Judge::of(case);
        for call in ON_OUTPUTS.iter().chain(long) {
            faults += each(case, &judge, call);
        }
    }
    assert!(faults >= CASES.len() as u64, "{faults} renames failed");
    figures::add("faults", faults);
}

/// Fails each of the calls of one name in turn. Returns their number.
fn each(case: &Case, judge: &Judge, call: &str) -> u64 {
    for nth in 1.. {
        let repository = Case::repository();
        let log = tempfile::NamedTempFile::new().expect("a file");
        let plain = case.command(&repository);
        let mut traced = Command::new("strace");
        traced
            .args(["-f", "-qq", "-e", &format!("trace={call}")])
            .args(["-e", &format!("inject={call}:error=EIO:when={nth}"), "-o"])
            .arg(log.path())
            .arg(plain.get_program())
            .args(plain.get_args())
            .current_dir(repository.path("."))
            .env("NO_COLOR", "1");
        let output = traced.output().expect("strace runs");
        let log = std::fs::read_to_string(log.path()).expect("a log");
        if !log.contains("(INJECTED)") {
            return nth - 1;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(127) || !said.contains(BEFORE_MAIN) {
            judge.failed(&repository, &format!("{call} {nth}"), &output);
        }
    }
    0
}

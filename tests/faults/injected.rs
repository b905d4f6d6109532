//! Calls that fail, and kills, by the library `shim.c`.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::{CASES, Case, Judge, leftovers_are_ignored};
use crate::figures;
use crate::running::{Repository, root};

/// The error numbers of a fault of the device, and of a full disk; 0 kills.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const KILL: i32 = 0;

/// The library, compiled once; `None` where there is no C compiler for it.
fn shim() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shim.so");
        let source = root().join("tests/faults/shim.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]);
        let built = compiler.arg(&library).arg(source).arg("-ldl").output();
        let is_built = cfg!(target_os = "linux") && built.is_ok_and(|of| of.status.success());
        if !is_built {
            println!("SKIPPED: no C compiler for Linux, so that no call fails on purpose");
        }
        is_built.then_some(library)
    });
    built.as_deref()
}

/// Runs `case` with `error` at its `nth` call. Returns the call, if there were so many.
fn run(case: &Case, nth: u32, error: i32, shim: &Path) -> (Repository, Output, Option<String>) {
    let repository = Case::repository();
    let log = tempfile::NamedTempFile::new().expect("a file");
    let below = repository.path(".").canonicalize().expect("a directory");
    let mut command = case.command(&repository);
    command
        .env("LD_PRELOAD", shim)
        .env("FAULT_BELOW", below)
        .env("FAULT_NTH", nth.to_string())
        .env("FAULT_ERROR", error.to_string())
        .env("FAULT_LOG", log.path());
    let output = command.output().expect("it runs");
    let call = std::fs::read_to_string(log.path()).expect("a log");
    (repository, output, call.lines().next().map(str::to_owned))
}

/// Runs every case with `error` at each of its calls in turn, of which only every `step`th where there is
/// little time. Returns the number of faults.
fn each_call(error: i32, step: usize, judge: impl Fn(&Judge, &Repository, &str, &Output)) -> u64 {
    let Some(shim) = shim() else { return 0 };
    let step = if figures::is_long() { 1 } else { step };
    let mut faults = 0;
    for (index, case) in CASES.iter().enumerate() {
        let of_case = Judge::of(case);
        for nth in (1 + index as u32 % step as u32..).step_by(step) {
            let (repository, output, call) = run(case, nth, error, shim);
            let Some(call) = call else { break };
            judge(&of_case, &repository, &call, &output);
            faults += 1;
        }
    }
    faults
}

#[test]
fn a_call_that_fails_leaves_the_old_file_or_the_new_one() {
    for (error, step) in [(EIO, 2), (ENOSPC, 4)] {
        let faults = each_call(error, step, |judge, repository, call, output| {
            judge.failed(repository, call, output);
        });
        assert!(faults > 20 || shim().is_none(), "{faults} calls failed");
        figures::add("faults", faults);
    }
}

#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let kills = each_call(KILL, 4, |judge, repository, call, output| {
        assert_eq!(output.status.signal(), Some(9), "{call}");
        judge.is_whole(repository, call);
        leftovers_are_ignored(repository);
    });
    assert!(kills > 20 || shim().is_none(), "{kills} kills");
    figures::add("kills", kills);
}

#[test]
fn short_writes_lose_nothing() {
    let Some(shim) = shim() else { return };
    for case in &CASES {
        let judge = Judge::of(case);
        let repository = Case::repository();
        let below = repository.path(".").canonicalize().expect("a directory");
        let mut command = case.command(&repository);
        command.env("LD_PRELOAD", shim).env("FAULT_BELOW", below);
        let output = command.env("FAULT_SHORT", "1").output().expect("it runs");
        judge.failed(&repository, "short writes", &output);
        assert_eq!(output.status.code(), Some(judge.code));
    }
}

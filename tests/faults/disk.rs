//! Full disks, limits on the size of files, and directories that cannot be written.

use super::{CASES, Case, Judge};
use crate::figures;

/// A shell that runs `script` in a repository with the command of `case` as `run`.
fn shell(case: &Case, script: &str) -> (crate::running::Repository, std::process::Output) {
    let repository = Case::repository();
    let arguments: Vec<String> = (case.arguments.iter())
        .map(|argument| format!("'{argument}'"))
        .collect();
    let run = format!("run() {{ \"$T\" {}; }}\n{script}", arguments.join(" "));
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &run])
        .current_dir(repository.path("."))
        .env("T", env!("CARGO_BIN_EXE_tunelint"))
        .env("NO_COLOR", "1");
    let output = bash.output().expect("bash starts");
    (repository, output)
}

#[test]
fn a_limit_on_the_size_of_files_leaves_the_old_file_or_the_new_one() {
    for case in &CASES {
        let judge = Judge::of(case);
        for blocks in 0..3 {
            // Standard error is a pipe, which the limit does not concern.
            let (repository, output) = shell(case, &format!("ulimit -f {blocks}; run"));
            judge.failed(&repository, &format!("ulimit -f {blocks}"), &output);
            figures::add("faults", 1);
        }
    }
}

/// Runs the command where a file system of `size` is mounted over the repository, with its files.
fn on_a_disk_of(size: &str) -> String {
    format!(
        r#"export T scratch=$(mktemp -d); export -f run
        unshare -rm bash -c 'cp -r . $scratch/in && mount -t tmpfs -o size={size} none . && cd "$PWD" &&
            cp -r $scratch/in/. . && {{ run; code=$?; cp -r . $scratch/out; exit $code; }}'
        code=$?; cp -r $scratch/out/. .; rm -r $scratch; exit $code"#
    )
}

#[test]
fn a_full_disk_leaves_the_old_file_or_the_new_one() {
    let probe = std::process::Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"])
        .output();
    if !probe.is_ok_and(|of| of.status.success()) {
        println!("SKIPPED: no file system may be mounted, so that no disk is full");
        return;
    }
    for case in &CASES {
        let judge = Judge::of(case);
        // The files themselves take six pages.
        for size in ["24k", "28k", "36k"] {
            let (repository, output) = shell(case, &on_a_disk_of(size));
            judge.failed(&repository, &format!("a disk of {size}"), &output);
            figures::add("faults", 1);
        }
    }
}

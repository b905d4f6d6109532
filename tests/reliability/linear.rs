//! Work grows with the size of a file and not faster, whatever there is more of. Instructions are counted,
//! by the processor or by valgrind, and not time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::figures;
use crate::running::Repository;

/// The most that twice as much may take.
const MOST: f64 = 2.3;

/// The program without symbols, which valgrind would read for longer than the program runs.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = Path::new(env!("CARGO_BIN_EXE_tunelint"));
    let stripped = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tunelint-stripped");
    let done = Command::new("strip")
        .arg("-o")
        .args([&stripped, program])
        .status();
    match done.is_ok_and(|status| status.success()) {
        true => stripped,
        false => program.to_owned(),
    }
});

/// The instructions of a run; `None` where nothing counts them.
fn instructions(repository: &Repository, arguments: &[&str]) -> Option<u64> {
    let run = |tool: &[&str]| {
        let mut command = Command::new(tool[0]);
        command.args(&tool[1..]).arg(&*PROGRAM).args(arguments);
        command.current_dir(repository.path("."));
        let output = command.output().ok()?;
        String::from_utf8(output.stderr).ok()
    };
    let counted = run(&["perf", "stat", "-x,", "-e", "instructions:u"]).and_then(|said| {
        let line = said.lines().find(|line| line.contains("instructions"))?;
        line.split(',').next()?.parse().ok()
    });
    counted.or_else(|| {
        let tool = [
            "valgrind",
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
        ];
        let said = run(&tool)?;
        let line = said.lines().find(|line| line.contains("Collected"))?;
        line.split_whitespace().last()?.parse().ok()
    })
}

/// Runs `arguments` on the files for `size`, twice and four times as much.
fn is_linear(
    size: usize,
    arguments: &[&str],
    files: impl Fn(usize) -> Vec<(&'static str, String)>,
) {
    let of = |size| {
        let files = files(size);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        instructions(&Repository::new(&files), arguments)
    };
    let (Some(one), Some(two), Some(four)) = (of(size), of(2 * size), of(4 * size)) else {
        println!("SKIPPED: neither perf nor valgrind counts instructions");
        return;
    };
    for (less, more) in [(one, two), (two, four)] {
        let times = more as f64 / less.max(1) as f64;
        assert!(
            times < MOST,
            "{arguments:?}: {less}, then {more} for twice as much"
        );
    }
}

const CHECK: [&str; 6] = [
    "check",
    "a.csv",
    "--no-progress",
    "--threads",
    "1",
    "--quiet",
];

#[test]
fn columns_of_a_table() {
    // Under valgrind, a run takes seconds.
    let names: &[&str] = if figures::is_long() {
        &["column", "Output"]
    } else {
        &["column"]
    };
    for &name in names {
        is_linear(1_500, &CHECK, |size| {
            let list = |word: &str, numbered: bool| {
                let cell = |at| {
                    if numbered {
                        format!("{word}{at}")
                    } else {
                        word.to_owned()
                    }
                };
                (0..size).map(cell).collect::<Vec<_>>().join(",")
            };
            let header = list(name, name == "column");
            let row = list("cell", true);
            vec![("a.csv", format!("text_input,output,{header}\na,b,{row}\n"))]
        });
    }
}

#[test]
fn keys_of_an_object() {
    let arguments = CHECK.map(|argument| {
        if argument == "a.csv" {
            "a.jsonl"
        } else {
            argument
        }
    });
    is_linear(2_000, &arguments, |size| {
        let fields: String = (0..size)
            .map(|at| format!(",\"key{at}\":{{\"a\":{at}}}"))
            .collect();
        let record = format!("{{\"text_input\":\"a\",\"output\":\"b\"{fields}}}\n");
        vec![("a.jsonl", record.repeat(2))]
    });
}

#[test]
fn suppressions() {
    is_linear(300, &CHECK, |size| {
        let entry = |at| {
            format!("[[allow]]\nrule = \"empty-output\"\nreason = \"known\"\nrecord = \"{at}\"\n")
        };
        let settings: String = (0..size).map(entry).collect();
        vec![
            ("a.csv", "id,text_input,output\n7,a,\n8,b,\n".to_owned()),
            ("tunelint.toml", settings),
        ]
    });
}

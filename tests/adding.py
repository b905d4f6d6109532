#!/usr/bin/env python3
"""Adds a rule, a provider and a report format to a copy of the project, and runs the tests there.

usage: adding.py [SCRATCH]

Holds what CONTRIBUTING.md promises: a rule is three files by hand, a provider one, a report format
two, and `TUNELINT_UPDATE=1 cargo test` derives everything else. SCRATCH is a directory for the
copy and its build, kept for the next run; without it, both are temporary.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ["cli::transcripts", "convert::", "formats::", "laws::", "layers::", "pages::",
         "profiles::", "readme::", "settings::", "words::"]

RULE = '''//! Flags outputs in capital letters.

use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "shouting-output",
    Level::Fixed(Severity::Advice),
    Scope::Example,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(ShoutingOutput))
}

struct ShoutingOutput;

impl ExampleRule for ShoutingOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.output_texts() {
            let letters = || text.as_str().chars().filter(|c| c.is_alphabetic());
            if letters().count() > 24 && letters().all(char::is_uppercase) {
                findings.report(example.record.at(text.span()), Severity::Advice, || {
                    Message::new("output in capital letters").help("write it in lower case")
                });
            }
        }
    }
}
'''

PAGE = '''# shouting-output

An output in capital letters.

| severity | scope | fix | since |
|---|---|---|---|
| advice | example | none | 0.1.0 |

## Why

A model that is fine-tuned on capital letters writes in capital letters.

## What it flags

- Flags an output of more than 24 letters, all of them capital letters.

```jsonl fail at=1:47
{"text_input":"Is the tea sold out?","output":"NO, WE HAVE PLENTY OF TEA IN STOCK!"}
```

Not flagged, because it is short:

```jsonl pass
{"text_input":"Is the tea sold out?","output":"NO"}
```

## How to fix it

Write the output in lower case.

## Sources

A rule of the test.
'''

PROVIDER = '''name = "toy"
title = "Toy fine-tuning"
status = "alive"
read = "2026-11-23"
layouts = ["prompt-completion"]
container = "jsonl"

[sources]
toy1 = "https://example.com/training-data"

[limits.min-examples]
value = 32
unit = "examples"
effect = "rejects"
source = "toy1"
quote = "The file must have at least 32 examples."
'''

FORMAT = '''//! The format `tally`: the number of findings.

use std::io::{self, Write};

use tunelint_core::finding::Finding;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::style::Style;

/// The report.
pub struct Tally<'w> {
    found: u64,
    out: Box<dyn Write + Send + 'w>,
}

impl<'w> Tally<'w> {
    /// A report that writes to `out`.
    pub fn new(_: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self { found: 0, out }
    }
}

impl Report for Tally<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, _: &Finding) -> io::Result<()> {
        self.found += 1;
        Ok(())
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        writeln!(self.out, "{}", self.found)?;
        self.out.flush()
    }
}
'''


def run(command, folder, **more):
    environment = {**os.environ, **more}
    return subprocess.run(command, cwd=folder, env=environment, check=True,
                          capture_output=True, text=True).stdout


def copy(scratch):
    """The files of the project, as a repository of its own, beside the shared files if any."""
    copied = scratch / "project"
    if copied.exists():
        shutil.rmtree(copied)
    for name in run(["git", "ls-files", "-co", "--exclude-standard"], ROOT).splitlines():
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copied / name, follow_symlinks=False)
    shared, link = ROOT.parent / "shared", scratch / "shared"
    if shared.exists() and not link.exists():
        link.symlink_to(shared)
    run(["git", "init", "-q"], copied)
    keep(copied)
    return copied


def keep(copied):
    """Makes the present state the one that changes are counted from."""
    run(["git", "add", "-A"], copied)
    run(["git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "x"],
        copied)


def changed(copied):
    return sorted(line[3:] for line in run(["git", "status", "--short", "-uall"], copied).splitlines())


def insert(path, before, line):
    """Adds `line` in front of the line that starts with `before`."""
    text = path.read_text()
    pattern = re.compile(rf"^( *){re.escape(before)}", re.MULTILINE)
    new = pattern.sub(lambda match: f"{match[1]}{line}\n{match[0]}", text, count=1)
    assert new != text, f"{path}: no line starts with {before}"
    path.write_text(new)


def add_rule(copied):
    rules = copied / "crates/tunelint-rules/src"
    (rules / "rules/shouting_output.rs").write_text(RULE)
    (copied / "rules/shouting-output.md").write_text(PAGE)
    insert(rules / "rules.rs", "spreadsheet_damage ", 'shouting_output "shouting-output";')


def add_provider(copied):
    (copied / "rules/profiles/toy.toml").write_text(PROVIDER)


def add_format(copied):
    report = copied / "crates/tunelint/src"
    (report / "report/tally.rs").write_text(FORMAT)
    insert(report / "report.rs", "/// The same objects, one per line.",
           "/// The number of findings.\n    Tally => tally::Tally;")


def test(copied, target, **more):
    command = ["cargo", "test", "--quiet", "-p", "tunelint", "--test", "all", "--", *TESTS]
    done = subprocess.run(command, cwd=copied, capture_output=True, text=True,
                          env={**os.environ, "CARGO_TARGET_DIR": str(target), **more})
    if done.returncode:
        sys.exit(f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}")


def hold(scratch):
    copied = copy(scratch)
    for name, add, files in [("a rule", add_rule, 3), ("a provider", add_provider, 1),
                             ("a report format", add_format, 2)]:
        add(copied)
        by_hand = changed(copied)
        assert len(by_hand) == files, f"{name}: {len(by_hand)} files by hand: {by_hand}"
        test(copied, scratch / "target", TUNELINT_UPDATE="1", TRYCMD="overwrite")
        derived = [path for path in changed(copied) if path not in by_hand]
        test(copied, scratch / "target")
        print(f"{name}: {files} by hand: {', '.join(by_hand)}")
        print(f"  derived: {', '.join(derived) or 'nothing'}")
        keep(copied)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        pathlib.Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        hold(pathlib.Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            hold(pathlib.Path(folder))

//! The report of a conversion: findings, losses, and the number of records read, written and
//! rejected.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tunelint_core::convert::{Conversion, Recipient, Reject};
use tunelint_core::finding::Finding;
use tunelint_core::printable::{counted, grouped, printable, printable_path};

use crate::exit::Failure;
use crate::staged::StagedFile;

/// The number of findings shown per rule; the rest is counted.
const SHOWN: u64 = 5;

/// Receives the findings and rejected records of a conversion, and prints the report on standard
/// error at the end. Call [`stops`](Self::stops) before the output is committed.
pub struct Account {
    path: String,
    found: BTreeMap<&'static str, u64>,
    reasons: Vec<(Option<u64>, String)>,
    rejects: Option<(PathBuf, Option<StagedFile>)>,
    /// The text of the findings, printed first.
    findings: String,
    /// Notes, printed after the findings.
    notes: String,
}

impl Account {
    /// An empty report on the file at `path`. Rejected records are written to `rejects`, if given;
    /// [`commit_rejects`](Self::commit_rejects) creates that file.
    pub fn new(path: &Path, rejects: Option<PathBuf>) -> Self {
        Self {
            path: printable_path(path),
            found: BTreeMap::new(),
            reasons: Vec::new(),
            rejects: rejects.map(|path| (path, None)),
            findings: String::new(),
            notes: String::new(),
        }
    }

    /// Adds a note. `text` must end with a line break.
    pub fn note(&mut self, text: &str) {
        self.notes.push_str(text);
    }

    /// Whether the output must not be committed. If so, prints the report with the reason.
    pub fn stops(&mut self, conversion: &Conversion, strict: bool) -> bool {
        let rejected = conversion.rejected > 0 && self.rejects.is_none();
        let lossy = strict && !conversion.losses.is_empty();
        if !rejected && !lossy && conversion.read > 0 {
            return false;
        }
        let rejected = Conversion {
            written: 0,
            rejected: conversion.read,
            examples: 0,
            ..conversion.clone()
        };
        if lossy {
            self.note("nothing was written: the layout cannot hold all of the data (--strict)\n");
        } else if conversion.read > 0 {
            let bad = counted(conversion.rejected, "record");
            self.note(&format!("nothing was written: {bad} cannot be converted; use `--rejects FILE` to write them to a file and convert the rest\n"));
        }
        self.print(&rejected);
        true
    }

    /// Prints findings, notes, losses and the number of records.
    pub fn print(&mut self, conversion: &Conversion) {
        let mut text = std::mem::take(&mut self.findings);
        for (rule, found) in self.found.iter().filter(|(_, found)| **found > SHOWN) {
            text.push_str(&format!(
                "… and {} more of {rule}\n",
                grouped(found - SHOWN)
            ));
        }
        text.push_str(&std::mem::take(&mut self.notes));
        for (name, loss) in &conversion.losses.names {
            let (count, line, column) = (
                counted(loss.count, "time"),
                loss.first.line,
                loss.first.column,
            );
            text.push_str(&format!(
                "lost: {name}, {count}, first at {}:{line}:{column}\n",
                self.path
            ));
        }
        if conversion.losses.further > 0 {
            let more = counted(conversion.losses.further, "time");
            text.push_str(&format!("lost: other fields, {more}\n"));
        }
        if conversion.examples > conversion.written {
            text.push_str(&format!(
                "{} split into {}\n",
                counted(conversion.written, "record"),
                counted(conversion.examples, "example")
            ));
        }
        let Conversion {
            read,
            written,
            rejected,
            ..
        } = conversion;
        text.push_str(&format!(
            "read {read} = written {written} + rejected {rejected}\n"
        ));
        // If standard error is closed, the report cannot be printed anywhere.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Moves the file of rejected records to its final path, if there were any. Fails if that
    /// exists, unless `force`.
    pub fn commit_rejects(&mut self, force: bool) -> Result<(), Failure> {
        match self.rejects.take() {
            Some((path, Some(file))) => file
                .commit(force)
                .map_err(|error| Failure::io("write", &printable_path(&path), &error)),
            _ => Ok(()),
        }
    }
}

impl Recipient for Account {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        let found = self.found.entry(finding.rule).or_default();
        *found += 1;
        let at = finding.location.start;
        let message = printable(&finding.message).into_owned();
        if *found <= SHOWN {
            let (path, severity, rule) = (&self.path, finding.severity.as_str(), finding.rule);
            self.findings.push_str(&format!(
                "{path}:{}:{}: {severity}[{rule}] {message}\n",
                at.line, at.column
            ));
            if let Some(help) = &finding.help {
                self.findings
                    .push_str(&format!("  help: {}\n", printable(help)));
            }
        }
        self.reasons.push((
            finding.location.record,
            format!("{}:{}: {}: {message}", at.line, at.column, finding.rule),
        ));
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> io::Result<()> {
        let Some((path, file)) = &mut self.rejects else {
            return Ok(());
        };
        if file.is_none() {
            *file = Some(StagedFile::create(path)?);
        }
        let Some(file) = file else { return Ok(()) };
        let reasons = self
            .reasons
            .iter()
            .filter(|(record, _)| *record == Some(reject.record));
        for (_, reason) in reasons {
            writeln!(file, "# {reason}")?;
        }
        self.reasons
            .retain(|(record, _)| record.is_some_and(|record| record > reject.record));
        file.write_all(&reject.raw)?;
        file.write_all(b"\n")
    }
}

//! The report of a conversion: findings, losses, and the number of records read, written and
//! rejected.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::path::PathBuf;

use tunelint_core::convert::{Conversion, Recipient, RecordPlace, Reject};
use tunelint_core::finding::Finding;
use tunelint_core::name_counts::NameCounts;
use tunelint_core::position::{Position, SourceId};
use tunelint_core::printable::{counted, grouped, printable, printable_path};
use tunelint_core::reader::Reader;

use super::names::Unit;
use super::place::of_record;
use super::rejects::RejectsFile;
use crate::exit::Failure;

/// The number of findings shown per rule; the rest is counted.
const SHOWN: u64 = 5;

/// Receives the findings and rejected records of a conversion, and prints the report on standard
/// error at the end. Call [`stops`](Self::stops) before the output is committed.
pub struct Account {
    /// The names of the sources, by their ids, and what their places are counted in.
    sources: Vec<(String, Unit)>,
    found: BTreeMap<&'static str, u64>,
    /// Why records were rejected, by their numbers; only kept for a file of rejected records.
    reasons: VecDeque<(Option<u64>, String)>,
    rejects: Option<RejectsFile>,
    /// The text of the findings, printed first.
    findings: String,
    /// Notes, printed after the findings.
    notes: String,
}

impl Account {
    /// An empty report on the files of `readers`. Rejected records are written to `rejects`, if
    /// given; [`commit_rejects`](Self::commit_rejects) creates that file.
    ///
    /// # Errors
    /// If rejected records of these files do not fit in one file.
    pub fn new(readers: &[Reader], rejects: Option<PathBuf>) -> Result<Self, Failure> {
        let rejects = rejects.map(|path| RejectsFile::new(path, readers));
        let sources = readers.iter().map(|reader| {
            let input = &reader.input;
            (printable_path(&input.name), Unit::of(input))
        });
        Ok(Self {
            sources: sources.collect(),
            found: BTreeMap::new(),
            reasons: VecDeque::new(),
            rejects: rejects.transpose()?,
            findings: String::new(),
            notes: String::new(),
        })
    }

    /// The name of a source, and what its places are counted in.
    fn source(&self, source: SourceId) -> (&str, Unit) {
        let source = self.sources.get(source.0 as usize);
        source.map_or(("", Unit::Line), |(path, unit)| (path.as_str(), *unit))
    }

    fn place(&self, source: SourceId, at: Position) -> String {
        let (path, unit) = self.source(source);
        of_record(path, unit, at.line, at.column)
    }

    /// Adds a note. `text` must end with a line break.
    pub fn note(&mut self, text: &str) {
        self.notes.push_str(text);
    }

    /// Whether the output must not be committed. If so, prints the report with the reason.
    pub fn stops(&mut self, conversion: &Conversion, strict: bool) -> bool {
        let rejected = conversion.rejected > 0 && self.rejects.is_none();
        let lossy = strict && !conversion.losses.is_empty();
        let unreadable = conversion.unreadable > 0;
        if !rejected && !lossy && !unreadable && conversion.read > 0 {
            return false;
        }
        let why = if lossy {
            "the layout cannot hold all of the data (--strict)".to_owned()
        } else if unreadable {
            let files = counted(conversion.unreadable, "file");
            format!("{files} cannot be read")
        } else {
            let bad = counted(conversion.rejected, "record");
            format!(
                "{bad} cannot be converted; use `--rejects FILE` to write them to a file and convert the rest"
            )
        };
        self.refuse(conversion, &why);
        true
    }

    /// Prints the report of an output that is not committed, with the reason. Without records, there
    /// is nothing to say.
    pub fn refuse(&mut self, conversion: &Conversion, why: &str) {
        if conversion.read > 0 {
            self.note(&format!("nothing was written: {why}\n"));
        }
        self.print(&Conversion {
            written: 0,
            rejected: conversion.read,
            examples: 0,
            ..conversion.clone()
        });
    }

    /// Prints findings, notes, losses and the number of records.
    pub fn print(&mut self, conversion: &Conversion) {
        self.explain(conversion);
        self.conclude(conversion);
    }

    /// Prints findings and losses. Call it before the output replaces anything.
    pub fn explain(&mut self, conversion: &Conversion) {
        let mut text = std::mem::take(&mut self.findings);
        for (rule, found) in self.found.iter().filter(|(_, found)| **found > SHOWN) {
            text.push_str(&format!(
                "… and {} more of {rule}\n",
                grouped(found - SHOWN)
            ));
        }
        text.push_str(&self.counted("kept", &conversion.kept));
        text.push_str(&self.counted("lost", &conversion.losses));
        say(&text);
    }

    /// Prints notes and the number of records.
    pub fn conclude(&mut self, conversion: &Conversion) {
        let mut text = std::mem::take(&mut self.notes);
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
        say(&text);
    }

    /// A line for each name, with its number and its first place.
    fn counted(&self, what: &str, counts: &NameCounts<RecordPlace>) -> String {
        let mut text = String::new();
        for (name, named) in &counts.names {
            let RecordPlace {
                source, position, ..
            } = named.first;
            let (place, count) = (self.place(source, position), counted(named.count, "time"));
            text.push_str(&format!("{what}: {name}, {count}, first at {place}\n"));
        }
        if counts.further > 0 {
            let more = counted(counts.further, "time");
            text.push_str(&format!("{what}: other fields, {more}\n"));
        }
        text
    }

    /// Moves the file of rejected records to its final path, if there were any. Fails if that
    /// exists, unless `force`.
    pub fn commit_rejects(&mut self, force: bool) -> Result<(), Failure> {
        match self.rejects.take() {
            Some(rejects) => rejects.commit(force),
            None => Ok(()),
        }
    }
}

fn say(text: &str) {
    // If standard error is closed, the report cannot be printed anywhere.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

impl Recipient for Account {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        let found = self.found.entry(finding.rule).or_default();
        *found += 1;
        let at = finding.location.start;
        let message = printable(&finding.message).into_owned();
        if *found <= SHOWN {
            let (severity, rule) = (finding.severity.as_str(), finding.rule);
            let place = self.place(finding.location.source, at);
            let line = format!("{place}: {severity}[{rule}] {message}\n");
            self.findings.push_str(&line);
            if let Some(help) = &finding.help {
                self.findings
                    .push_str(&format!("  help: {}\n", printable(help)));
            }
        }
        if self.rejects.is_some() {
            let (_, unit) = self.source(finding.location.source);
            let place = match unit {
                Unit::Line => format!("{}:{}", at.line, at.column),
                Unit::Row | Unit::Record => format!("{} {}", unit.as_str(), at.line),
            };
            let reason = format!("{place}: {}: {message}", finding.rule);
            self.reasons.push_back((finding.location.record, reason));
        }
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> io::Result<()> {
        // Findings and rejected records come in the same order.
        let mut own = Vec::new();
        while let Some((record, reason)) = self.reasons.pop_front() {
            match record {
                Some(record) if record > reject.record => {
                    self.reasons.push_front((Some(record), reason));
                    break;
                }
                Some(record) if record == reject.record => own.push(reason),
                _ => {}
            }
        }
        match &mut self.rejects {
            Some(rejects) => rejects.write(&reject, &own),
            None => Ok(()),
        }
    }
}

//! `--fix`, `--unsafe-fixes` and `--drop-records`: applies the fixes of findings, file by file.
//!
//! Each pass runs a silent check that collects fixes, and applies them. Passes are repeated until
//! nothing is left to fix, because one fix can make another possible. Only the bytes of the fixes
//! change. A file is replaced only when its fixed copy and the file of dropped records are complete
//! on disk.

mod collect;
mod diff;
mod prepare;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use tunelint_core::finding::Keep;
use tunelint_core::fit::rewrite_command;
use tunelint_core::fix::{Change, FixRequest};
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, printable_path};
use tunelint_core::source::{Input, Origin};

use super::events::Events;
use super::output::{self, Reports};
use super::plan::{Plan, Plans};
use super::source::Source;
use super::sources::Sources;
use crate::cli::{CheckOptions, Fixes};
use crate::exit::{Exit, Failure};
use crate::reading;
use crate::staged::StagedFile;
use crate::walk::Named;
use collect::FixCollector;
use prepare::{Planned, ends_open, prepare};

/// The maximum number of passes over the files.
const PASSES: usize = 6;

/// Whether fixes are to be applied or shown.
pub(super) fn is_wanted(options: &CheckOptions) -> bool {
    let Fixes {
        fix,
        unsafe_fixes,
        drop_records,
        diff,
        ..
    } = options.fixes;
    fix || unsafe_fixes || drop_records || diff
}

/// The result of fixing.
#[derive(Debug)]
pub struct Fixed {
    /// `Exit::Findings` only if `--diff` has changes to show, and `Exit::CouldNotRun` if a file
    /// could not be read to its end.
    pub exit: Exit,
    /// The number of fixes applied, by file and rule.
    pub done: BTreeMap<PathBuf, BTreeMap<&'static str, u64>>,
    /// With `--diff`, the changes that were not made.
    pub diff: Option<String>,
    /// Why files cannot be fixed; with `--diff`, also why they could not be read: no other run follows
    /// that would report it.
    pub unread: Vec<Failure>,
}

/// Applies the fixes that the options allow, or finds them with `--diff`. `names` are the names of all
/// files by source id.
pub(super) fn run(
    options: &CheckOptions,
    sources: &Sources,
    names: &[PathBuf],
) -> Result<Fixed, Failure> {
    if sources.list.iter().any(|source| source.named.is_stdin()) {
        return Err(Failure::new("cannot fix standard input").help("pass a file name"));
    }
    let mut unread = Vec::new();
    for source in &sources.list {
        unread.extend(refused_if_packed(options, source)?);
    }
    let mut fixing = Fixing {
        options,
        sources,
        names,
        done: BTreeMap::new(),
        passes: 0,
        exit: Exit::Clean,
        unread,
    };
    if options.fixes.diff {
        return fixing.show();
    }
    while fixing.passes < PASSES && fixing.pass()? {
        fixing.passes += 1;
    }
    Ok(Fixed {
        exit: fixing.exit,
        done: fixing.done,
        diff: None,
        unread: fixing.unread,
    })
}

impl Fixed {
    /// Prints the diff on standard output, or the number of fixes by file and rule on standard error.
    pub(super) fn print(&self) -> Result<(), Failure> {
        self.unread.iter().for_each(Failure::print);
        if let Some(diff) = &self.diff {
            return crate::stdout::print(diff).map(|_| ());
        }
        let mut text = String::new();
        for (path, done) in &self.done {
            let each: Vec<String> = done
                .iter()
                .map(|(rule, times)| format!("{rule} {}", counted(*times, "time")))
                .collect();
            text += &format!("fixed {}: {}\n", printable_path(path), each.join(", "));
        }
        // If standard error is closed, there is nowhere to print this.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        if self.exit == Exit::CouldNotRun {
            // The check that follows may be able to read them again.
            Failure::new("some files could not be read, so not everything was fixed")
                .help("run the command again")
                .print();
        }
        Ok(())
    }
}

/// Why `source` is not fixed, if its records are not stored as text, with the command that
/// gives a file that can be fixed.
fn refused_if_packed(options: &CheckOptions, source: &Source) -> Result<Option<Failure>, Failure> {
    let input = reading::input(&source.named, &options.reading)?;
    if !matches!(input.origin, Origin::Packed(..)) {
        return Ok(None);
    }
    let path = input.name.clone();
    let reader = reading::open(SourceId(0), input, &reading::options(&options.reading)?)?;
    let layout = reader.layout().map_or("pairs", |layout| layout.name());
    let command = rewrite_command(&path, layout, " --keep-extra");
    let failure = Failure::new(format!(
        "{} was not fixed: its records are not text in a file",
        printable_path(&path)
    ));
    let help = format!("convert it to a file that can be fixed: `{command}`");
    Ok(Some(failure.help(help)))
}

/// The state of a fixing run.
struct Fixing<'r> {
    options: &'r CheckOptions,
    sources: &'r Sources,
    names: &'r [PathBuf],
    /// The number of fixes applied, by file and rule.
    done: BTreeMap<PathBuf, BTreeMap<&'static str, u64>>,
    passes: usize,
    /// Whether every file could be read so far.
    exit: Exit,
    /// See [`Fixed::unread`].
    unread: Vec<Failure>,
}

impl Fixing<'_> {
    /// Runs a silent check and returns the changes that its fixes make, by file.
    fn changes(&mut self) -> Result<Vec<Planned>, Failure> {
        let fixes = Fixes {
            // Plain `--diff` shows the safe fixes.
            fix: self.options.fixes.fix || !self.options.fixes.drop_records,
            ..self.options.fixes.clone()
        };
        let plans = Plans::keeping(self.options, self.sources, Keep::All)?;
        let stamps: Vec<_> = self
            .names
            .iter()
            .map(|name| Input::path(name).stamp())
            .collect();
        let requests = Arc::default();
        let collector = FixCollector {
            fixes: fixes.clone(),
            requests: Arc::clone(&requests),
        };
        let reports = Reports::only(Box::new(collector));
        let mut events = Events::silent(reports).until(&self.options.reading.host.stop);
        let session = plans.session(self.sources)?;
        if !session.run(&mut events).map_err(output::failed)?.complete {
            self.exit = Exit::CouldNotRun;
        }
        if self.options.fixes.diff {
            self.unread.extend(events.unread);
        }
        let requests =
            std::mem::take(&mut *requests.lock().unwrap_or_else(PoisonError::into_inner));
        let mut changes = Vec::new();
        for (index, (path, stamp)) in self.names.iter().zip(stamps).enumerate() {
            let id = SourceId(index as u32);
            let requests = requests.get(&id).cloned().unwrap_or_default();
            let open_end = fixes.fix && index < self.sources.list.len() && ends_open(path);
            let Some(plan) = plans.of(self.sources, index, path) else {
                continue;
            };
            if requests.is_empty() && !open_end {
                continue;
            }
            let found = self.of_source(id, path, plan, &requests, open_end)?;
            if !found.is_empty() {
                changes.push(Planned {
                    path: path.clone(),
                    stamp,
                    changes: found,
                });
            }
        }
        Ok(changes)
    }

    /// The changes of one file. Empty for a compressed or transcoded one: the positions of findings
    /// are not offsets in the file.
    fn of_source(
        &self,
        id: SourceId,
        path: &Path,
        plan: &Plan,
        requests: &FixRequest,
        open_end: bool,
    ) -> Result<Vec<Change>, Failure> {
        let input = reading::input(&Named::File(path.to_path_buf()), &plan.reading)?;
        if !input.is_plain() {
            return Ok(Vec::new());
        }
        let reader = reading::open(id, input, &plan.settings.reading())?;
        let changes = requests.changes(reader, open_end);
        changes.map_err(|error| Failure::io("fix", &printable_path(path), &error))
    }

    /// The changes as a diff.
    fn show(mut self) -> Result<Fixed, Failure> {
        let changes = self.changes()?;
        let mut text = String::new();
        for Planned { path, changes, .. } in &changes {
            let shown = diff::of(path, changes);
            text += &shown.map_err(|error| Failure::io("read", &printable_path(path), &error))?;
        }
        let found = match changes.is_empty() {
            true => Exit::Clean,
            false => Exit::Findings,
        };
        Ok(Fixed {
            exit: found.max(self.exit),
            done: self.done,
            diff: Some(text),
            unread: self.unread,
        })
    }

    /// Applies all fixes that are possible now. Returns false if there were none.
    ///
    /// Fails if a file has changed since the check. Files before it have been fixed by then.
    fn pass(&mut self) -> Result<bool, Failure> {
        let mut pending = Vec::new();
        let mut rejected = Vec::new();
        for planned in self.changes()? {
            let staged = prepare(&planned, &mut rejected)?;
            pending.push((planned, staged));
        }
        if !rejected.is_empty() {
            self.write_rejects(&rejected)?;
        }
        let any = !pending.is_empty();
        for (planned, staged) in pending {
            let Planned {
                path,
                stamp,
                changes,
            } = planned;
            let shown = printable_path(&path);
            if Input::path(&path).stamp() != stamp {
                return Err(
                    Failure::new(format!("{shown} changed while it was being fixed"))
                        .help("run the check again: no fix was applied to this file"),
                );
            }
            if self.options.reading.host.stop.is_set() {
                return Err(Failure::new("stopped"));
            }
            staged
                .commit(true)
                .map_err(|error| Failure::io("write", &shown, &error))?;
            let done = self.done.entry(path).or_default();
            for change in changes.iter().filter(|change| !change.continues) {
                *done.entry(change.rule).or_default() += 1;
            }
        }
        Ok(any)
    }

    /// Appends the dropped records to the file of `--rejects`. The first pass creates it and fails
    /// if it exists.
    fn write_rejects(&self, rejected: &[u8]) -> Result<(), Failure> {
        let Some(path) = &self.options.fixes.rejects else {
            return Ok(());
        };
        let again = self.passes > 0 && path.exists();
        let write = || -> io::Result<()> {
            let mut staged = StagedFile::create(path)?;
            if again {
                io::copy(&mut File::open(path)?, &mut staged)?;
            }
            staged.write_all(rejected)?;
            staged.commit(again)
        };
        write().map_err(|error| Failure::io("write", &printable_path(path), &error))
    }
}

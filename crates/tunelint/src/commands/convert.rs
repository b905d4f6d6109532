//! `tunelint convert`: converts between containers and layouts, and reports what is lost.

mod body;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::contract::Level;
use tunelint_core::convert::{
    Conversion, Converter, Recipient, Reject, TurnsPolicy, UNCONVERTIBLE,
};
use tunelint_core::finding::{Finding, Keep, Policy, Severity};
use tunelint_core::layout::Layout;
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, grouped, printable, printable_path};
use tunelint_core::reader::Reader;
use tunelint_core::rules::{REGISTRY, missing_column};
use tunelint_core::sink::Form;
use tunelint_core::source::{Container, Input};

use crate::cli::{Convert, Turns, Types};
use crate::exit::{Exit, Failure};
use crate::names::unknown;
use crate::reading;
use crate::reading::threads;
use crate::staged::{StagedFile, same_file};
use crate::walk::Named;

/// Converts the file that `options` name.
pub fn run(options: Convert) -> Result<Exit, Failure> {
    let named = if options.source.as_os_str() == "-" {
        Named::Stdin
    } else {
        Named::File(options.source.clone())
    };
    let Types::String = options.types;
    refuse_same_file(&options)?;
    let input = reading::input(&named, &options.reading)?;
    let open = || {
        reading::open(
            SourceId(0),
            input.clone(),
            &reading::options(&options.reading)?,
        )
    };
    let reader = open()?;
    let converter = converter(&options, &reader)?;
    let mut account = Account::new(&input, &options);
    // A dry run finds out whether anything prevents the conversion. It is skipped if nothing can:
    // bad records are written to a file, and losses are only reported.
    if options.strict || options.rejects.is_none() {
        let conversion = convert(&converter, reader, io::sink(), &mut account)?.0;
        if let Some(exit) = account.stopped(&conversion, &options) {
            return Ok(exit);
        }
        account = Account::new(&input, &options);
        return write(&options, &converter, open()?, account);
    }
    write(&options, &converter, reader, account)
}

fn convert<W: Write + Send>(
    converter: &Converter,
    reader: Reader,
    out: W,
    account: &mut Account,
) -> Result<(Conversion, W), Failure> {
    let policy = policy();
    let path = printable_path(&reader.input.name);
    converter
        .run(reader, &policy, out, account)
        .map_err(|error| Failure::io("convert", &path, &error))
}

/// Reports only what prevents a record from being read, at the severity of its rule.
fn policy() -> Policy {
    let errors = REGISTRY
        .iter()
        .map(|entry| entry.meta)
        .filter(|meta| meta.level == Level::Fixed(Severity::Error));
    let enabled = errors
        .map(|meta| meta.name)
        .chain([UNCONVERTIBLE])
        .collect();
    Policy {
        keep: Keep::All,
        severities: Default::default(),
        enabled,
        ..Policy::default()
    }
}

fn converter(options: &Convert, reader: &Reader) -> Result<Converter, Failure> {
    let path = printable_path(&reader.input.name);
    let layout = match (&options.to, reader.layout()) {
        (Some(name), _) => reading::named_layout(name)?,
        (None, Some(layout)) => Arc::clone(layout),
        (None, None) => match &reader.mapping.problem {
            Some(problem) => {
                let words = missing_column::words(problem);
                let failure = Failure::new(format!("{path}: {}", words.text()));
                return Err(failure.help(words.advice().unwrap_or_default()));
            }
            None => {
                return Err(Failure::new(format!("{path}: unknown layout"))
                    .help("set the layout to write with `--to`"));
            }
        },
    };
    let form = form(options, layout.as_ref())?;
    Ok(Converter {
        layout,
        form,
        turns: match options.turns {
            Turns::Last => TurnsPolicy::Last,
            Turns::Each => TurnsPolicy::Each,
            Turns::Reject => TurnsPolicy::Reject,
        },
        preamble: options
            .preamble
            .as_deref()
            .map(reading::text_or_file)
            .transpose()?,
        keep_extra: options.keep_extra,
        threads: threads(options.threads),
    })
}

/// The container to write: as given, or by the extension of the file.
fn form(options: &Convert, layout: &dyn Layout) -> Result<Form, Failure> {
    let name = match &options.form {
        Some(name) => name.as_str(),
        None => match Container::from_path(&options.out) {
            Some(container) => container.as_str(),
            None if options.out.as_os_str() == "-" => "jsonl",
            None => {
                return Err(Failure::new(format!(
                    "{}: unknown container for this file extension",
                    printable_path(&options.out)
                ))
                .help("set the container with `--as` (jsonl, json, csv, tsv or rest)"));
            }
        },
    };
    let table = |delimiter| match layout.columns() {
        [] => Err(Failure::new(format!(
            "a table cannot hold the messages of `{}`",
            layout.name()
        ))
        .help("write jsonl or json, or a layout of one prompt and one response with `--to pairs`")),
        _ => Ok(Form::Table { delimiter }),
    };
    if name != "rest" && body::is_asked(&options.rest) {
        let message = "a name, a model and hyperparameters need `--as rest`";
        return Err(Failure::new(message).help("add `--as rest`, or remove these options"));
    }
    match name {
        "jsonl" => Ok(Form::Jsonl),
        "json" => Ok(Form::Json),
        "csv" => table(b','),
        "tsv" => table(b'\t'),
        "rest" if !layout.fits_request() => {
            Err(Failure::new("a request body needs the layout `pairs`").help("add `--to pairs`"))
        }
        "rest" => Ok(Form::Rest(Box::new(body::build(&options.rest)?))),
        other => Err(unknown(
            "container",
            other,
            &["jsonl", "json", "csv", "tsv", "rest"],
        )),
    }
}

fn refuse_same_file(options: &Convert) -> Result<(), Failure> {
    let out = printable_path(&options.out);
    if same_file(&options.source, &options.out) {
        return Err(Failure::new(format!("{out} is both input and output"))
            .help("choose another file with `-o`"));
    }
    if let Some(rejects) = &options.rejects
        && (same_file(&options.source, rejects)
            || same_file(&options.out, rejects)
            || *rejects == options.out)
    {
        return Err(
            Failure::new("`--rejects` names the input or the output").help("choose another file")
        );
    }
    let is_compressed = options
        .out
        .extension()
        .is_some_and(|extension| extension == "gz" || extension == "zst");
    if is_compressed {
        return Err(
            Failure::new(format!("{out}: cannot write compressed files"))
                .help("write it without this extension, then compress it"),
        );
    }
    let exists = is_regular(&options.out);
    if exists && !options.force && !options.check {
        return Err(Failure::new(format!("{out} already exists"))
            .help("replace it with `--force`, or choose another name"));
    }
    Ok(())
}

fn is_regular(path: &Path) -> bool {
    path.as_os_str() != "-" && fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Where the result is written.
enum OutputDestination {
    Stdout(BufWriter<io::Stdout>),
    Staged(StagedFile),
    /// For `--check`, which compares it with the existing file.
    Memory(Vec<u8>),
}

impl Write for OutputDestination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Staged(out) => out.write(bytes),
            Self::Memory(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Staged(out) => out.flush(),
            Self::Memory(out) => out.flush(),
        }
    }
}

impl OutputDestination {
    fn open(options: &Convert) -> io::Result<Self> {
        let path = &options.out;
        if options.check {
            return Ok(Self::Memory(Vec::new()));
        }
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout(BufWriter::new(io::stdout())));
        }
        StagedFile::create(path).map(Self::Staged)
    }
}

/// Converts and writes the result.
fn write(
    options: &Convert,
    converter: &Converter,
    reader: Reader,
    mut account: Account,
) -> Result<Exit, Failure> {
    let failed = |error: io::Error| Failure::io("write", &printable_path(&options.out), &error);
    let destination = OutputDestination::open(options).map_err(failed)?;
    let (conversion, destination) = convert(converter, reader, destination, &mut account)?;
    if conversion.read == 0 {
        account.print(&conversion);
        return Ok(Exit::Findings);
    }
    account.commit_rejects(options)?;
    let mut exit = if conversion.rejected > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    };
    match destination {
        OutputDestination::Staged(file) => file.commit(options.force).map_err(failed)?,
        OutputDestination::Memory(expected) => {
            if fs::read(&options.out).ok().as_deref() != Some(expected.as_slice()) {
                account.note(&format!(
                    "{} is not up to date\n",
                    printable_path(&options.out)
                ));
                exit = Exit::Findings;
            }
        }
        OutputDestination::Stdout(_) => {}
    }
    if let Some(defaults) = body::defaults_used(&options.rest)? {
        account.note(&defaults);
    }
    account.print(&conversion);
    Ok(exit)
}

/// Findings shown per rule. The rest is counted.
const SHOWN: u64 = 5;

/// Collects the report of a conversion, and prints it on standard error.
struct Account {
    path: String,
    found: BTreeMap<&'static str, u64>,
    reasons: Vec<(Option<u64>, String)>,
    rejects: Option<(PathBuf, Option<StagedFile>)>,
    /// The text of the findings, which is printed first.
    findings: String,
    /// Further notes.
    notes: String,
}

impl Account {
    fn new(input: &Input, options: &Convert) -> Self {
        Self {
            path: printable_path(&input.name),
            found: BTreeMap::new(),
            reasons: Vec::new(),
            rejects: options.rejects.clone().map(|path| (path, None)),
            findings: String::new(),
            notes: String::new(),
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.push_str(text);
    }

    /// Prints the report and returns the exit code if nothing may be written; otherwise `None`.
    fn stopped(&mut self, conversion: &Conversion, options: &Convert) -> Option<Exit> {
        let rejected = conversion.rejected > 0 && options.rejects.is_none();
        let lossy = options.strict && !conversion.losses.is_empty();
        if !rejected && !lossy && conversion.read > 0 {
            return None;
        }
        let rejected = Conversion {
            written: 0,
            rejected: conversion.read,
            examples: 0,
            ..conversion.clone()
        };
        if lossy {
            self.note(
                "nothing was written because of --strict: the target cannot hold all of the data\n",
            );
        } else if conversion.read > 0 {
            let bad = counted(conversion.rejected, "record");
            self.note(&format!("nothing was written: {bad} cannot be converted; write them to a file and convert the rest with --rejects FILE\n"));
        }
        self.print(&rejected);
        Some(Exit::Findings)
    }

    /// Prints the findings, the notes, the losses and the counts of records.
    fn print(&mut self, conversion: &Conversion) {
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

    fn commit_rejects(&mut self, options: &Convert) -> Result<(), Failure> {
        match self.rejects.take() {
            Some((path, Some(file))) => file
                .commit(options.force)
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

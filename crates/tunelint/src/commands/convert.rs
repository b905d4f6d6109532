//! `tunelint convert`: from any container and layout to any other, without silent loss.

mod body;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::convert::{
    Conversion, Converter, Recipient, Reject, TurnsPolicy, UNCONVERTIBLE,
};
use tunelint_core::finding::{Finding, Keep, Policy, Severity};
use tunelint_core::layout::Layout;
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, grouped, printable, printable_path};
use tunelint_core::reader::Reader;
use tunelint_core::rule::Level;
use tunelint_core::rules::{REGISTRY, missing_column};
use tunelint_core::sink::Form;
use tunelint_core::source::{Container, Input};

use super::names::unknown;
use super::reading;
use super::reading::threads;
use crate::cli::{Convert, Turns, Types};
use crate::exit::{Exit, Failure};
use crate::staged::{StagedFile, same_file};
use crate::walk::Named;

/// Converts what the options name.
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
    // A first run that writes nothing finds what would stop the second; it is skipped where
    // nothing can: bad records go to their own file, and losses are only reported.
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

/// What stands in the way of reading is reported, at the severity of its rule; nothing else.
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
                return Err(Failure::new(format!("the layout of {path} is not known"))
                    .help("name the layout to write with `--to`"));
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

/// The container to write: as named, or by the ending of the file.
fn form(options: &Convert, layout: &dyn Layout) -> Result<Form, Failure> {
    let name = match &options.form {
        Some(name) => name.as_str(),
        None => match Container::from_path(&options.out) {
            Some(container) => container.as_str(),
            None if options.out.as_os_str() == "-" => "jsonl",
            None => {
                return Err(Failure::new(format!(
                    "the ending of {} names no container",
                    printable_path(&options.out)
                ))
                .help("name one with `--as jsonl`, json, csv, tsv or rest"));
            }
        },
    };
    let table = |delimiter| match layout.columns() {
        [] => Err(Failure::new(format!(
            "a table has no place for the turns of `{}`",
            layout.name()
        ))
        .help("write jsonl or json, or a layout of one prompt and one answer: `--to pairs`")),
        _ => Ok(Form::Table { delimiter }),
    };
    if name != "rest" && body::is_asked(&options.rest) {
        let what = "only the body of a request has a name, a model and hyperparameters";
        return Err(Failure::new(what).help("add `--as rest`, or leave these options out"));
    }
    match name {
        "jsonl" => Ok(Form::Jsonl),
        "json" => Ok(Form::Json),
        "csv" => table(b','),
        "tsv" => table(b'\t'),
        "rest" if !layout.fits_request() => Err(Failure::new(
            "a request body holds examples in the layout `pairs`",
        )
        .help("add `--to pairs`")),
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
        return Err(
            Failure::new(format!("{out} is the file that is to be converted"))
                .help("write to another file: your data stays as it is"),
        );
    }
    if let Some(rejects) = &options.rejects
        && (same_file(&options.source, rejects)
            || same_file(&options.out, rejects)
            || *rejects == options.out)
    {
        return Err(Failure::new("the rejects need a file of their own"));
    }
    let packed = options
        .out
        .extension()
        .is_some_and(|ending| ending == "gz" || ending == "zst");
    if packed {
        return Err(
            Failure::new(format!("{out} would not be packed, as its name says"))
                .help("write it without that ending, and pack it then"),
        );
    }
    let exists = is_regular(&options.out);
    if exists && !options.force && !options.check {
        return Err(Failure::new(format!("{out} exists already"))
            .help("write over it with --force, or choose another name"));
    }
    Ok(())
}

fn is_regular(path: &Path) -> bool {
    path.as_os_str() != "-" && fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Where the result goes.
enum Target {
    Stdout(BufWriter<io::Stdout>),
    Staged(StagedFile),
    /// For comparing with what is there.
    Memory(Vec<u8>),
}

impl Write for Target {
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

impl Target {
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

/// Converts in earnest.
fn write(
    options: &Convert,
    converter: &Converter,
    reader: Reader,
    mut account: Account,
) -> Result<Exit, Failure> {
    let failed = |error: io::Error| Failure::io("write", &printable_path(&options.out), &error);
    let target = Target::open(options).map_err(failed)?;
    let (conversion, target) = convert(converter, reader, target, &mut account)?;
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
    match target {
        Target::Staged(file) => file.commit(options.force).map_err(failed)?,
        Target::Memory(wanted) => {
            if fs::read(&options.out).ok().as_deref() != Some(wanted.as_slice()) {
                account.say(&format!(
                    "{} is not up to date\n",
                    printable_path(&options.out)
                ));
                exit = Exit::Findings;
            }
        }
        Target::Stdout(_) => {}
    }
    if let Some(defaults) = body::taken_over(&options.rest)? {
        account.say(&defaults);
    }
    account.print(&conversion);
    Ok(exit)
}

/// Findings of one rule that are shown before the rest is only counted.
const SHOWN: u64 = 5;

/// Keeps account of a conversion and tells it on standard error.
struct Account {
    path: String,
    found: BTreeMap<&'static str, u64>,
    reasons: Vec<(Option<u64>, String)>,
    rejects: Option<(PathBuf, Option<StagedFile>)>,
    /// What was found, and what is said besides.
    findings: String,
    text: String,
}

impl Account {
    fn new(input: &Input, options: &Convert) -> Self {
        Self {
            path: printable_path(&input.name),
            found: BTreeMap::new(),
            reasons: Vec::new(),
            rejects: options.rejects.clone().map(|path| (path, None)),
            findings: String::new(),
            text: String::new(),
        }
    }

    fn say(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The end of a run that must not go on to write, or nothing if it may.
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
            self.say("nothing was written, because of --strict: the target has no place for some of the data\n");
        } else if conversion.read > 0 {
            let bad = counted(conversion.rejected, "record");
            self.say(&format!("nothing was written: {bad} cannot be converted; --rejects FILE puts them aside and writes the rest\n"));
        }
        self.print(&rejected);
        Some(Exit::Findings)
    }

    /// Tells what was lost, and the sum that must come out even.
    fn print(&mut self, conversion: &Conversion) {
        let mut text = std::mem::take(&mut self.findings);
        for (rule, found) in self.found.iter().filter(|(_, found)| **found > SHOWN) {
            text.push_str(&format!(
                "… and {} more of {rule}\n",
                grouped(found - SHOWN)
            ));
        }
        text.push_str(&std::mem::take(&mut self.text));
        for (what, loss) in &conversion.losses.names {
            let (count, line, column) = (
                counted(loss.count, "time"),
                loss.first.line,
                loss.first.column,
            );
            text.push_str(&format!(
                "lost: {what}, {count}, first at {}:{line}:{column}\n",
                self.path
            ));
        }
        if conversion.losses.further > 0 {
            let more = counted(conversion.losses.further, "time");
            text.push_str(&format!("lost: anything else, {more}\n"));
        }
        if conversion.examples > conversion.written {
            text.push_str(&format!(
                "{} were made of {}\n",
                counted(conversion.examples, "example"),
                counted(conversion.written, "record")
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
        // Nobody is left to tell if standard error is closed.
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

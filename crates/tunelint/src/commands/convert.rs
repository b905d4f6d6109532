//! `tunelint convert`: converts between containers and layouts, and reports what is lost.

mod body;
mod chosen;
mod destination;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tunelint_core::contract::Level;
use tunelint_core::convert::{Conversion, Converter, TurnsPolicy, UNCONVERTIBLE};
use tunelint_core::finding::{Keep, Policy, Severity};
use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::Reader;
use tunelint_core::rules::REGISTRY;

use crate::cli::{Convert, Turns, Types};
use crate::exit::{Exit, Failure};
use crate::reading;
use crate::reading::threads;
use crate::report::convert::Account;
use crate::staged::same_file;
use crate::walk::Named;
use chosen::Chosen;
use destination::OutputDestination;

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
    let mut account = Account::new(&input.name, options.rejects.clone());
    // A dry run finds out whether anything prevents the conversion. It is skipped if nothing can:
    // bad records are written to a file, and losses are only reported.
    if options.strict || options.rejects.is_none() {
        let conversion = convert(&converter, reader, io::sink(), &mut account)?.0;
        if account.stops(&conversion, options.strict) {
            return Ok(Exit::Findings);
        }
        account = Account::new(&input.name, options.rejects.clone());
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
    let chosen = Chosen::new(options, reader)?;
    Ok(Converter {
        form: chosen.form(options)?,
        layout: chosen.layout,
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
    account.commit_rejects(options.force)?;
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
    if let Some(defaults) = body::defaults_used(&options.rest, chosen::target(options)?.as_ref())? {
        account.note(&defaults);
    }
    account.print(&conversion);
    Ok(exit)
}

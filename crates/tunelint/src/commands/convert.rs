//! `tunelint convert`: converts between containers and layouts, and reports what is lost.

mod body;
mod chosen;
mod collecting;
mod destination;
mod inputs;
mod verdict;

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use tunelint_core::contract::Level;
use tunelint_core::convert::{Conversion, Converter, Recipient, TurnsPolicy, UNCONVERTIBLE};
use tunelint_core::finding::{Keep, Policy, Severity};
use tunelint_core::printable::printable_path;
use tunelint_core::profile::Profile;
use tunelint_core::reader::Reader;
use tunelint_core::rules::REGISTRY;
use tunelint_core::sink::Form;
use tunelint_core::source::Input;
use tunelint_tables::WriteError;

use crate::cli::{Convert, Turns, Types};
use crate::exit::{Exit, Failure};
use crate::reading;
use crate::reading::threads;
use crate::report::convert::Account;
use crate::staged::same_output;
use chosen::Chosen;
pub use collecting::{Converted, collect};
use destination::OutputDestination;
use inputs::{Inputs, has_dry_run};
use verdict::Verdict;

/// Converts the files that `options` name.
pub fn run(options: Convert) -> Result<Exit, Failure> {
    let Types::String = options.types;
    let inputs = Inputs::find(&options)?;
    refuse_same_file(&options, &inputs)?;
    let readers = inputs.open()?;
    let converter = converter(&options, &readers)?;
    let account = |readers: &[Reader]| {
        let mut account = Account::new(readers, options.rejects.clone())?;
        account.note(&inputs.notes());
        Ok::<_, Failure>(account)
    };
    if !has_dry_run(&options) {
        let account = account(&readers)?;
        return write(&options, &converter, &inputs, readers, account);
    }
    let mut dry = account(&readers)?;
    let conversion = convert(&converter, &inputs, readers, io::sink(), &mut dry)?.0;
    if dry.stops(&conversion, options.strict) {
        return Ok(Exit::Findings);
    }
    let readers = inputs.open()?;
    let account = account(&readers)?;
    write(&options, &converter, &inputs, readers, account)
}

fn convert<W: Write + Send>(
    converter: &Converter,
    inputs: &Inputs,
    readers: Vec<Reader>,
    out: W,
    account: &mut dyn Recipient,
) -> Result<(Conversion, W), Failure> {
    let policy = policy();
    let path = reading::names(&readers);
    let converted = converter.run(readers, &policy, out, account);
    inputs.unchanged()?;
    converted.map_err(|error| Failure::io("convert", &path, &error))
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

fn converter(options: &Convert, readers: &[Reader]) -> Result<Converter, Failure> {
    let chosen = Chosen::new(options, readers)?;
    let text = |option: &str, given: &Option<String>| {
        let given = given.as_deref();
        given
            .map(|text| reading::text_or_file(option, text))
            .transpose()
    };
    Ok(Converter {
        form: chosen.form(options)?,
        weights: chosen.weights(),
        layout: chosen.layout,
        turns: match options.turns {
            Turns::Last => TurnsPolicy::Last,
            Turns::Each => TurnsPolicy::Each,
            Turns::Reject => TurnsPolicy::Reject,
        },
        preamble: text("--preamble", &options.preamble)?,
        system_prompt: text("--system-prompt", &options.system_prompt)?,
        keep_extra: options.keep_extra,
        shuffle: options.shuffle,
        threads: threads(options.threads),
    })
}

fn refuse_same_file(options: &Convert, inputs: &Inputs) -> Result<(), Failure> {
    let out = printable_path(&options.out);
    if inputs.have(&options.out) {
        return Err(Failure::new(format!("{out} is both input and output"))
            .help("choose another file with `-o`"));
    }
    if let Some(rejects) = &options.rejects
        && (inputs.have(rejects) || same_output(&options.out, rejects))
    {
        return Err(
            Failure::new("`--rejects` names the input or the output").help("choose another file")
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

/// Whether the file at `path`, decompressed, has this content.
fn has_content(path: &Path, expected: &[u8]) -> bool {
    let mut content = Vec::new();
    let read = |mut file: Box<dyn Read + Send>| file.read_to_end(&mut content);
    Input::path(path).open().and_then(read).is_ok() && content == expected
}

/// Converts and writes the result.
fn write(
    options: &Convert,
    converter: &Converter,
    inputs: &Inputs,
    readers: Vec<Reader>,
    mut account: Account,
) -> Result<Exit, Failure> {
    let failed = |error: io::Error| Failure::io("write", &printable_path(&options.out), &error);
    let destination = OutputDestination::open(options, &converter.form).map_err(failed)?;
    let (conversion, destination) = convert(converter, inputs, readers, destination, &mut account)?;
    if account.stops(&conversion, options.strict) {
        return Ok(Exit::Findings);
    }
    let mut destination = match destination.complete() {
        Ok(complete) => complete,
        Err(WriteError::Io(error)) => return Err(failed(error)),
        Err(WriteError::Conflict(conflict)) => {
            account.refuse(&conversion, &format!("no Parquet file: {conflict}"));
            return Ok(Exit::Findings);
        }
    };
    let target = chosen::target(options)?;
    if let Some(target) = &target
        && let Some(written) = destination.written().map_err(failed)?
    {
        let verdict = Verdict::of(target, converter, written, &options.out)?;
        account.note(&verdict.lines(&options.out));
        if options.strict && verdict.is_lossy() {
            let target = &target.name;
            let why = format!("{target} does not train on the data as written (--strict)");
            account.refuse(&conversion, &why);
            return Ok(Exit::Findings);
        }
    }
    account.explain(&conversion);
    if !options.check {
        account.commit_rejects(options.force)?;
    }
    let mut exit = if conversion.rejected > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    };
    if let Some(expected) = destination.commit(options.force).map_err(failed)?
        && !has_content(&options.out, &expected)
    {
        let out = printable_path(&options.out);
        account.note(&format!("{out} is not up to date\n"));
        exit = Exit::Findings;
    }
    note_settings(
        options,
        converter,
        &conversion,
        target.as_ref(),
        &mut account,
    )?;
    account.conclude(&conversion);
    Ok(exit)
}

/// Notes what the target needs besides the file: settings, and values that were not given.
fn note_settings(
    options: &Convert,
    converter: &Converter,
    conversion: &Conversion,
    target: Option<&Arc<Profile>>,
    account: &mut Account,
) -> Result<(), Failure> {
    if let Some(defaults) = body::defaults_used(&options.rest, target)? {
        account.note(&defaults);
    }
    let weights = target.and_then(|of| of.weights.as_ref());
    if let Some(note) = weights.and_then(|of| of.note.as_ref())
        && conversion.weights > 0
    {
        account.note(&format!("weights: {note}\n"));
    }
    if let Form::Rest(body) = &converter.form
        && let Some(missing) = body::missing_model(body, target)?
    {
        account.note(&missing);
    }
    Ok(())
}

//! Converts without printing: what was lost and rejected is returned.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use tunelint_core::convert::{Conversion, Converter, Recipient, Reject};
use tunelint_core::finding::Finding;
use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_tables::WriteError;

use super::destination::OutputDestination;
use super::inputs::Inputs;
use super::verdict::Verdict;
use super::{chosen, convert, converter, refuse_same_file};
use crate::cli::{Convert, Types};
use crate::exit::Failure;

/// A conversion of which the good records were written.
#[derive(Debug)]
pub struct Converted {
    /// The counts and losses.
    pub conversion: Conversion,
    /// The layout that was written.
    pub layout: &'static str,
    /// The names of the sources by id, printable.
    pub paths: Vec<String>,
    /// Why records were rejected, in the order of the sources.
    pub findings: Vec<Finding>,
    /// The rejected records, in the same order.
    pub rejected: Vec<(SourceId, u64)>,
    /// The records in which something was lost, once for each loss, by source and name.
    pub losses: BTreeMap<(SourceId, String), Vec<u64>>,
    /// What the target does with the result other than train on it as written; a line each.
    pub remarks: Vec<String>,
}

/// Converts the files that `options` name, and writes the records that can be converted.
///
/// # Errors
/// Invalid options, files that cannot be read or written, and with `strict` any loss.
pub fn collect(options: &Convert) -> Result<Converted, Failure> {
    let Types::String = options.types;
    let inputs = Inputs::find(options)?;
    refuse_same_file(options, &inputs)?;
    let readers = inputs.open()?;
    let paths = readers.iter().map(|of| printable_path(&of.input.name));
    let paths = paths.collect();
    let converter = converter(options, &readers)?;
    let failed = |error: io::Error| Failure::io("write", &printable_path(&options.out), &error);
    let destination = OutputDestination::open(options, &converter.form).map_err(failed)?;
    let mut rejected = Rejected::default();
    let (conversion, destination) =
        convert(&converter, &inputs, readers, destination, &mut rejected)?;
    let mut destination = match destination.complete() {
        Ok(complete) => complete,
        Err(WriteError::Io(error)) => return Err(failed(error)),
        Err(WriteError::Conflict(conflict)) => {
            let message = format!("no Parquet file: {conflict}");
            return Err(Failure::new(message));
        }
    };
    if options.strict && !conversion.losses.is_empty() {
        let names: Vec<&str> = conversion.losses.names.keys().map(String::as_str).collect();
        let message = format!("the layout cannot hold {} (--strict)", names.join(", "));
        return Err(Failure::new(message));
    }
    let remarks = match destination.written().map_err(failed)? {
        Some(written) => remarks(options, &converter, written)?,
        None => Vec::new(),
    };
    if options.reading.host.stop.is_set() {
        return Err(Failure::new("stopped"));
    }
    destination.commit(options.force).map_err(failed)?;
    Ok(Converted {
        conversion,
        layout: converter.layout.name(),
        paths,
        findings: rejected.findings,
        rejected: rejected.records,
        losses: rejected.losses,
        remarks,
    })
}

/// What the target, if there is one, does with the file other than train on it as written.
///
/// # Errors
/// With `strict`, if it takes something in the records otherwise than they are written.
fn remarks(
    options: &Convert,
    converter: &Converter,
    written: &Path,
) -> Result<Vec<String>, Failure> {
    let Some(target) = chosen::target(options)? else {
        return Ok(Vec::new());
    };
    let verdict = Verdict::of(&target, converter, written, &options.out)?;
    if options.strict && verdict.is_lossy() {
        let target = &target.name;
        let message = format!("{target} does not train on the data as written (--strict)");
        return Err(Failure::new(message));
    }
    let lines = verdict.lines(&options.out);
    Ok(lines.lines().map(str::to_owned).collect())
}

/// Keeps what was lost, and why and which records were rejected.
#[derive(Default)]
struct Rejected {
    findings: Vec<Finding>,
    records: Vec<(SourceId, u64)>,
    losses: BTreeMap<(SourceId, String), Vec<u64>>,
}

impl Recipient for Rejected {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        self.findings.push(finding);
        Ok(())
    }

    fn wants_losses(&self) -> bool {
        true
    }

    fn lost(&mut self, source: SourceId, record: u64, name: String) {
        self.losses.entry((source, name)).or_default().push(record);
    }

    fn reject(&mut self, reject: Reject) -> io::Result<()> {
        self.records.push((reject.source, reject.record));
        Ok(())
    }
}

//! The file of records that a conversion rejects.

use std::io::{self, Write};
use std::path::PathBuf;

use tunelint_core::convert::Reject;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::Reader;
use tunelint_core::sink::row;

use crate::exit::Failure;
use crate::staged::StagedFile;

/// The column with the reason, before the columns of the table.
const REASON: &str = "tunelint_reason";

/// Rejected records, verbatim with the reason. It is created with the first of them.
///
/// A row keeps its header, and the reason is a column before its own, so that the file is a table
/// of the same columns. Before a JSON record, each reason is a line that starts with `#`.
pub(super) struct RejectsFile {
    path: PathBuf,
    file: Option<StagedFile>,
    table: Option<Table>,
}

/// A header and its delimiter.
#[derive(Clone, PartialEq)]
struct Table {
    delimiter: u8,
    names: Vec<String>,
}

impl RejectsFile {
    /// The file at `path` for the records of `readers`.
    ///
    /// # Errors
    /// If some of them are rows and others have other columns or are not rows.
    pub(super) fn new(path: PathBuf, readers: &[Reader]) -> Result<Self, Failure> {
        // An empty file has no records.
        let filled = |reader: &&Reader| readers.len() == 1 || !is_empty_table(reader);
        let mut tables = readers.iter().filter(filled).map(table);
        let table = tables.next().flatten();
        if tables.any(|other| other != table) {
            let message = "`--rejects` cannot hold rows of different tables";
            return Err(Failure::new(message).help("convert the files one by one"));
        }
        let file = None;
        Ok(Self { path, file, table })
    }

    /// Appends a record with the reasons.
    pub(super) fn write(&mut self, reject: &Reject, reasons: &[String]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = StagedFile::create(&self.path)?;
                if let Some(table) = &self.table {
                    let names = table.names.iter().map(String::as_str);
                    file.write_all(&table.row(std::iter::once(REASON).chain(names))?)?;
                }
                self.file.insert(file)
            }
        };
        match &self.table {
            Some(table) => {
                let reason = table.row(std::iter::once(reasons.join("; ").as_str()))?;
                file.write_all(reason.trim_ascii_end())?;
                file.write_all(&[table.delimiter])?;
            }
            None => {
                for reason in reasons {
                    writeln!(file, "# {reason}")?;
                }
            }
        }
        file.write_all(&reject.raw)?;
        file.write_all(b"\n")
    }

    /// Moves the file to its final path, if there were any records. Fails if that exists, unless
    /// `force`.
    pub(super) fn commit(self, force: bool) -> Result<(), Failure> {
        let Some(file) = self.file else { return Ok(()) };
        file.commit(force)
            .map_err(|error| Failure::io("write", &printable_path(&self.path), &error))
    }
}

fn is_empty_table(reader: &Reader) -> bool {
    let has_rows = reader.container().is_some_and(|of| of.has_rows());
    has_rows && reader.header.names.is_empty()
}

fn table(reader: &Reader) -> Option<Table> {
    let has_rows = reader.container().is_some_and(|of| of.has_rows());
    let delimiter = reader.shape.as_ref().ok()?.delimiter;
    has_rows.then(|| Table {
        delimiter,
        names: reader.header.names.clone(),
    })
}

impl Table {
    fn row<'c>(&self, cells: impl Iterator<Item = &'c str>) -> io::Result<Vec<u8>> {
        row(self.delimiter, cells.map(str::as_bytes))
    }
}

//! Rows as files of JSON Lines: Python objects that are to be read, and results that are handed out.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3_arrow::input::AnyRecordBatch;
use tempfile::{NamedTempFile, TempPath};
use tunelint_core::position::SourceId;
use tunelint_core::reader::{OpenError, ReadOptions, Reader};
use tunelint_core::record::Body;
use tunelint_core::source::{Container, Input, Packed};
use tunelint_tables::JsonRows;

use crate::json;

/// Rows up to this size stay in memory.
const IN_MEMORY: usize = 16 << 20;
/// How many rows are written between two looks at Python's signals.
const SIGNAL_ROWS: u64 = 4_096;
/// How many bytes of a stream are written between them.
const CHUNK: u64 = 4 << 20;

/// Rows to be read: their bytes, or the temporary file that has them.
#[derive(Debug)]
pub enum Rows {
    Bytes(Arc<[u8]>),
    File(TempPath),
}

impl Rows {
    /// The rows as a source called `name`. Its container is that of the lines, since a target does not
    /// get a file; a place in it is a row, as in a table.
    pub fn input(self, name: PathBuf) -> Input {
        Input::packed(name, Arc::new(self), None)
    }
}

impl Packed for Rows {
    fn container(&self) -> Option<Container> {
        Some(Container::Jsonl)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// The items of an iterable, a line each. Only [`IN_MEMORY`] bytes are held at a time.
///
/// # Errors
/// Those of the iterable and of its items, with a note about the row; and those of the temporary file.
pub fn of_items(items: &Bound<'_, PyAny>) -> PyResult<Rows> {
    let py = items.py();
    let mut spool = Spool::default();
    for (row, item) in (0_u64..).zip(items.try_iter()?) {
        let done = json::write(&item?, &mut spool.buffer);
        done.inspect_err(|error| {
            let note = format!("in row {row} of the data");
            // Python 3.9 and 3.10 have no notes.
            let _ = error.value(py).call_method1("add_note", (note,));
        })?;
        spool.buffer.push(b'\n');
        spool.flush_if_full()?;
        if row % SIGNAL_ROWS == 0 {
            py.check_signals()?;
        }
    }
    Ok(spool.finish()?)
}

/// The rows of anything with Arrow's PyCapsule interface.
///
/// # Errors
/// Those of the stream and of the temporary file.
pub fn of_arrow(data: &Bound<'_, PyAny>) -> PyResult<Rows> {
    let py = data.py();
    let reader = data.extract::<AnyRecordBatch>()?.into_reader()?;
    let mut lines = JsonRows::new(reader);
    let mut spool = Spool::default();
    loop {
        let (more, read) = py.detach(|| {
            let read = (&mut lines).take(CHUNK).read_to_end(&mut spool.buffer);
            (spool.flush_if_full(), read)
        });
        more?;
        if read? == 0 {
            return Ok(spool.finish()?);
        }
        py.check_signals()?;
    }
}

/// Collects lines in memory, and in a temporary file if they are many.
#[derive(Default)]
struct Spool {
    buffer: Vec<u8>,
    file: Option<NamedTempFile>,
}

impl Spool {
    fn flush_if_full(&mut self) -> io::Result<()> {
        if self.buffer.len() < IN_MEMORY {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(NamedTempFile::new()?),
        };
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Rows> {
        match self.file.take() {
            None => Ok(Rows::Bytes(self.buffer.into())),
            Some(mut file) => {
                file.write_all(&self.buffer)?;
                Ok(Rows::File(file.into_temp_path()))
            }
        }
    }
}

/// A temporary file of JSON Lines, which is removed with the object.
#[pyclass(frozen, module = "tunelint._tunelint")]
pub struct RowsFile {
    path: TempPath,
    /// The layout of the rows.
    #[pyo3(get)]
    layout: String,
}

#[pymethods]
impl RowsFile {
    /// Where it is.
    #[getter]
    fn path(&self) -> PathBuf {
        self.path.to_path_buf()
    }
}

impl RowsFile {
    /// A new file, to be written by `write`.
    pub fn new(path: TempPath, layout: &str) -> Self {
        Self {
            path,
            layout: layout.to_owned(),
        }
    }
}

/// A temporary file for results, under a name that says what it has.
pub fn temporary() -> io::Result<TempPath> {
    let file = tempfile::Builder::new().suffix(".jsonl").tempfile()?;
    Ok(file.into_temp_path())
}

/// Writes rows, which are items or a stream of Arrow, to a temporary file.
#[pyfunction]
pub fn spool(kind: &str, rows: &Bound<'_, PyAny>) -> PyResult<RowsFile> {
    let path = temporary()?;
    match if kind == "arrow" {
        of_arrow(rows)
    } else {
        of_items(rows)
    }? {
        Rows::Bytes(bytes) => std::fs::write(&path, bytes)?,
        Rows::File(file) => {
            std::fs::copy(&file, &path)?;
        }
    }
    Ok(RowsFile::new(path, ""))
}

/// The records of a file in any container as JSON Lines.
#[pyfunction]
pub fn read(py: Python<'_>, path: PathBuf) -> PyResult<RowsFile> {
    py.detach(|| rewritten(path))
        .map_err(|error| PyOSError::new_err(error.to_string()))
}

fn rewritten(path: PathBuf) -> io::Result<RowsFile> {
    let input = tunelint_tables::input(&path, None, None).unwrap_or_else(|| Input::path(&path));
    let opened = Reader::open(SourceId(0), input, &ReadOptions::default());
    let mut reader = opened.map_err(|error| match error {
        OpenError::Io(error) => error,
        OpenError::NoColumn { name, .. } => io::Error::other(format!("no column {name}")),
    })?;
    let layout = reader.layout().map_or("", |layout| layout.name());
    let rows = temporary()?;
    let mut out = BufWriter::new(File::create(&rows)?);
    let mut written = Ok(());
    reader.each_record(&mut |outcome| {
        let record = match &outcome {
            tunelint_core::reader::DecodeOutcome::Example(example) => &example.record,
            tunelint_core::reader::DecodeOutcome::Unreadable(record, _) => record,
        };
        if written.is_ok() {
            written = line(&record.body, record.raw, &mut out);
        }
    })?;
    written?;
    out.flush()?;
    Ok(RowsFile::new(rows, layout))
}

fn line(body: &Body<'_>, raw: &[u8], out: &mut impl Write) -> io::Result<()> {
    let Body::Row(row) = body else {
        // Between the values of a JSON document there may be line breaks; in a text, they are escaped.
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let flat: Vec<u8> = raw
            .iter()
            .map(|byte| if is_break(byte) { b' ' } else { *byte })
            .collect();
        out.write_all(&flat)?;
        return out.write_all(b"\n");
    };
    let cells = row.header().names.iter().zip(row.cells());
    for (index, (name, cell)) in cells.enumerate() {
        out.write_all(if index == 0 { b"{" } else { b"," })?;
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, cell.as_str())?;
    }
    out.write_all(b"}\n")
}

/// A JSON document as Python objects.
pub fn loaded<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}

/// The bytes of a `bytes`, `bytearray` or `memoryview`.
pub fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    match data.cast::<PyBytes>() {
        Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
        Err(_) => data
            .call_method0("tobytes")
            .or_else(|_| bytes_like(data))?
            .extract(),
    }
}

fn bytes_like<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let builtins = data.py().import("builtins")?;
    builtins.call_method("bytes", (data,), None::<&Bound<'_, PyDict>>)
}

//! Writes records as bytes: JSON lines, a JSON array, a table, a request body.

use std::io::{self, Write};

use crate::layout::ObjectWriter;

/// The size of the smallest request body without its examples:
/// `{"tuning_task":{"training_data":{"examples":{"examples":[]}}}}`, minus one for the last
/// example, which has no comma.
pub const REST_ENVELOPE_BYTES: u64 = 61;

/// The output format.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// One object per line.
    Jsonl,
    /// The same lines, which become the rows of a Parquet file when all are written.
    Parquet,
    /// An array of objects, one per line.
    Json,
    /// A table with a header.
    Table {
        /// The field delimiter.
        delimiter: u8,
    },
    /// The body of a request that creates a tuned model.
    Rest(Box<RestBody>),
}

/// The fields of a request body other than the examples: JSON values by name, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RestBody {
    /// Top-level fields: `display_name`, `base_model`.
    pub fields: Vec<(String, serde_json::Value)>,
    /// Fields of `hyperparameters`.
    pub hyperparameters: Vec<(String, serde_json::Value)>,
}

/// Writes records one after the other.
pub struct Sink<W: Write> {
    out: W,
    form: Form,
    /// The columns of a table.
    columns: Vec<String>,
    written: u64,
}

impl<W: Write> Sink<W> {
    /// Writes to `out`. Only a table needs `columns`.
    ///
    /// # Errors
    /// I/O errors of `out`.
    pub fn new(mut out: W, form: Form, columns: &[String]) -> io::Result<Self> {
        let columns = columns.to_vec();
        match &form {
            Form::Jsonl | Form::Parquet => {}
            Form::Json => out.write_all(b"[")?,
            Form::Table { delimiter } => {
                out.write_all(&row(*delimiter, columns.iter().map(String::as_bytes))?)?
            }
            Form::Rest(body) => open_body(&mut out, body)?,
        }
        Ok(Self {
            out,
            form,
            columns,
            written: 0,
        })
    }

    /// Writes one record, encoded by [`encode`] for the same format.
    ///
    /// # Errors
    /// I/O errors.
    pub fn write(&mut self, record: &[u8]) -> io::Result<()> {
        let indent: &[u8] = match self.form {
            Form::Jsonl | Form::Parquet | Form::Table { .. } => {
                self.written += 1;
                return self.out.write_all(record);
            }
            Form::Json => b"\n  ",
            Form::Rest(_) => b"\n          ",
        };
        if self.written > 0 {
            self.out.write_all(b",")?;
        }
        self.written += 1;
        self.out.write_all(indent)?;
        self.out.write_all(record)
    }

    /// Ends the last record and returns the writer.
    ///
    /// # Errors
    /// I/O errors.
    pub fn finish(mut self) -> io::Result<W> {
        let end: &[u8] = match self.form {
            Form::Jsonl | Form::Parquet | Form::Table { .. } => b"",
            Form::Json => b"\n]\n",
            Form::Rest(_) => b"\n        ]\n      }\n    }\n  }\n}\n",
        };
        self.out.write_all(end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// The number of records written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The columns of a table.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

fn open_body(out: &mut dyn Write, body: &RestBody) -> io::Result<()> {
    let name = |name: &str| serde_json::Value::from(name);
    out.write_all(b"{")?;
    for (field, value) in &body.fields {
        write!(out, "\n  {}: {value},", name(field))?;
    }
    out.write_all(b"\n  \"tuning_task\": {")?;
    if !body.hyperparameters.is_empty() {
        out.write_all(b"\n    \"hyperparameters\": {")?;
        for (index, (field, value)) in body.hyperparameters.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}\n      {}: {value}", name(field))?;
        }
        out.write_all(b"\n    },")?;
    }
    out.write_all(b"\n    \"training_data\": {\n      \"examples\": {\n        \"examples\": [")
}

/// Encodes one record for [`Sink::write`].
///
/// # Errors
/// Errors of the CSV writer, which writes to memory.
pub fn encode(
    form: &Form,
    columns: &[String],
    object: &mut ObjectWriter,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    match form {
        Form::Table { delimiter } => {
            let mut cells: Vec<String> = vec![String::new(); columns.len()];
            for (name, value) in object.fields() {
                let cell = columns
                    .iter()
                    .position(|column| column == name)
                    .and_then(|at| cells.get_mut(at));
                if let Some(cell) = cell {
                    *cell = decoded(value);
                }
            }
            out.extend_from_slice(&row(*delimiter, cells.iter().map(String::as_bytes))?);
        }
        Form::Jsonl | Form::Parquet => {
            out.extend_from_slice(object.finish());
            out.push(b'\n');
        }
        Form::Json | Form::Rest(_) => out.extend_from_slice(object.finish()),
    }
    Ok(())
}

/// The cell of a value: the text of a JSON string; other values as written.
pub fn decoded(value: &str) -> String {
    serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned())
}

/// A row of a table, with its line end. Cells are quoted where necessary.
///
/// # Errors
/// Errors of the CSV writer, which writes to memory.
pub fn row<'c>(delimiter: u8, cells: impl Iterator<Item = &'c [u8]>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    writer.write_record(cells).map_err(io::Error::other)?;
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

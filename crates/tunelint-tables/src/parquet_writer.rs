//! Parquet from JSON Lines.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use tunelint_data::record::json::{Kind, Parser, Value};

/// Rows that are encoded at once.
const ROWS: usize = 1_024;
/// A row group is written when its encoded rows take this much memory.
const GROUP_BYTES: usize = 64 << 20;

/// Values that no column can hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaConflict {
    /// The path of the values, with `*` for the items of a list.
    pub pointer: String,
    /// What the first value is, and its line.
    pub first: (&'static str, u64),
    /// What the other value is, and its line; the same line as the first if the value alone has no
    /// type, as an object without keys.
    pub other: (&'static str, u64),
}

impl fmt::Display for SchemaConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pointer,
            first: (first, at),
            other: (other, line),
        } = self;
        if at == line {
            return write!(
                f,
                "{pointer} is {first} in record {at}: Parquet has no type for it"
            );
        }
        write!(
            f,
            "{pointer} is {first} in record {at} and {other} in record {line}: a column has one type"
        )
    }
}

/// Why no Parquet file was written.
#[derive(Debug)]
pub enum WriteError {
    /// Reading or writing failed.
    Io(io::Error),
    /// The records do not have one schema.
    Conflict(SchemaConflict),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ArrowError> for WriteError {
    fn from(error: ArrowError) -> Self {
        Self::Io(io::Error::other(error))
    }
}

impl From<ParquetError> for WriteError {
    fn from(error: ParquetError) -> Self {
        Self::Io(io::Error::other(error))
    }
}

/// Writes the JSON objects in the lines of `lines`, which are read twice: for the schema and for the
/// rows. Objects become structs with all keys that occur, lists become lists, and what is missing is
/// null, as `datasets` reads JSON. Memory does not grow with the number of lines.
///
/// # Errors
/// I/O errors, and records that do not have one schema.
pub fn write_parquet<W: Write + Send>(
    mut lines: impl Read + Seek,
    out: W,
) -> Result<W, WriteError> {
    let schema = Arc::new(schema(BufReader::new(&mut lines))?);
    lines.rewind()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
    let reader = ReaderBuilder::new(schema).with_batch_size(ROWS);
    for batch in reader.build(BufReader::new(lines))? {
        writer.write(&batch?)?;
        if writer.in_progress_size() > GROUP_BYTES {
            writer.flush()?;
        }
    }
    Ok(writer.into_inner()?)
}

/// The schema of all records.
fn schema(mut lines: impl BufRead) -> Result<Schema, WriteError> {
    let mut columns = Node::default();
    let mut parser = Parser::new();
    let (mut line, mut number) = (String::new(), 0);
    while lines.read_line(&mut line)? > 0 {
        number += 1;
        if let Ok(json) = parser.parse(line.trim_end()) {
            columns
                .add(json.root(), number)
                .map_err(WriteError::Conflict)?;
        }
        line.clear();
    }
    let fields = columns.fields().map_err(WriteError::Conflict)?;
    Ok(Schema::new(fields))
}

/// What the values at one place of the records are.
#[derive(Debug, Default)]
struct Node {
    pointer: String,
    kind: Option<ColumnKind>,
    /// The line of the first value that decided the kind.
    line: u64,
    /// The values of an object by key, in the order in which they first occur.
    children: Vec<(String, Node)>,
    /// The index of each key.
    keys: BTreeMap<String, usize>,
    /// The items of a list.
    items: Option<Box<Node>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Boolean,
    Integer,
    Float,
    Text,
    List,
    Object,
    /// An integer beyond 64 bits.
    Huge,
}

impl ColumnKind {
    /// `None` for null.
    fn of(value: Value<'_>) -> Option<Self> {
        Some(match value.kind() {
            Kind::Null | Kind::Key => return None,
            Kind::Bool => Self::Boolean,
            Kind::String => Self::Text,
            Kind::Array => Self::List,
            Kind::Object => Self::Object,
            Kind::Number if value.raw().contains(['.', 'e', 'E']) => Self::Float,
            Kind::Number if value.raw().parse::<i64>().is_ok() => Self::Integer,
            Kind::Number => Self::Huge,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Integer | Self::Float => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Huge => "a whole number beyond 64 bits",
        }
    }
}

impl Node {
    fn at(pointer: String) -> Self {
        Self {
            pointer,
            ..Self::default()
        }
    }

    fn add(&mut self, value: Value<'_>, line: u64) -> Result<(), SchemaConflict> {
        let Some(kind) = ColumnKind::of(value) else {
            return Ok(());
        };
        self.kind = Some(match self.kind {
            None => {
                self.line = line;
                kind
            }
            Some(known) if known == kind => kind,
            Some(ColumnKind::Integer | ColumnKind::Float)
                if matches!(kind, ColumnKind::Integer | ColumnKind::Float) =>
            {
                ColumnKind::Float
            }
            Some(known) => return Err(self.conflict(known, (kind.words(), line))),
        });
        if kind == ColumnKind::Huge {
            return Err(self.conflict(kind, (kind.words(), self.line)));
        }
        for entry in value.entries() {
            if let Some((_, child)) = self.child(entry.key) {
                child.add(entry.value, line)?;
            }
        }
        if kind == ColumnKind::List {
            let pointer = format!("{}/*", self.pointer);
            let items = self
                .items
                .get_or_insert_with(|| Box::new(Self::at(pointer)));
            value.items().try_for_each(|item| items.add(item, line))?;
        }
        Ok(())
    }

    /// The values of the key, which is added if it is new.
    fn child(&mut self, key: &str) -> Option<&mut (String, Self)> {
        if let Some(index) = self.keys.get(key) {
            return self.children.get_mut(*index);
        }
        let escaped = key.replace('~', "~0").replace('/', "~1");
        let child = Self::at(format!("{}/{escaped}", self.pointer));
        self.keys.insert(key.to_owned(), self.children.len());
        self.children.push((key.to_owned(), child));
        self.children.last_mut()
    }

    fn conflict(&self, known: ColumnKind, other: (&'static str, u64)) -> SchemaConflict {
        SchemaConflict {
            pointer: self.pointer.clone(),
            first: (known.words(), self.line),
            other,
        }
    }

    fn fields(&self) -> Result<Vec<Field>, SchemaConflict> {
        let fields = self.children.iter();
        let fields = fields.map(|(name, child)| Ok(Field::new(name, child.data_type()?, true)));
        fields.collect()
    }

    fn data_type(&self) -> Result<DataType, SchemaConflict> {
        Ok(match self.kind {
            None => DataType::Null,
            Some(ColumnKind::Boolean) => DataType::Boolean,
            Some(ColumnKind::Integer) => DataType::Int64,
            Some(ColumnKind::Float | ColumnKind::Huge) => DataType::Float64,
            Some(ColumnKind::Text) => DataType::Utf8,
            Some(ColumnKind::List) => {
                let items = self
                    .items
                    .as_ref()
                    .map(|items| items.data_type())
                    .transpose()?;
                DataType::new_list(items.unwrap_or(DataType::Null), true)
            }
            Some(ColumnKind::Object) if self.children.is_empty() => {
                let what = "an object without keys";
                return Err(SchemaConflict {
                    pointer: self.pointer.clone(),
                    first: (what, self.line),
                    other: (what, self.line),
                });
            }
            Some(ColumnKind::Object) => DataType::Struct(self.fields()?.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::json_rows::JsonRows;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    /// The lines after they were written as Parquet and read again.
    fn again(lines: &str) -> Result<String, WriteError> {
        let mut file = tempfile::tempfile()?;
        write_parquet(Cursor::new(lines.as_bytes()), &mut file)?;
        file.rewind()?;
        let rows = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
        let mut text = String::new();
        JsonRows::new(rows).read_to_string(&mut text)?;
        Ok(text)
    }

    fn conflict(lines: &str) -> String {
        match again(lines) {
            Err(WriteError::Conflict(conflict)) => conflict.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn missing_keys_are_null_and_keys_keep_their_order() {
        let lines = "{\"b\":1,\"a\":[{\"x\":null}]}\n{\"a\":[],\"c\":\"é\"}\n";
        assert_eq!(
            again(lines).expect("one schema"),
            "{\"b\":1,\"a\":[{\"x\":null}],\"c\":null}\n{\"b\":null,\"a\":[],\"c\":\"é\"}\n"
        );
    }

    #[test]
    fn whole_numbers_become_floats_beside_floats() {
        let lines = "{\"n\":1}\n{\"n\":2.5}\n";
        assert_eq!(
            again(lines).expect("one schema"),
            "{\"n\":1.0}\n{\"n\":2.5}\n"
        );
    }

    #[test]
    fn a_column_has_one_type() {
        assert_eq!(
            conflict("{\"m\":[{\"a/b\":\"x\"}]}\n{}\n{\"m\":[{\"a/b\":2}]}\n"),
            "/m/*/a~1b is text in record 1 and a number in record 3: a column has one type"
        );
        assert_eq!(
            conflict("{\"m\":{}}\n"),
            "/m is an object without keys in record 1: Parquet has no type for it"
        );
        assert_eq!(
            conflict("{\"m\":98765432109876543210}\n"),
            "/m is a whole number beyond 64 bits in record 1: Parquet has no type for it"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec((".*", any::<i64>(), any::<bool>(), prop::collection::vec(".*", 0..4)), 1..20)) {
            let line = |(text, number, flag, list): &(String, i64, bool, Vec<String>)| {
                serde_json::json!({"flag": flag, "list": list, "number": number, "text": text}).to_string() + "\n"
            };
            let lines: String = rows.iter().map(line).collect();
            let values = |text: &str| -> Vec<serde_json::Value> {
                text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
            };
            let read = again(&lines).expect("one schema");
            prop_assert_eq!(values(&read), values(&lines));
        }
    }
}

//! Parquet files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use tunelint_data::source::{Container, Packed, TableFault};

use crate::counted::{CountedRows, Meter};
use crate::guarded::guarded;
use crate::json_rows::JsonRows;

/// The text of a batch of rows, about.
const BATCH_BYTES: u64 = 4 << 20;
const MAX_ROWS: u64 = 1_024;
/// A column of a row group above this size that shrank to less than a thousandth is not data.
const LARGE: i64 = 1 << 30;
const MAX_RATIO: i64 = 1_000;

/// A Parquet file.
#[derive(Debug)]
pub(crate) struct ParquetFile {
    path: PathBuf,
}

impl ParquetFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }
}

impl Packed for ParquetFile {
    fn container(&self) -> Option<Container> {
        Some(Container::Parquet)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.rows(None)
    }

    fn open_metered(&self, meter: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        self.rows(Some(meter))
    }
}

impl ParquetFile {
    fn rows(&self, meter: Meter) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        check_ends(&mut file)?;
        let bytes = file.metadata()?.len();
        let (batches, rows) = guarded(|| {
            let metadata = metadata(&file)?;
            check_sizes(metadata.metadata())?;
            let rows = metadata.metadata().file_metadata().num_rows();
            let at_once = rows_at_once(metadata.metadata());
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
            let batches = builder.with_batch_size(at_once).build().map_err(fault)?;
            Ok((batches, u64::try_from(rows).unwrap_or(0)))
        })?;
        let mut counted = CountedRows {
            bytes,
            rows,
            decoded: 0,
            meter,
        };
        let batches = batches.inspect(move |batch| {
            counted.add(batch.as_ref().map_or(0, RecordBatch::num_rows));
        });
        Ok(Box::new(JsonRows::new(batches)))
    }
}

/// Fails unless the file starts and ends as Parquet files do.
fn check_ends(file: &mut File) -> io::Result<()> {
    let mut ends = [[0; 4]; 2];
    let [first, last] = &mut ends;
    let is_read = file.read_exact(first).and_then(|()| {
        file.seek(SeekFrom::End(-4))?;
        file.read_exact(last)
    });
    match (is_read, ends) {
        (Ok(()), [first, last]) if first == *b"PAR1" && last == *b"PAR1" => Ok(()),
        (_, [first, last]) if first == *b"PARE" || last == *b"PARE" => {
            Err(TableFault::Encrypted.into())
        }
        (_, [first, _]) if first == *b"PAR1" => Err(TableFault::Damaged.into()),
        _ => Err(TableFault::OtherFormat.into()),
    }
}

/// The footer, with texts as views: a text that is stored once for many rows is not copied for each.
fn metadata(file: &File) -> io::Result<ArrowReaderMetadata> {
    let plain = ArrowReaderMetadata::load(file, ArrowReaderOptions::new()).map_err(fault)?;
    let schema = plain.schema();
    let viewed = Schema::new_with_metadata(views(schema.fields()), schema.metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(viewed));
    Ok(ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).unwrap_or(plain))
}

fn views(fields: &Fields) -> Fields {
    fields.iter().map(view).collect()
}

fn view(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::List(item) => DataType::List(view(item)),
        DataType::Struct(fields) => DataType::Struct(views(fields)),
        _ => return Arc::clone(field),
    };
    let same = Field::new(field.name(), kind, field.is_nullable());
    Arc::new(same.with_metadata(field.metadata().clone()))
}

/// Fails if the footer claims that a column unpacks to far more than its size in the file.
fn check_sizes(metadata: &ParquetMetaData) -> io::Result<()> {
    let mut columns = metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns());
    let is_bomb = columns.any(|column| {
        let unpacked = column.uncompressed_size();
        unpacked > LARGE && unpacked / MAX_RATIO > column.compressed_size()
    });
    match is_bomb {
        true => Err(TableFault::TooLarge.into()),
        false => Ok(()),
    }
}

/// The number of rows that are decoded at once.
fn rows_at_once(metadata: &ParquetMetaData) -> usize {
    let bytes = metadata
        .row_groups()
        .iter()
        .map(|group| group.total_byte_size());
    let bytes: u64 = bytes.map(|bytes| u64::try_from(bytes).unwrap_or(0)).sum();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
    let rows_of_batch = BATCH_BYTES * rows.max(1) / bytes.max(1);
    rows_of_batch.clamp(1, MAX_ROWS) as usize
}

fn fault(error: ParquetError) -> io::Error {
    match error {
        ParquetError::NYI(_) => TableFault::NotSupported.into(),
        _ => TableFault::Damaged.into(),
    }
}

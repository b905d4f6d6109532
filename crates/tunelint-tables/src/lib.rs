//! Binary tables: Parquet, Arrow, workbooks and members of ZIP archives, unpacked for the readers of
//! `tunelint-data`; and Parquet, written from JSON Lines.
//!
//! Each row of a table becomes one line of JSON, so that rules and layouts see a record like any
//! other. The place of a row is its number; it has no line and no byte offset.

// From the bottom up: a module imports only from those before it.
mod guarded;

mod counted;

mod json_rows;

mod unpacked_size;

mod compound;

mod cell;

mod sheet;

mod workbook;

mod parquet_file;

mod arrow_sizes;

mod arrow_file;

mod archive;

mod parquet_writer;

use std::path::Path;
use std::sync::Arc;

use tunelint_data::source::{Container, Input, Packed};

pub use archive::{Members, is_archive, members, split_member, unreadable};
pub use guarded::is_guarded;
pub use json_rows::JsonRows;
pub use parquet_writer::{SchemaConflict, WriteError, write_parquet};
pub use workbook::{chosen_sheet, sheet_names};

/// The input for the binary table at `path`, by `container` or else by its extension; `None` for
/// other files. `sheet` is the name or number of a workbook's sheet; by default it is the first one
/// with cells.
///
/// Nothing is opened yet: a file that is no such table is reported when it is read.
pub fn input(path: &Path, container: Option<Container>, sheet: Option<&str>) -> Option<Input> {
    let packed: Arc<dyn Packed> = match container.or_else(|| Container::from_path(path))? {
        Container::Parquet => Arc::new(parquet_file::ParquetFile::new(path)),
        Container::Arrow => Arc::new(arrow_file::ArrowFile::new(path)),
        Container::Xlsx => Arc::new(workbook::Workbook::new(path, sheet)),
        Container::Jsonl | Container::Json | Container::Csv | Container::Tsv => return None,
    };
    Some(Input::packed(path, packed, Some(path.to_owned())))
}

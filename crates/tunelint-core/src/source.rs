//! From bytes to batches of records with exact places.
//!
//! A file is read once, front to back, through a rolling buffer. A [`Splitter`] cuts whole
//! records off its front; the cut depends on the bytes alone, never on threads. Lines, columns
//! and ordinals are counted while cutting, so that a batch carries absolute positions and can be
//! checked by any thread.

mod batch;
mod document;
mod facts;
mod input;
mod lines;
mod rows;
mod sniff;

pub use batch::{BATCH_BYTES, Batch, Batcher, MAX_RECORD_BYTES, Piece, PieceKind, Splitter};
pub use document::{Document, Root};
pub use encoding_rs::Encoding;
pub use facts::{Facts, LineEnd, Occurrences};
pub use input::{Input, Origin, Stamp, encoding_by_name};
pub use lines::Lines;
pub use rows::Rows;
pub use sniff::{
    BYTE_ORDER_MARK, HEAD_BYTES, NotData, Remark, Shape, Wishes, delimiter_name, sniff,
};

/// How bytes become records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// One JSON object a line.
    Jsonl,
    /// One JSON document: a list of objects, or an object that holds one.
    Json,
    /// Comma-separated values with a header (any delimiter).
    Csv,
    /// Tab-separated values with a header.
    Tsv,
}

impl Container {
    /// Every container.
    pub const ALL: [Self; 4] = [Self::Jsonl, Self::Json, Self::Csv, Self::Tsv];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// The container called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|container| container.as_str() == name)
    }

    /// The container that a file name's ending stands for; `.gz` and `.zst` are looked through.
    ///
    /// ```
    /// use tunelint_core::source::Container;
    /// assert_eq!(Container::from_path("train.JSONL.gz".as_ref()), Some(Container::Jsonl));
    /// assert_eq!(Container::from_path("notes.txt".as_ref()), None);
    /// ```
    pub fn from_path(path: &std::path::Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let name = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"))
            .unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            _ => None,
        }
    }

    /// Whether its records are rows of cells.
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }
}

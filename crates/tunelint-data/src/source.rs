//! Reads bytes as batches of records with exact positions.
//!
//! A file is read once, front to back, through a rolling buffer. A [`Splitter`] cuts complete
//! records off its start; the boundaries depend on the bytes alone, never on threads. Lines,
//! columns and ordinals are counted while splitting, so that a batch has absolute positions and any
//! thread can process it.

mod batch;
mod buffer;
mod compression;
mod container;
mod document;
mod endless;
mod facts;
mod input;
mod lines;
mod packed;
pub mod parallel;
mod rows;
mod sniff;

pub use batch::{BATCH_BYTES, Batch, Batcher, MAX_RECORD_BYTES, Piece, PieceKind, Splitter};
pub use buffer::Buffer;
pub use compression::{Compression, Compressor};
pub use container::Container;
pub use document::{Document, Root};
pub use encoding_rs::Encoding;
pub use facts::{Facts, LineEnd, Occurrences};
pub use input::{Input, Origin, Stamp, encoding_by_name};
pub use lines::Lines;
pub use packed::{NonFinite, Packed, TableFault};
pub use rows::Rows;
pub use sniff::{
    BYTE_ORDER_MARK, Discrepancy, FormatOverrides, HEAD_BYTES, KnownFormat, Shape, UnsupportedFile,
    delimiter_name, sniff,
};

//! Batches: runs of complete records with their positions, cut off a rolling buffer.

use std::io::{self, Read};

use super::buffer::Buffer;
use super::facts::Facts;
use crate::record::fault::{Fault, FaultKind};
use crate::record::row::Header;
use crate::text::position::{Position, Span};

/// The target size of a batch: the fastest in measurements on two cores, about a core's cache.
pub const BATCH_BYTES: usize = 512 * 1024;

/// The default maximum size of a record.
pub const MAX_RECORD_BYTES: usize = 64 * 1024 * 1024;

/// A run of complete records of one source.
#[derive(Debug, Default)]
pub struct Batch {
    /// The index in the source, counted from 0.
    pub index: u64,
    /// The bytes, separators included.
    pub bytes: Buffer,
    /// The records and faults in them, in order.
    pub pieces: Vec<Piece>,
}

/// One record, or bytes that are not a valid record.
#[derive(Debug)]
pub struct Piece {
    /// Its first byte in the batch.
    pub from: usize,
    /// One past its last byte in the batch, without line end or comma.
    pub to: usize,
    /// Its position in the source.
    pub start: Position,
    /// Its record number, counted from 1.
    pub ordinal: u64,
    /// Whether it follows a place where the reader had to resynchronize.
    pub recovered: bool,
    /// Whether it is a record or a fault.
    pub kind: PieceKind,
}

/// The kind of a [`Piece`].
#[derive(Debug)]
pub enum PieceKind {
    /// A record to be parsed.
    Record,
    /// Not a record: the fault, with spans relative to the piece's first byte.
    Fault(Box<Fault>),
}

/// Splits bytes at record boundaries.
pub trait Splitter: Send {
    /// Splits complete records off the start of `data`, which starts where the previous call ended,
    /// and returns the number of bytes consumed. With `last`, at the end of the source, it consumes
    /// everything. 0 means that no record is complete yet.
    fn split(&mut self, data: &[u8], last: bool, pieces: &mut Vec<Piece>) -> usize;

    /// Called when the record at the start of `data` exceeds the limit. Consumes all of `data`; the
    /// following calls of `split` skip the rest of the record and then report it.
    fn skip_record(&mut self, data: &[u8]);

    /// Observations about the file as a whole.
    fn facts(&self) -> &Facts;

    /// The columns, once the header has been read.
    fn header(&self) -> Option<&Header> {
        None
    }
}

/// Reads a source as batches, in order.
pub struct Batcher {
    reader: Box<dyn Read + Send>,
    splitter: Box<dyn Splitter>,
    buffer: Buffer,
    ended: bool,
    finished: bool,
    batch_bytes: usize,
    max_record: usize,
    next_index: u64,
    bytes_read: u64,
    /// Buffers of processed batches.
    spare: Vec<Batch>,
}

impl Batcher {
    /// Batches of `reader`, preceded by `head`, which was already read from it.
    pub fn new(
        reader: Box<dyn Read + Send>,
        head: Vec<u8>,
        splitter: Box<dyn Splitter>,
        max_record: usize,
    ) -> Self {
        let bytes_read = head.len() as u64;
        Self {
            reader,
            splitter,
            buffer: Buffer::from(head),
            ended: false,
            finished: false,
            batch_bytes: BATCH_BYTES,
            max_record,
            next_index: 0,
            bytes_read,
            spare: Vec::new(),
        }
    }

    /// Sets the approximate size of a batch; findings do not depend on it.
    #[must_use]
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.batch_bytes = bytes.max(1);
        self
    }

    /// The next batch, or `None` at the end.
    ///
    /// # Errors
    /// I/O errors.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        let mut spare = self.spare.pop().unwrap_or_default();
        let mut pieces = std::mem::take(&mut spare.pieces);
        let mut wanted = self.batch_bytes;
        loop {
            self.fill(wanted)?;
            if self.finished {
                return Ok(None);
            }
            let cut = self
                .splitter
                .split(&self.buffer, self.ended, &mut pieces)
                .min(self.buffer.len());
            // The splitter must see the end even if no data is left, because a list may be open.
            self.finished = self.ended;
            if self.finished && cut == 0 && pieces.is_empty() {
                return Ok(None);
            }
            if cut > 0 || self.finished {
                return Ok(Some(self.take(cut, pieces, spare.bytes)));
            }
            if self.buffer.len() > self.max_record {
                self.splitter.skip_record(&self.buffer);
                return Ok(Some(self.take(self.buffer.len(), pieces, spare.bytes)));
            }
            // Doubling keeps the repeated scan of a long record linear.
            wanted = self
                .buffer
                .len()
                .saturating_mul(2)
                .min(self.max_record.saturating_add(1))
                .max(wanted);
            wanted = wanted.max(self.buffer.len() + 1);
        }
    }

    /// Returns a batch whose records have been processed, to reuse its buffers.
    pub fn recycle(&mut self, mut batch: Batch) {
        // The memory of a very large record is not kept for the rest of the run.
        if batch.bytes.capacity() <= self.batch_bytes.saturating_mul(4) {
            batch.pieces.clear();
            self.spare.push(batch);
        }
    }

    /// Closes the source and frees its buffer. No batch follows.
    pub fn close(&mut self) {
        self.reader = Box::new(io::empty());
        self.buffer = Buffer::default();
        self.finished = true;
    }

    /// Observations about the file as a whole, so far.
    pub fn facts(&self) -> &Facts {
        self.splitter.facts()
    }

    /// The columns of a CSV file, once its first batch has been read.
    pub fn header(&self) -> Option<&Header> {
        self.splitter.header()
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if !self.ended && self.buffer.len() < wanted {
            let before = self.buffer.len();
            self.buffer.fill(&mut self.reader, wanted)?;
            self.ended = self.buffer.len() < wanted;
            if self.ended {
                // Sources that were read to their end need not stay open.
                self.reader = Box::new(io::empty());
            }
            self.bytes_read += (self.buffer.len() - before) as u64;
        }
        Ok(())
    }

    fn take(&mut self, cut: usize, pieces: Vec<Piece>, mut rest: Buffer) -> Batch {
        rest.set(self.buffer.get(cut..).unwrap_or_default());
        self.buffer.truncate(cut);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let index = self.next_index;
        self.next_index += 1;
        Batch {
            index,
            bytes,
            pieces,
        }
    }
}

/// Counts records and tracks the position of the next byte, for every splitter.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The position of the next byte to be split.
    pub(super) at: Position,
    /// Records so far.
    pub(super) records: u64,
    /// Whether reading had to resynchronize before.
    pub(super) recovered: bool,
}

impl Cursor {
    pub(super) fn new(at: Position) -> Self {
        Self {
            at,
            records: 0,
            recovered: false,
        }
    }

    /// The next record: bytes `from` to `to` of the data.
    pub(super) fn piece(
        &mut self,
        from: usize,
        to: usize,
        start: Position,
        kind: PieceKind,
    ) -> Piece {
        self.records += 1;
        Piece {
            from,
            to,
            start,
            ordinal: self.records,
            recovered: self.recovered,
            kind,
        }
    }
}

/// The fault of a record that exceeds the limit.
pub(super) fn too_large(length: u64, limit: usize) -> PieceKind {
    let limit = limit as u64;
    let kind = FaultKind::TooLarge { length, limit };
    PieceKind::Fault(Box::new(Fault::new(kind, Span::at(0))))
}

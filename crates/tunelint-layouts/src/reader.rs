//! An opened source: container and layout determined, records ready to be read.

mod columns;
mod decoder;
mod mapping;
mod options;
pub mod request;

use std::io::{self, Read};
use std::sync::Arc;

use tunelint_data::record::row::Header;
use tunelint_data::source::{
    BYTE_ORDER_MARK, Batch, Batcher, Container, Document, Facts, HEAD_BYTES, Input, Lines,
    PieceKind, Rows, Shape, Splitter, Stamp, UnsupportedFile, parallel, sniff,
};
use tunelint_data::text::position::{Position, SourceId};

use crate::example::Example;
use crate::layout::Layout;

pub use decoder::{DecodeOutcome, Decoder, Scratch, Unreadable};
pub use mapping::{ColumnRole, INPUT_NAMES, Mapping, MappingProblem, OUTPUT_NAMES};
pub use options::{OpenError, ReadOptions};

/// An open source.
pub struct Reader {
    /// Its id in the dataset.
    pub source: SourceId,
    /// The origin of its bytes.
    pub input: Input,
    /// How its bytes become records; `Err` if the file contains no records at all.
    pub shape: Result<Shape, UnsupportedFile>,
    /// How its records become examples, as far as determined.
    pub mapping: Mapping,
    /// The columns of a table.
    pub header: Header,
    /// The records from which the layout is determined: independent of the batch size.
    sample: Batch,
    /// Batches that were cut while opening.
    first: Vec<Batch>,
    batcher: Batcher,
    /// The user's options.
    pub options: ReadOptions,
    /// The state of the file when it was opened.
    pub stamp: Option<Stamp>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("source", &self.source)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens `input`, reads its first batches, and determines container and layout.
    ///
    /// # Errors
    /// An I/O error, or an unknown column.
    pub fn open(source: SourceId, input: Input, options: &ReadOptions) -> Result<Self, OpenError> {
        let stamp = input.stamp();
        let mut bytes = input.open()?;
        let mut head = Vec::new();
        (&mut bytes)
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)?;
        let shape = sniff(&input.name, &head, options.overrides);
        let (splitter, skip) = match &shape {
            Ok(shape) => (splitter(shape, &head, options.max_record), shape.skip),
            // Nothing more is read from it.
            Err(_) => (
                Box::new(Lines::new(Position::START, 0)) as Box<dyn Splitter>,
                head.len(),
            ),
        };
        let rest = head.split_off(skip.min(head.len()));
        let sample = shape.as_ref().map_or_else(
            |_| Batch::default(),
            |shape| sample(shape, &head, &rest, options),
        );
        let reader: Box<dyn Read + Send> = if shape.is_err() {
            Box::new(io::empty())
        } else {
            bytes
        };
        let mut batcher = Batcher::new(reader, rest, splitter, options.max_record)
            .batch_bytes(options.batch_bytes);
        let first = first_batches(&mut batcher)?;
        let header = batcher.header().cloned().unwrap_or_default();
        let mut reader = Self {
            source,
            input,
            shape,
            mapping: Mapping::none(),
            header,
            sample,
            first,
            batcher,
            options: options.clone(),
            stamp,
        };
        let sample = columns::Sample {
            container: reader.container(),
            header: &reader.header,
            batch: &reader.sample,
            first: reader.first.last(),
        };
        reader.mapping = columns::map(&sample, options)?;
        Ok(reader)
    }

    /// Opens the same source again, from the start.
    ///
    /// # Errors
    /// An I/O error, or a file that has changed since it was opened.
    pub fn reopen(&self) -> io::Result<Self> {
        let again = Self::open(self.source, self.input.clone(), &self.options);
        let again = again.map_err(OpenError::into_io)?;
        if again.stamp != self.stamp {
            return Err(io::Error::other("the file changed while it was being read"));
        }
        Ok(again)
    }

    /// The container.
    pub fn container(&self) -> Option<Container> {
        self.shape.as_ref().ok().map(|shape| shape.container)
    }

    /// The layout of the records.
    pub fn layout(&self) -> Option<&Arc<dyn Layout>> {
        self.mapping.layout.as_ref()
    }

    /// A decoder for its batches, usable on any thread.
    pub fn decoder(&self) -> Decoder {
        let shape = self.shape.as_ref().ok();
        Decoder {
            source: self.source,
            rows: shape.is_some_and(|shape| shape.container.has_rows()),
            delimiter: shape.map_or(b',', |shape| shape.delimiter),
            lone_cr: shape.is_some_and(|shape| shape.cr_only || shape.container.has_rows()),
            layout: self.mapping.layout.clone(),
            mapped: self.mapping.mapped,
            header: self.header.clone(),
            role_aliases: self.options.role_aliases.clone(),
        }
    }

    /// Runs `work` on every remaining batch, on up to `threads` threads, and `drain` on every
    /// result, in file order. Every thread gets its own `scratch`.
    ///
    /// # Errors
    /// The first error from reading or from `drain`, which ends the run.
    pub fn each_batch<S, R: Send>(
        &mut self,
        threads: usize,
        scratch: impl Fn() -> S + Sync,
        work: impl Fn(&Batch, &mut S) -> R + Sync,
        drain: &mut (dyn FnMut(R) -> io::Result<()> + Send),
    ) -> io::Result<()> {
        let first = std::mem::take(&mut self.first);
        parallel::run(first, &mut self.batcher, threads, scratch, work, drain)
    }

    /// The next batch, for callers that read a source on one thread.
    ///
    /// # Errors
    /// I/O errors.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        if self.first.is_empty() {
            return self.batcher.next_batch();
        }
        Ok(Some(self.first.remove(0)))
    }

    /// Returns a processed batch, so that its buffers are reused.
    pub fn recycle(&mut self, batch: Batch) {
        self.batcher.recycle(batch);
    }

    /// Passes every remaining record to `take`, in order.
    ///
    /// # Errors
    /// I/O errors.
    pub fn each_record(&mut self, take: &mut dyn FnMut(DecodeOutcome<'_, '_>)) -> io::Result<()> {
        let decoder = self.decoder();
        let mut scratch = decoder.scratch();
        while let Some(batch) = self.next_batch()? {
            decoder.each(&batch, &mut scratch, take);
            self.recycle(batch);
        }
        Ok(())
    }

    /// Passes every example to `take`, in order. Returns the number of records without an example.
    ///
    /// # Errors
    /// I/O errors.
    pub fn each_example(mut self, take: &mut dyn FnMut(&Example<'_>)) -> io::Result<u64> {
        let mut examples = 0;
        self.each_record(&mut |outcome| {
            if let DecodeOutcome::Example(example) = outcome {
                examples += 1;
                take(example);
            }
        })?;
        // An unsupported file counts as one unreadable record.
        let unreadable = u64::from(self.shape.is_err());
        Ok(self.records().saturating_sub(examples) + unreadable)
    }

    /// The offset of the first batch: after a byte order mark and other skipped bytes.
    pub fn first_offset(&self) -> u64 {
        self.shape.as_ref().map_or(0, |shape| shape.skip as u64)
    }

    /// Observations about the file as a whole, up to the point read so far.
    pub fn facts(&self) -> &Facts {
        self.batcher.facts()
    }

    /// Records read so far, malformed ones included.
    pub fn records(&self) -> u64 {
        self.facts().records
    }

    /// Bytes read so far, the byte order mark included.
    pub fn bytes_read(&self) -> u64 {
        let skipped = self.shape.as_ref().map_or(0, |shape| shape.skip);
        self.batcher.bytes_read() + skipped as u64
    }
}

/// The batches up to the first one with a record; of a record that is too large, nothing is kept.
fn first_batches(batcher: &mut Batcher) -> io::Result<Vec<Batch>> {
    const MOST: usize = 8;
    let mut batches: Vec<Batch> = Vec::new();
    while batches.len() < MOST {
        let Some(batch) = batcher.next_batch()? else {
            break;
        };
        let found = batch
            .pieces
            .iter()
            .any(|piece| matches!(piece.kind, PieceKind::Record));
        if !batch.pieces.is_empty() {
            batches.push(batch);
        }
        if found {
            break;
        }
    }
    Ok(batches)
}

/// The records at the start of a file, after the skipped bytes.
fn sample(shape: &Shape, skipped: &[u8], rest: &[u8], options: &ReadOptions) -> Batch {
    let mut pieces = Vec::new();
    let whole = skipped.len() + rest.len() < HEAD_BYTES;
    splitter(shape, skipped, options.max_record).split(rest, whole, &mut pieces);
    Batch {
        index: 0,
        bytes: rest.to_vec(),
        pieces,
    }
}

fn splitter(shape: &Shape, head: &[u8], max_record: usize) -> Box<dyn Splitter> {
    let skipped = head.get(..shape.skip).unwrap_or_default();
    let mark = if skipped.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut start = Position {
        offset: mark as u64,
        ..Position::START
    };
    start = start.advance(skipped.get(mark..).unwrap_or_default(), false);
    match shape.container {
        Container::Jsonl => {
            let mut lines = Lines::new(start, max_record);
            if shape.cr_only {
                lines = lines.ended_by_cr();
            }
            if shape.strip_commas {
                lines = lines.strip_commas();
            }
            Box::new(lines)
        }
        Container::Json => Box::new(Document::new(start, shape.root, max_record)),
        Container::Csv | Container::Tsv => Box::new(Rows::new(start, shape.delimiter, max_record)),
    }
}

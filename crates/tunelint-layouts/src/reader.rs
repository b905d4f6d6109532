//! An opened source: its container and layout found out, its records ready to be read.

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

/// A source that is open.
pub struct Reader {
    /// Its place in the dataset.
    pub source: SourceId,
    /// Where its bytes come from.
    pub input: Input,
    /// How its bytes become records; `Err`: it holds no records at all.
    pub shape: Result<Shape, UnsupportedFile>,
    /// How its records become examples, as far as that could be found out.
    pub mapping: Mapping,
    /// The columns of a table.
    pub header: Header,
    /// Records by which the layout is decided: the same ones, however large batches are.
    sample: Batch,
    /// Batches that were cut while it was opened.
    first: Vec<Batch>,
    batcher: Batcher,
    /// What the user said about reading it.
    pub options: ReadOptions,
    /// How the file stood when it was opened.
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
    /// Opens `input`, reads its first batch, and finds out what it is.
    ///
    /// # Errors
    /// What the system returns, or a column that is not there.
    pub fn open(source: SourceId, input: Input, options: &ReadOptions) -> Result<Self, OpenError> {
        let stamp = input.stamp();
        let mut bytes = input.open()?;
        let mut head = Vec::new();
        (&mut bytes)
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)?;
        let shape = sniff(&input.name, &head, options.wishes);
        let (splitter, skip) = match &shape {
            Ok(shape) => (splitter(shape, &head, options.max_record), shape.skip),
            // Nothing of it is read any further.
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

    /// Opens the same source again.
    ///
    /// # Errors
    /// What the system returns; a file that changed meanwhile.
    pub fn reopen(&self) -> io::Result<Self> {
        let again = Self::open(self.source, self.input.clone(), &self.options);
        let again = again.map_err(OpenError::into_io)?;
        if again.stamp != self.stamp {
            return Err(io::Error::other("the file changed while it was being read"));
        }
        Ok(again)
    }

    /// Its container.
    pub fn container(&self) -> Option<Container> {
        self.shape.as_ref().ok().map(|shape| shape.container)
    }

    /// The layout of its records.
    pub fn layout(&self) -> Option<&Arc<dyn Layout>> {
        self.mapping.layout.as_ref()
    }

    /// What is needed to read its batches, on any thread.
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
            speakers: self.options.speakers.clone(),
        }
    }

    /// Runs `work` on every batch that is left, on at most `threads` threads, and `drain` on every
    /// result, in the order of the file. Each thread has a `scratch` of its own.
    ///
    /// # Errors
    /// What reading returns, or `drain`; the run ends at the first.
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

    /// The next batch, for whoever goes through a source alone.
    ///
    /// # Errors
    /// What reading returns.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        if self.first.is_empty() {
            return self.batcher.next_batch();
        }
        Ok(Some(self.first.remove(0)))
    }

    /// Takes back a batch that has been worked on, so that its memory serves again.
    pub fn recycle(&mut self, batch: Batch) {
        self.batcher.recycle(batch);
    }

    /// Hands every record that is left to `take`, in order.
    ///
    /// # Errors
    /// What reading returns.
    pub fn each_record(&mut self, take: &mut dyn FnMut(DecodeOutcome<'_, '_>)) -> io::Result<()> {
        let decoder = self.decoder();
        let mut scratch = decoder.scratch();
        while let Some(batch) = self.next_batch()? {
            decoder.each(&batch, &mut scratch, take);
            self.recycle(batch);
        }
        Ok(())
    }

    /// Hands every example to `take`, in order. Returns how many records gave no example.
    ///
    /// # Errors
    /// What reading returns.
    pub fn each_example(mut self, take: &mut dyn FnMut(&Example<'_>)) -> io::Result<u64> {
        let mut examples = 0;
        self.each_record(&mut |outcome| {
            if let DecodeOutcome::Example(example) = outcome {
                examples += 1;
                take(example);
            }
        })?;
        // A file that is not data at all has no records either.
        let unreadable = u64::from(self.shape.is_err());
        Ok(self.records().saturating_sub(examples) + unreadable)
    }

    /// Where the first batch begins: behind a byte order mark and what else was skipped.
    pub fn first_offset(&self) -> u64 {
        self.shape.as_ref().map_or(0, |shape| shape.skip as u64)
    }

    /// What was noticed about the file as a whole, as far as it was read.
    pub fn facts(&self) -> &Facts {
        self.batcher.facts()
    }

    /// Records read so far, faulty ones included.
    pub fn records(&self) -> u64 {
        self.facts().records
    }

    /// Bytes read so far, the byte order mark included.
    pub fn bytes_read(&self) -> u64 {
        let skipped = self.shape.as_ref().map_or(0, |shape| shape.skip);
        self.batcher.bytes_read() + skipped as u64
    }
}

/// The batches up to the first that holds a record; of a record that is too large to be read,
/// nothing is kept.
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

/// The records in the first bytes of a file, after what was skipped of it.
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

//! Opens a source, detects its container, layout and columns, and reads its records.

pub mod absent;
mod columns;
mod decoder;
mod field_values;
mod mapping;
mod options;
pub mod request;

use std::io::{self, Read};
use std::sync::Arc;

use tunelint_data::record::row::Header;
use tunelint_data::source::{
    BYTE_ORDER_MARK, Batch, Batcher, Container, Document, Facts, HEAD_BYTES, Input, Lines,
    PieceKind, Rows, Shape, Splitter, Stamp, TableFault, UnsupportedFile, parallel, sniff,
};
use tunelint_data::text::position::{Position, SourceId};

use crate::declared::Declared;
use crate::example::{Example, KTO_TAG};
use crate::layout::Layout;

pub use decoder::{DecodeOutcome, Decoder, Scratch, Unreadable};
pub use mapping::{
    ColumnRole, INPUT_NAMES, Likely, Mapping, MappingProblem, Misspelled, OUTPUT_NAMES, is_comment,
};
pub use options::{OpenError, ReadOptions};

/// An open source, positioned at its first record.
///
/// [`Reader::open`] detects the format. Then read it once, in one of two ways: on one thread with
/// [`each_record`](Self::each_record) or [`each_example`](Self::each_example), or on several with a
/// [`Decoder`] and [`each_batch`](Self::each_batch). What is read does not depend on the number of
/// threads or the batch size.
///
/// A file in an unsupported format is not an error: it opens with `shape` as `Err`, and has no
/// records.
pub struct Reader {
    /// Its id in the run, which its findings carry.
    pub source: SourceId,
    /// The file or bytes it was opened from.
    pub input: Input,
    /// The detected container and its details; `Err` if the file is in an unsupported format.
    pub shape: Result<Shape, UnsupportedFile>,
    /// The detected layout and columns, or what could not be determined.
    pub mapping: Mapping,
    /// The header of a table; empty for other containers.
    pub header: Header,
    /// The records from which the layout is detected. A sample of fixed size, so that the result
    /// does not depend on the batch size.
    sample: Batch,
    /// Batches that were read while opening and are still to be processed.
    first: Vec<Batch>,
    batcher: Batcher,
    /// Whether the file is closed until it is read.
    is_closed: bool,
    /// The options it was opened with.
    pub options: ReadOptions,
    /// What a `dataset_info.json` says about it.
    pub declared: Option<Declared>,
    /// The id of that file in the run. A session sets it; until then it is that of the source.
    pub declared_in: SourceId,
    /// Size and modification time when it was opened; `None` if there are none, as for bytes in
    /// memory.
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
    /// Opens `input` and detects its container and layout from its first records, which are read
    /// into memory. `source` is the id for its findings.
    ///
    /// # Errors
    /// I/O errors, and a column in `options` that the source does not have.
    pub fn open(source: SourceId, input: Input, options: &ReadOptions) -> Result<Self, OpenError> {
        let stamp = input.stamp();
        let declared = options.declared.of(&input.name).cloned();
        let (bytes, mut head, shape) = start(&input, options)?;
        let (splitter, skip) = match &shape {
            Ok(shape) => (splitter(shape, &head, options.max_record), shape.skip),
            // An unsupported file: none of it is read as records.
            Err(_) => (
                Box::new(Lines::new(Position::START, 0)) as Box<dyn Splitter>,
                head.len(),
            ),
        };
        let is_cut = head.len() >= HEAD_BYTES;
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
            is_closed: false,
            options: options.clone(),
            declared,
            declared_in: source,
            stamp,
        };
        let sample = columns::Sample {
            container: reader.container(),
            header: &reader.header,
            delimiter: reader.shape.as_ref().map_or(b',', |shape| shape.delimiter),
            batch: &reader.sample,
            is_cut,
            first: reader.first.last(),
        };
        let entry = reader.declared.as_ref().and_then(|of| of.entry.as_deref());
        reader.mapping = columns::map(&sample, options, entry)?;
        Ok(reader)
    }

    /// Opens the same source again from the start, for a second pass.
    ///
    /// # Errors
    /// I/O errors, and a file that has changed since it was opened.
    pub fn reopen(&self) -> io::Result<Self> {
        let again = Self::open(self.source, self.input.clone(), &self.options);
        let again = again.map_err(OpenError::into_io)?;
        if again.stamp != self.stamp {
            return Err(io::Error::other("the file changed while it was being read"));
        }
        Ok(again)
    }

    /// Closes the file until it is read. Of many sources that are opened together, all but a few must
    /// be closed, because the number of open files is limited. A pipe stays open: what was read from
    /// it cannot be read again.
    pub fn close(&mut self) {
        if self.stamp.is_none() {
            return;
        }
        self.batcher.close();
        self.first = Vec::new();
        self.sample = Batch::default();
        self.is_closed = true;
    }

    fn open_again(&mut self) -> io::Result<()> {
        if self.is_closed {
            let declared_in = self.declared_in;
            *self = self.reopen()?;
            self.declared_in = declared_in;
        }
        Ok(())
    }

    /// The container; `None` if the file is unsupported.
    pub fn container(&self) -> Option<Container> {
        self.shape.as_ref().ok().map(|shape| shape.container)
    }

    /// The layout; `None` if it could not be determined, and then no record has an example.
    pub fn layout(&self) -> Option<&Arc<dyn Layout>> {
        self.mapping.layout.as_ref()
    }

    /// A decoder for the batches of this source. It can be shared by all threads.
    pub fn decoder(&self) -> Decoder {
        let shape = self.shape.as_ref().ok();
        Decoder {
            source: self.source,
            rows: shape.is_some_and(|shape| shape.container.has_rows()),
            delimiter: shape.map_or(b',', |shape| shape.delimiter),
            lone_cr: shape.is_some_and(|shape| shape.cr_only || shape.container.has_rows()),
            in_table: self.input.binary().is_some(),
            layout: self.mapping.layout.clone(),
            mapped: self.mapping.mapped,
            header: self.header.clone(),
            role_aliases: self.mapping.role_aliases.clone(),
            tag: self
                .mapping
                .tag
                .clone()
                .unwrap_or_else(|| KTO_TAG.to_owned()),
        }
    }

    /// Runs `work` on every remaining batch on up to `threads` threads, and `drain` on every
    /// result, one at a time and in file order. `scratch` creates the buffers of each thread.
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
        self.open_again()?;
        let first = std::mem::take(&mut self.first);
        parallel::run(first, &mut self.batcher, threads, scratch, work, drain)
    }

    /// The next batch, for callers that read a source on one thread.
    ///
    /// # Errors
    /// I/O errors.
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        self.open_again()?;
        if self.first.is_empty() {
            return self.batcher.next_batch();
        }
        Ok(Some(self.first.remove(0)))
    }

    /// Returns the buffers of a processed batch for reuse. Optional.
    pub fn recycle(&mut self, batch: Batch) {
        self.batcher.recycle(batch);
    }

    /// Decodes every remaining record on this thread and passes the results to `take`, in file
    /// order.
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

    /// Passes every remaining example to `take`, in file order. Returns the number of records
    /// without a valid example; an unsupported file counts as one.
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
        let unreadable = u64::from(self.shape.is_err());
        Ok(self.records().saturating_sub(examples) + unreadable)
    }

    /// The offset of the first batch: after a byte order mark and other skipped bytes.
    pub fn first_offset(&self) -> u64 {
        self.shape.as_ref().map_or(0, |shape| shape.skip as u64)
    }

    /// Observations about the file as a whole, such as line endings. Complete once it is read to
    /// its end.
    pub fn facts(&self) -> &Facts {
        self.batcher.facts()
    }

    /// The number of records read so far, including malformed ones.
    pub fn records(&self) -> u64 {
        self.facts().records
    }

    /// The number of decompressed bytes read so far, including a byte order mark; of a binary table,
    /// the size of its file.
    pub fn bytes_read(&self) -> u64 {
        if let Some(bytes) = self.input.table_bytes() {
            return bytes;
        }
        let skipped = self.shape.as_ref().map_or(0, |shape| shape.skip);
        self.batcher.bytes_read() + skipped as u64
    }
}

/// The start of a source, and its shape.
type Start = (
    Box<dyn Read + Send>,
    Vec<u8>,
    Result<Shape, UnsupportedFile>,
);

/// Opens `input` and reads its first bytes. What cannot be unpacked is unsupported.
fn start(input: &Input, options: &ReadOptions) -> io::Result<Start> {
    let mut head = Vec::new();
    let opened = input.open().and_then(|mut bytes| {
        let mut first = (&mut bytes).take(HEAD_BYTES as u64);
        first.read_to_end(&mut head)?;
        Ok(bytes)
    });
    Ok(match (opened, input.binary()) {
        (Ok(bytes), Some(container)) => (bytes, head, Ok(Shape::of_table(container))),
        (Ok(bytes), None) => {
            let shape = sniff(&input.name, &head, options.overrides);
            (bytes, head, shape)
        }
        (Err(error), container) => {
            let fault = TableFault::of(&error).ok_or(error)?;
            let unsupported = UnsupportedFile::Packed(container, fault);
            (Box::new(io::empty()), Vec::new(), Err(unsupported))
        }
    })
}

/// Reads batches up to the first one with a record, from which the layout may have to be detected.
/// A record above the size limit yields a batch without it, so this stops after a few.
fn first_batches(batcher: &mut Batcher) -> io::Result<Vec<Batch>> {
    const MAX_BATCHES: usize = 8;
    let mut batches: Vec<Batch> = Vec::new();
    while batches.len() < MAX_BATCHES {
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
        bytes: rest.to_vec().into(),
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
        Container::Jsonl | Container::Parquet | Container::Arrow | Container::Xlsx => {
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

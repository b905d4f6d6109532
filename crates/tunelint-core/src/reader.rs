//! An opened source: its container and layout found out, its records ready to be read.

mod columns;
mod remarks;

use std::io::{self, Read};
use std::sync::Arc;

use crate::example::Example;
use crate::finding::{Findings, Fix, Severity};
use crate::json::{Fault, Kind, Parser};
use crate::layout::{self, Binding, Layout, Pairs, Speakers};
use crate::position::{Position, SourceId};
use crate::record::{Body, Record};
use crate::row::{Header, RowParser};
use crate::rule::TargetFact;
use crate::rules::{invalid_utf8, mixed_layouts, wrong_field_count};
use crate::source::{
    BATCH_BYTES, BYTE_ORDER_MARK, Batch, Batcher, Container, Document, HEAD_BYTES, Input, Lines,
    MAX_RECORD_BYTES, NotData, Piece, PieceKind, Rows, Shape, Splitter, Stamp, Wishes, sniff,
};

pub use columns::{INPUT_NAMES, Mapping, OUTPUT_NAMES, Problem};

/// What the user said about how a source is to be read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The container and what separates cells.
    pub wishes: Wishes,
    /// The layout.
    pub layout: Option<Arc<dyn Layout>>,
    /// The column or template of the input.
    pub input: Option<Binding>,
    /// The column or template of the output.
    pub output: Option<Binding>,
    /// The column of the system text.
    pub system: Option<String>,
    /// What names of roles stand for, besides those that the layouts know.
    pub speakers: Speakers,
    /// The largest record that is read, in bytes.
    pub max_record: usize,
    /// About how many bytes a batch has; no finding depends on it.
    pub batch_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            wishes: Wishes::default(),
            layout: None,
            input: None,
            output: None,
            system: None,
            speakers: Speakers::default(),
            max_record: MAX_RECORD_BYTES,
            batch_bytes: BATCH_BYTES,
        }
    }
}

/// A source that is open.
pub struct Reader {
    /// Its place in the dataset.
    pub source: SourceId,
    /// Where its bytes come from.
    pub input: Input,
    /// How its bytes become records; `Err`: it holds no records at all.
    pub shape: Result<Shape, NotData>,
    /// How its records become examples, as far as that could be found out.
    pub mapping: Mapping,
    /// The columns of a table.
    pub header: Header,
    /// Records by which the layout is decided: the same ones, however large batches are.
    sample: Batch,
    /// Batches that were cut while it was opened.
    pub(crate) first: Vec<Batch>,
    pub(crate) batcher: Batcher,
    /// The targets that ask for a byte order mark.
    pub(crate) mark_wanted: Vec<TargetFact>,
    /// What the user said about reading it.
    pub(crate) options: ReadOptions,
    /// How the file stood when it was opened.
    pub(crate) stamp: Option<Stamp>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("source", &self.source)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// Why a source cannot be read as the user asked.
#[derive(Debug)]
pub enum OpenError {
    /// The system says no.
    Io(io::Error),
    /// A column that the user named is not there: the name, and those that are.
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        columns: Vec<String>,
    },
}

impl OpenError {
    /// The system's error, or what is wrong with the columns in its words.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NoColumn { name, .. } => {
                let name = crate::printable::quoted(&name, 40);
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("no column is called {name}"),
                )
            }
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
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
            mark_wanted: Vec::new(),
            options: options.clone(),
            stamp,
        };
        reader.mapping = columns::map(&reader, options)?;
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
    pub fn decoding(&self) -> Decoding {
        let shape = self.shape.as_ref().ok();
        Decoding {
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

    /// Where the first batch begins: behind a byte order mark and what else was skipped.
    pub(crate) fn first_offset(&self) -> u64 {
        self.shape.as_ref().map_or(0, |shape| shape.skip as u64)
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

/// How the batches of one source are read.
#[derive(Debug, Clone)]
pub struct Decoding {
    source: SourceId,
    rows: bool,
    delimiter: u8,
    lone_cr: bool,
    layout: Option<Arc<dyn Layout>>,
    /// The names of the layout were given or found; they are not the layout's own.
    mapped: bool,
    header: Header,
    speakers: Speakers,
}

/// The buffers of one worker.
#[derive(Debug)]
pub struct Scratch {
    parser: Parser,
    rows: RowParser,
}

/// What became of one record.
#[derive(Debug)]
pub enum Decoded<'r, 'a> {
    /// An example.
    Example(&'r Example<'a>),
    /// Nothing: why was reported.
    Nothing(&'r Record<'a>),
}

impl Decoding {
    /// Buffers for one worker.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            parser: Parser::new(),
            rows: RowParser::new(self.delimiter),
        }
    }

    /// Reads every record of a batch and hands each to `take`, with what it became. What stands
    /// in the way of reading is reported.
    pub fn each(
        &self,
        batch: &Batch,
        scratch: &mut Scratch,
        findings: &mut Findings<'_>,
        take: &mut dyn FnMut(Decoded<'_, '_>, &mut Findings<'_>),
    ) {
        // One fast pass over the batch; only where it fails is each record looked at by itself.
        let valid = simdutf8::basic::from_utf8(&batch.bytes).ok();
        for piece in &batch.pieces {
            let raw = batch.bytes.get(piece.from..piece.to).unwrap_or_default();
            let record = self.record(piece, raw);
            if let PieceKind::Fault(fault) = &piece.kind {
                report_fault(&record, fault, findings);
                take(Decoded::Nothing(&record), findings);
                continue;
            }
            let text = match valid {
                Some(text) => text.get(piece.from..piece.to),
                None => std::str::from_utf8(raw).ok(),
            };
            let Some(text) = text else {
                invalid_utf8::report(&record, findings);
                take(Decoded::Nothing(&record), findings);
                continue;
            };
            if self.rows {
                self.row(record, text, scratch, findings, take);
            } else {
                self.json(record, text, scratch, findings, take);
            }
        }
    }

    fn record<'a>(&'a self, piece: &Piece, raw: &'a [u8]) -> Record<'a> {
        Record {
            source: self.source,
            raw,
            start: piece.start,
            ordinal: piece.ordinal,
            body: Body::Unread,
            speakers: &self.speakers,
            lone_cr: self.lone_cr,
            recovered: piece.recovered,
        }
    }

    fn json(
        &self,
        record: Record<'_>,
        text: &str,
        scratch: &mut Scratch,
        findings: &mut Findings<'_>,
        take: &mut dyn FnMut(Decoded<'_, '_>, &mut Findings<'_>),
    ) {
        let json = match scratch.parser.parse(text) {
            Ok(json) => json,
            Err(fault) => {
                report_fault(&record, &fault, findings);
                return take(Decoded::Nothing(&record), findings);
            }
        };
        let kind = json.root().kind();
        if kind != Kind::Object {
            let fault = Fault::new(
                "malformed-record",
                json.root().span(),
                format!("the record is {}, not an object", kind.describe()),
            );
            report_fault(
                &record,
                &fault.help("write each example as an object with named fields"),
                findings,
            );
            return take(Decoded::Nothing(&record), findings);
        }
        let record = Record {
            body: Body::Json(json),
            ..record
        };
        self.example(&record, findings, take);
    }

    fn row(
        &self,
        record: Record<'_>,
        text: &str,
        scratch: &mut Scratch,
        findings: &mut Findings<'_>,
        take: &mut dyn FnMut(Decoded<'_, '_>, &mut Findings<'_>),
    ) {
        let row = match scratch.rows.parse(text, &self.header) {
            Ok(row) => row,
            Err(fault) => {
                report_fault(&record, &fault, findings);
                return take(Decoded::Nothing(&record), findings);
            }
        };
        let record = Record {
            body: Body::Row(row),
            ..record
        };
        if row.len() != self.header.names.len() {
            wrong_field_count::report(&record, row, &self.header, findings);
            return take(Decoded::Nothing(&record), findings);
        }
        self.example(&record, findings, take);
    }

    fn example(
        &self,
        record: &Record<'_>,
        findings: &mut Findings<'_>,
        take: &mut dyn FnMut(Decoded<'_, '_>, &mut Findings<'_>),
    ) {
        let Some(layout) = &self.layout else {
            return take(Decoded::Nothing(record), findings);
        };
        if !self.mapped && !layout.reads(&record.body) {
            let other = layout::all()
                .into_iter()
                .find(|other| other.recognises(&record.body));
            if let Some(other) = other.filter(|other| other.name() != layout.name()) {
                mixed_layouts::report(record, layout.name(), other.name(), findings);
                return take(Decoded::Nothing(record), findings);
            }
        }
        match layout.decode(record, findings) {
            Some(mut example) => {
                example.layout = layout.name();
                example.read_tag();
                take(Decoded::Example(&example), findings);
            }
            None => take(Decoded::Nothing(record), findings),
        }
    }
}

fn report_fault(record: &Record<'_>, fault: &Fault, findings: &mut Findings<'_>) {
    findings.report_as(fault.rule, record.at(fault.span), Severity::Error, || {
        let mut message = crate::finding::Message::new(fault.message.clone());
        if let Some(help) = &fault.help {
            message = message.help(help.clone());
        }
        if let Some(related) = fault.related {
            message = message.related("the first one", record.locate(related));
        }
        if fault.superfluous {
            message = message.fix(Fix::without(record, fault.span));
        }
        message
    });
}

impl Reader {
    /// Reports what was noticed about the file as a whole, once it has been read.
    pub fn report_facts(&self, findings: &mut Findings<'_>) {
        remarks::report(self, findings);
    }

    /// Records read so far, faulty ones included.
    pub fn records(&self) -> u64 {
        self.batcher.facts().records
    }
}

/// The layout `pairs` with the user's own names.
fn mapped_pairs(input: Binding, output: Binding, system: Option<String>) -> Arc<dyn Layout> {
    Arc::new(Pairs::mapped(input, output, system))
}

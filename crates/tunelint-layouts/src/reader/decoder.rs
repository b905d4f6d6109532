//! Decodes the records of a batch as examples, or gives the reason why a record has none.

use std::sync::Arc;

use tunelint_data::record::fault::{Fault, Malformed};
use tunelint_data::record::json::{Kind, Parser, Value};
use tunelint_data::record::roles::RoleAliases;
use tunelint_data::record::row::{Header, RowParser};
use tunelint_data::record::{Body, Record};
use tunelint_data::source::{Batch, Piece, PieceKind};
use tunelint_data::text::position::SourceId;

use crate::example::Example;
use crate::layout::{self, Layout, Mismatch, Mismatches};

/// Decodes the batches of one source. Created by [`Reader::decoder`](super::Reader::decoder).
///
/// It keeps no state between batches. Share it between threads, with a separate [`Scratch`] for
/// each.
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(super) source: SourceId,
    pub(super) rows: bool,
    pub(super) delimiter: u8,
    pub(super) lone_cr: bool,
    pub(super) in_table: bool,
    pub(super) layout: Option<Arc<dyn Layout>>,
    /// Whether the field names come from the user or from guesses rather than from the layout.
    pub(super) mapped: bool,
    pub(super) header: Header,
    pub(super) role_aliases: RoleAliases,
    /// The field that labels a response.
    pub(super) tag: String,
}

/// The reusable buffers of one thread.
#[derive(Debug)]
pub struct Scratch {
    parser: Parser,
    rows: RowParser,
}

/// The result of decoding one record. Borrows from the batch, so it is valid only during the
/// callback.
#[derive(Debug)]
pub enum DecodeOutcome<'r, 'a> {
    /// The record is a valid example.
    Example(&'r Example<'a>),
    /// The record has no example, for this reason. Its body is [`Body::Unread`] if it could not be
    /// parsed.
    Unreadable(&'r Record<'a>, Unreadable<'r>),
}

/// Why a record has no example. The record rules report it.
#[derive(Debug, Clone, Copy)]
pub enum Unreadable<'r> {
    /// It is malformed: it breaks the grammar of its container.
    Fault(&'r Fault),
    /// It contains invalid UTF-8.
    InvalidUtf8,
    /// The row has more or fewer fields than the header. The record's body is the row.
    FieldCount,
    /// It is in a different layout than the file: the file's layout, then the record's.
    OtherLayout(&'static str, &'static str),
    /// It does not match its layout. At least one mismatch.
    Mismatches(&'r [Mismatch]),
    /// The layout of the file is unknown. Reported once for the file, from
    /// [`Mapping::problem`](super::Mapping), not for each record.
    NoLayout,
}

/// The callback that receives the result of each record.
type Take<'t> = &'t mut dyn FnMut(DecodeOutcome<'_, '_>);

impl Decoder {
    /// Creates the buffers of one thread.
    pub fn scratch(&self) -> Scratch {
        Scratch {
            parser: Parser::new(),
            rows: RowParser::new(self.delimiter),
        }
    }

    /// Decodes every record of a batch in order and passes each result to `take`.
    pub fn each(&self, batch: &Batch, scratch: &mut Scratch, take: Take<'_>) {
        // Validates the whole batch at once, which is fastest. Only if that fails, each record is
        // validated separately.
        let valid = simdutf8::basic::from_utf8(&batch.bytes).ok();
        for piece in &batch.pieces {
            let raw = batch.bytes.get(piece.from..piece.to).unwrap_or_default();
            let record = self.record(piece, raw);
            if let PieceKind::Fault(fault) = &piece.kind {
                take(DecodeOutcome::Unreadable(&record, Unreadable::Fault(fault)));
                continue;
            }
            let text = match valid {
                Some(text) => text.get(piece.from..piece.to),
                None => std::str::from_utf8(raw).ok(),
            };
            match text {
                Some(text) if self.rows => self.row(record, text, scratch, take),
                Some(text) => self.json(record, text, scratch, take),
                None => take(DecodeOutcome::Unreadable(&record, Unreadable::InvalidUtf8)),
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
            role_aliases: &self.role_aliases,
            lone_cr: self.lone_cr,
            in_table: self.in_table,
            recovered: piece.recovered,
        }
    }

    fn json(&self, record: Record<'_>, text: &str, scratch: &mut Scratch, take: Take<'_>) {
        let json = match scratch.parser.parse(text) {
            Ok(json) => json,
            Err(fault) => {
                return take(DecodeOutcome::Unreadable(
                    &record,
                    Unreadable::Fault(&fault),
                ));
            }
        };
        let kind = json.root().kind();
        if kind != Kind::Object && !self.takes_list(kind) {
            let how = match is_encoded_twice(json.root()) {
                true => Malformed::EncodedTwice,
                false => Malformed::NotAnObject(kind),
            };
            let fault = Fault::malformed(how, json.root().span());
            return take(DecodeOutcome::Unreadable(
                &record,
                Unreadable::Fault(&fault),
            ));
        }
        let record = Record {
            body: Body::Json(json),
            ..record
        };
        self.example(&record, take);
    }

    /// Whether a record that is not an object can be read because the layout has lists.
    fn takes_list(&self, kind: Kind) -> bool {
        kind == Kind::Array && self.layout.as_ref().is_some_and(|of| of.is_list())
    }

    fn row(&self, record: Record<'_>, text: &str, scratch: &mut Scratch, take: Take<'_>) {
        let row = match scratch.rows.parse(text, &self.header) {
            Ok(row) => row,
            Err(fault) => {
                return take(DecodeOutcome::Unreadable(
                    &record,
                    Unreadable::Fault(&fault),
                ));
            }
        };
        let record = Record {
            body: Body::Row(row),
            ..record
        };
        // Rows may lack the empty columns that a spreadsheet writes next to a table: all of them, since
        // one that lacks some is shifted.
        let names = &self.header.names;
        let named = names.iter().rposition(|name| !name.is_empty());
        if row.len() != names.len() && Some(row.len()) != named.map(|last| last + 1) {
            return take(DecodeOutcome::Unreadable(&record, Unreadable::FieldCount));
        }
        self.example(&record, take);
    }

    fn example(&self, record: &Record<'_>, take: Take<'_>) {
        let Some(layout) = &self.layout else {
            return take(DecodeOutcome::Unreadable(record, Unreadable::NoLayout));
        };
        if !self.mapped && !layout.reads(&record.body) {
            let other = layout::all()
                .into_iter()
                .find(|other| other.recognises(&record.body));
            if let Some(other) = other.filter(|other| other.name() != layout.name()) {
                let why = Unreadable::OtherLayout(layout.name(), other.name());
                return take(DecodeOutcome::Unreadable(record, why));
            }
        }
        let mut mismatches = Mismatches::default();
        match layout.decode(record, &mut mismatches) {
            Some(mut example) => {
                debug_assert!(
                    mismatches.is_empty(),
                    "a layout that decodes reports no mismatch"
                );
                example.layout = layout.name();
                example.capacity = layout.capacity();
                example.read_tag(&self.tag);
                take(DecodeOutcome::Example(&example));
            }
            None => {
                let why = mismatches.take();
                take(DecodeOutcome::Unreadable(
                    record,
                    Unreadable::Mismatches(&why),
                ));
            }
        }
    }
}

/// Whether a value is the JSON of an object in a string, or a list of such strings.
fn is_encoded_twice(value: Value<'_>) -> bool {
    let text = match value.kind() {
        Kind::Array => value.items().next().and_then(Value::as_str),
        _ => value.as_str(),
    };
    text.is_some_and(|text| {
        let text = text.trim();
        text.starts_with('{') && text.ends_with('}')
    })
}

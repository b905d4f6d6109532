//! One record, with its position and its parsed body.

use serde_json::Value;

use crate::record::json::{Json, Kind, LastItem};
use crate::record::roles::RoleAliases;
use crate::record::row::Row;
use crate::text::Text;
use crate::text::position::{Location, Position, SourceId, Span};

/// One record, borrowed from its batch.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The file.
    pub source: SourceId,
    /// Its raw bytes, without the line end.
    pub raw: &'a [u8],
    /// The position of its first byte.
    pub start: Position,
    /// The record number, counted from 1; a CSV header does not count.
    pub ordinal: u64,
    /// The parsed content.
    pub body: Body<'a>,
    /// Role names set by the user.
    pub role_aliases: &'a RoleAliases,
    /// Whether a lone CR ends a line in this file.
    pub lone_cr: bool,
    /// Whether it is a row of a binary table, which has no lines: a column counts the characters of
    /// the value that it is in.
    pub in_table: bool,
    /// Whether it follows a place where the reader had to resynchronize.
    pub recovered: bool,
}

/// A span in a record.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The record.
    pub record: &'a Record<'a>,
    /// The span in it.
    pub span: Span,
}

/// The most recently located byte of a record.
#[derive(Debug, Clone, Copy)]
pub struct Located {
    source: SourceId,
    record: Position,
    from: usize,
    at: Position,
    item: LastItem,
}

impl Located {
    /// The start of `record`.
    pub fn new(record: &Record<'_>) -> Self {
        Self {
            source: record.source,
            record: record.start,
            from: 0,
            at: record.start,
            item: LastItem::default(),
        }
    }
}

/// The content of a record.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// A JSON value.
    Json(Json<'a>),
    /// A row of fields.
    Row(Row<'a>),
    /// It could not be parsed.
    Unread,
}

/// A top-level value, looked up by name: a JSON value or a field of a row.
#[derive(Debug, Clone)]
pub enum Field<'a> {
    /// Text, ready to use.
    Text(Text<'a>),
    /// A JSON value that is not a string.
    Other(crate::record::json::Value<'a>),
}

impl<'a> Record<'a> {
    /// A place in this record, for a finding.
    #[inline]
    pub fn at(&'a self, span: Span) -> Place<'a> {
        Place { record: self, span }
    }

    /// The complete location of `span`.
    pub fn locate(&self, span: Span) -> Location {
        self.locate_after(span, &mut Located::new(self))
    }

    /// The same, continuing from the previously located byte if that comes first: a record with
    /// many findings is scanned once rather than once per finding.
    pub fn locate_after(&self, span: Span, last: &mut Located) -> Location {
        let mut start = self.position_after(span.start, last);
        if let (Body::Json(json), true) = (&self.body, self.in_table) {
            start.column = json.character(span);
        }
        Location {
            source: self.source,
            start,
            end: start.advance(span.slice(self.raw), self.lone_cr),
            record: Some(self.ordinal),
            id: self.id(),
            pointer: self.body.pointer_after(span, &mut last.item),
        }
    }

    /// The position of the byte `at`, with the same shortcut.
    pub fn position_after(&self, at: usize, last: &mut Located) -> Position {
        let same = last.source == self.source && last.record == self.start;
        if !same || last.from > at {
            *last = Located::new(self);
        }
        let (from, base) = (last.from, last.at);
        let before = Span::new(from, at).slice(self.raw);
        let start = base.advance(before, self.lone_cr);
        (last.from, last.at) = (at, start);
        start
    }

    /// The record's `id`, if it is text or a number.
    pub fn id(&self) -> Option<String> {
        match self.body.value_at("/id")? {
            Value::String(id) => Some(id),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }

    /// The span of the record as a whole.
    pub fn span(&self) -> Span {
        Span::new(0, self.raw.len())
    }
}

impl<'a> Body<'a> {
    /// The RFC 6901 path of the value that contains `span`.
    pub fn pointer(&self, span: Span) -> String {
        self.pointer_after(span, &mut LastItem::default())
    }

    fn pointer_after(&self, span: Span, last: &mut LastItem) -> String {
        match self {
            Self::Json(json) => json.pointer_after(span, last),
            Self::Row(row) => row.pointer(span),
            Self::Unread => String::new(),
        }
    }

    /// The top-level value called `name`.
    #[inline]
    pub fn field(&self, name: &str) -> Option<Field<'a>> {
        match self {
            Self::Json(json) => {
                let value = json.root().get(name)?;
                Some(value.text().map_or(Field::Other(value), Field::Text))
            }
            Self::Row(row) => row.cell(row.header().index(name)?).map(Field::Text),
            Self::Unread => None,
        }
    }

    /// The value at an RFC 6901 path; in a row, the text of the field.
    pub fn value_at(&self, pointer: &str) -> Option<Value> {
        match self.found_at(pointer)? {
            Field::Other(value) => serde_json::from_str(value.raw()).ok(),
            Field::Text(cell) => Some(Value::String(cell.as_str().to_owned())),
        }
    }

    /// The span of the value at an RFC 6901 path that is not empty; in a row, of the field.
    pub fn span_at(&self, pointer: &str) -> Option<Span> {
        match self.found_at(pointer)? {
            Field::Other(value) => Some(value.span()),
            Field::Text(cell) => Some(cell.span()),
        }
    }

    /// The JSON value or the field of a row at an RFC 6901 path.
    fn found_at(&self, pointer: &str) -> Option<Field<'a>> {
        let steps = pointer.strip_prefix('/')?.split('/');
        let mut steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
        match self {
            Self::Json(json) => {
                let value = steps.try_fold(json.root(), |value, step| match value.kind() {
                    Kind::Array => value.items().nth(step.parse().ok()?),
                    _ => value.get(&step),
                });
                value.map(Field::Other)
            }
            Self::Row(row) => {
                let cell = row.cell(row.header().index(&steps.next()?)?)?;
                Some(Field::Text(cell))
            }
            Self::Unread => None,
        }
    }

    /// The top-level names, in order, with the span of each (in a row, of the field).
    pub fn names(&self) -> Vec<(&'a str, Span)> {
        match self {
            Self::Json(json) => json
                .root()
                .entries()
                .map(|entry| (entry.key, entry.key_span))
                .collect(),
            Self::Row(row) => {
                let names = row.header().names.iter().zip(row.cells());
                names
                    .map(|(name, cell)| (name.as_str(), cell.span()))
                    .collect()
            }
            Self::Unread => Vec::new(),
        }
    }
}

//! One item of a container, with its place and its parsed body.

use serde_json::Value;

use crate::record::json::{Json, Kind, LastItem};
use crate::record::roles::Speakers;
use crate::record::row::Row;
use crate::text::Text;
use crate::text::position::{Location, Position, SourceId, Span};

/// One record, borrowed from its batch.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The file it stands in.
    pub source: SourceId,
    /// Its bytes, without the line end.
    pub raw: &'a [u8],
    /// Where its first byte stands.
    pub start: Position,
    /// Counted from 1; a CSV header is no record.
    pub ordinal: u64,
    /// What was read from it.
    pub body: Body<'a>,
    /// The names of roles that the user gave.
    pub speakers: &'a Speakers,
    /// Whether a lone CR ends a line in this file.
    pub lone_cr: bool,
    /// Whether it stands after a place where reading had to start anew.
    pub recovered: bool,
}

/// A place in a record that is at hand.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The record.
    pub record: &'a Record<'a>,
    /// The bytes of it.
    pub span: Span,
}

/// The place in a record that was worked out last.
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

/// What a record holds.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// A JSON value.
    Json(Json<'a>),
    /// A row of cells.
    Row(Row<'a>),
    /// It could not be read.
    Unread,
}

/// A value looked up by its name in a record: a JSON value or a cell.
#[derive(Debug, Clone)]
pub enum Field<'a> {
    /// Text, ready to use.
    Text(Text<'a>),
    /// Something else.
    Other(crate::record::json::Value<'a>),
}

impl<'a> Record<'a> {
    /// A place in this record, to report at.
    pub fn at(&'a self, span: Span) -> Place<'a> {
        Place { record: self, span }
    }

    /// The complete place of `span`.
    pub fn locate(&self, span: Span) -> Location {
        self.locate_after(span, &mut Located::new(self))
    }

    /// The complete place of `span`, worked out from the place that was located last, where that
    /// lies before it: a record with many findings is gone through once, not once for each.
    pub fn locate_after(&self, span: Span, last: &mut Located) -> Location {
        let start = self.position_after(span.start, last);
        Location {
            source: self.source,
            start,
            end: start.advance(span.slice(self.raw), self.lone_cr),
            record: Some(self.ordinal),
            id: self.id(),
            pointer: self.body.pointer_after(span, &mut last.item),
        }
    }

    /// The place of the byte at `at` alone, worked out in the same way.
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

    /// What the record calls itself: its field `id`, text or number.
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
    /// The RFC 6901 path of the value that holds `span`.
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

    /// The value called `name` at the top level.
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

    /// The value at an RFC 6901 path; the text of a cell in a row.
    pub fn value_at(&self, pointer: &str) -> Option<Value> {
        let steps = pointer.strip_prefix('/')?.split('/');
        let mut steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
        match self {
            Self::Json(json) => {
                let value = steps.try_fold(json.root(), |value, step| match value.kind() {
                    Kind::Array => value.items().nth(step.parse().ok()?),
                    _ => value.get(&step),
                });
                serde_json::from_str(value?.raw()).ok()
            }
            Self::Row(row) => {
                let cell = row.cell(row.header().index(&steps.next()?)?)?;
                Some(Value::String(cell.as_str().to_owned()))
            }
            Self::Unread => None,
        }
    }

    /// The names at the top level, in order, with the place of each (of the cell in a row).
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

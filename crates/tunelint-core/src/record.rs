//! One item of a container, with its place and its parsed body.

use crate::json::Json;
use crate::position::{Location, Position, SourceId, Span};
use crate::row::Row;
use crate::text::Text;

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
    /// Whether a lone CR ends a line in this file.
    pub lone_cr: bool,
    /// Whether it stands after a place where reading had to start anew.
    pub recovered: bool,
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
    Other(crate::json::Value<'a>),
}

impl<'a> Record<'a> {
    /// The complete place of `span`.
    pub fn locate(&self, span: Span) -> Location {
        self.locate_after(span, Span::default(), self.start).0
    }

    /// The complete place of `span`, counted from the start of `known`, whose position is `at`,
    /// where that lies before it; and the position of its first byte, for the next time.
    pub fn locate_after(&self, span: Span, known: Span, at: Position) -> (Location, Position) {
        let (from, base) = if known.start <= span.start {
            (known.start, at)
        } else {
            (0, self.start)
        };
        let before = Span::new(from, span.start).slice(self.raw);
        let start = base.advance(before, self.lone_cr);
        let location = Location {
            source: self.source,
            start,
            end: start.advance(span.slice(self.raw), self.lone_cr),
            record: Some(self.ordinal),
            pointer: self.body.pointer(span),
        };
        (location, start)
    }

    /// The span of the record as a whole.
    pub fn span(&self) -> Span {
        Span::new(0, self.raw.len())
    }
}

impl<'a> Body<'a> {
    /// The RFC 6901 path of the value that holds `span`.
    pub fn pointer(&self, span: Span) -> String {
        match self {
            Self::Json(json) => json.pointer(span),
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

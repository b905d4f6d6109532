//! Places in a source: byte spans, and lines and columns for people.
//!
//! Byte spans are authoritative. A rule reports a [`Span`] within a record; line and column are
//! computed only when a finding is kept, because counting characters for every value would cost
//! more than the checks.

use serde::{Deserialize, Serialize};

/// The index of a source in its dataset: 0 for the first file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// A half-open byte range of a record's raw text, without lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte, counted from the record's first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to and excluding `end`.
    #[inline]
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// An empty range between two bytes.
    #[inline]
    pub fn at(start: usize) -> Self {
        Self { start, end: start }
    }

    /// Its length in bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether `other` lies within it.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of the range in `raw`, as far as they exist.
    #[inline]
    pub fn slice(self, raw: &[u8]) -> &[u8] {
        let end = self.end.min(raw.len());
        raw.get(self.start.min(end)..end).unwrap_or_default()
    }
}

/// A point in a source, with line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1, in characters (Unicode scalar values; a byte that is not UTF-8 is one).
    pub column: u64,
    /// Bytes from the start of the (decompressed) source, counted from 0.
    pub offset: u64,
}

impl Position {
    /// The first character of a source.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        offset: 0,
    };

    /// The position after `bytes`, which start here.
    ///
    /// LF ends a line; with `lone_cr`, so does a CR without an LF after it (CSV, and files whose
    /// only line ends are CR).
    /// ```
    /// use tunelint_data::text::position::Position;
    /// let after = Position::START.advance("a\r\nbé".as_bytes(), true);
    /// assert_eq!((after.line, after.column, after.offset), (2, 3, 6));
    /// ```
    pub fn advance(self, bytes: &[u8], lone_cr: bool) -> Self {
        let offset = self.offset.saturating_add(bytes.len() as u64);
        let breaks = line_ends(bytes, lone_cr);
        let (line, column) = match breaks.last {
            None => (self.line, self.column.saturating_add(characters(bytes))),
            Some(end) => {
                let rest = bytes.get(end..).unwrap_or_default();
                (self.line.saturating_add(breaks.count), 1 + characters(rest))
            }
        };
        Self {
            line,
            column,
            offset,
        }
    }
}

/// The number of line ends in `bytes`, and where the text after the last one starts.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineEnds {
    /// The number of line ends.
    pub count: u64,
    /// The byte after the last one.
    pub last: Option<usize>,
}

/// The number of line ends in `bytes`; see [`line_ends`].
pub fn count_lines(bytes: &[u8], lone_cr: bool) -> u64 {
    if !lone_cr {
        return memchr::memchr_iter(b'\n', bytes).count() as u64;
    }
    let ends = |at: &usize| bytes.get(*at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(ends)
        .count() as u64
}

/// Counts the line ends of `bytes`: LF, CR LF, and with `lone_cr` lone CR.
pub fn line_ends(bytes: &[u8], lone_cr: bool) -> LineEnds {
    let last = memchr::memrchr(b'\n', bytes).map(|at| at + 1);
    let before = last.and_then(|end| bytes.get(..end)).unwrap_or_default();
    let count = memchr::memchr_iter(b'\n', before).count() as u64;
    let mut ends = LineEnds { count, last };
    if lone_cr {
        for at in memchr::memchr_iter(b'\r', bytes) {
            if bytes.get(at + 1) != Some(&b'\n') {
                ends.count += 1;
                ends.last = ends.last.max(Some(at + 1));
            }
        }
    }
    ends
}

/// The number of characters in `bytes`; an invalid byte counts as one.
pub fn characters(bytes: &[u8]) -> u64 {
    if bytes.is_ascii() {
        return bytes.len() as u64;
    }
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => text.chars().count() as u64,
        Err(_) => bytes
            .utf8_chunks()
            .map(|chunk| chunk.valid().chars().count() as u64 + chunk.invalid().len() as u64)
            .sum(),
    }
}

/// The complete location of a finding, valid after its record is gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// The record, counted from 1 (a CSV header does not count); `None` for the file as a whole.
    pub record: Option<u64>,
    /// The record's id, if known.
    pub id: Option<String>,
    /// The RFC 6901 path inside the record; `/column-name` in a CSV file; empty for the whole
    /// record.
    pub pointer: String,
}

impl Location {
    /// The file as a whole: line 1, column 1, no record.
    pub fn whole(source: SourceId) -> Self {
        Self {
            source,
            start: Position::START,
            end: Position::START,
            record: None,
            id: None,
            pointer: String::new(),
        }
    }

    /// A point in a file outside any record.
    pub fn point(source: SourceId, at: Position) -> Self {
        Self {
            start: at,
            end: at,
            ..Self::whole(source)
        }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.end.offset.saturating_sub(self.start.offset)
    }

    /// Whether it is a point rather than a range.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_stray_bytes() {
        let at = |bytes: &[u8]| {
            let p = Position::START.advance(bytes, false);
            (p.line, p.column)
        };
        assert_eq!(at(b"abc"), (1, 4));
        assert_eq!(at("é日".as_bytes()), (1, 3));
        assert_eq!(at(b"caf\xe9"), (1, 5));
        assert_eq!(at(b"a\nbc"), (2, 3));
        assert_eq!(at(b"a\rb"), (1, 4));
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line_if_enabled() {
        assert_eq!(line_ends(b"a\rb\r\nc\n\r", true).count, 4);
        assert_eq!(line_ends(b"a\rb\r\nc\n\r", false).count, 2);
    }
}

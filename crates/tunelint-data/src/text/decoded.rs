//! A string that is measured once, and that knows where in the file it was written.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use crate::text::escape::escape_at;
use crate::text::position::Span;
use crate::text::prefilter::{Mark, Marks};
use crate::text::printable::is_blank;

/// How the raw bytes of a [`Text`] become its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// A JSON string: in quotes, with backslash escapes.
    Json,
    /// A CSV cell in quotes, a quote inside written twice.
    Quoted,
    /// Written as it is: an unquoted CSV cell.
    Plain,
    /// Put together from several values (a template, a preamble); it stands nowhere in the file.
    Composed,
}

/// Text of an example: what is trained on, and the raw value that it was read from.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    decoded: Cow<'a, str>,
    raw: &'a str,
    span: Span,
    coding: Coding,
    chars: Cell<Option<u64>>,
    marks: Cell<Marks>,
}

impl<'a> Text<'a> {
    /// A text read from `raw` (its quotes included), which stands at `span` of its record.
    pub fn new(decoded: &'a str, raw: &'a str, span: Span, coding: Coding) -> Self {
        Self {
            decoded: Cow::Borrowed(decoded),
            raw,
            span,
            coding,
            chars: Cell::new(None),
            marks: Cell::default(),
        }
    }

    /// A text that stands nowhere in the file; findings about it point at `span`.
    pub fn composed(text: String, span: Span) -> Self {
        Self {
            decoded: Cow::Owned(text),
            raw: "",
            span,
            coding: Coding::Composed,
            chars: Cell::new(None),
            marks: Cell::default(),
        }
    }

    /// The text as the model sees it.
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// How its raw bytes become characters.
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// The raw value in its record, quotes included.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The raw JSON string, quotes included, if it was read from one: it can be copied.
    pub fn raw_json(&self) -> Option<&'a str> {
        (self.coding == Coding::Json).then_some(self.raw)
    }

    /// Unicode scalar values, counted once.
    pub fn chars(&self) -> u64 {
        if let Some(count) = self.chars.get() {
            return count;
        }
        let count = self.decoded.chars().count() as u64;
        self.chars.set(Some(count));
        count
    }

    /// Whether it may hold what `mark` stands for; if not, it surely does not. Found out once.
    pub fn has(&self, mark: Mark) -> bool {
        let marks = self.marks.get().knowing(mark, &self.decoded);
        self.marks.set(marks);
        marks.has(mark)
    }

    /// Whether nothing of it can be seen: no text, white space, zero-width characters.
    ///
    /// ```
    /// use tunelint_data::text::{Text, position::Span};
    /// assert!(Text::composed(" \u{a0}\u{200b}".into(), Span::at(0)).is_blank());
    /// ```
    pub fn is_blank(&self) -> bool {
        self.decoded.chars().all(is_blank)
    }

    /// Where the decoded bytes `from..to` stand in the record.
    ///
    /// Escapes are walked only here, when a finding needs its place.
    pub fn span_of(&self, from: usize, to: usize) -> Span {
        let inner = |at: usize| self.span.start + self.raw_offset(at);
        match self.coding {
            Coding::Composed => self.span,
            _ => Span::new(inner(from), inner(to.max(from))),
        }
    }

    /// Where each of the decoded `ranges` stands in the record; they are in order and do not
    /// overlap. The raw value is walked once, however many there are.
    pub fn spans_of<'r>(&self, ranges: impl Iterator<Item = &'r Range<usize>>) -> Vec<Span> {
        let step: fn(&[u8]) -> (usize, usize) = match self.coding {
            Coding::Plain | Coding::Composed => |_| (1, 1),
            Coding::Quoted => cell_step,
            Coding::Json => json_step,
        };
        let quote = usize::from(matches!(self.coding, Coding::Quoted | Coding::Json));
        let (mut raw, mut decoded) = (quote, 0);
        let mut reach = |wanted: usize| {
            let rest = self.raw.as_bytes().get(raw..).unwrap_or_default();
            let (raw_len, decoded_len) = walk(rest, wanted.saturating_sub(decoded), step);
            raw += raw_len;
            decoded += decoded_len;
            self.span.start + raw
        };
        ranges
            .map(|range| Span::new(reach(range.start), reach(range.end)))
            .collect()
    }

    /// The offset in the raw value of the decoded byte `at`.
    fn raw_offset(&self, at: usize) -> usize {
        match self.coding {
            Coding::Plain | Coding::Composed => at,
            Coding::Quoted => 1 + walk(self.inner(), at, cell_step).0,
            Coding::Json => 1 + walk(self.inner(), at, json_step).0,
        }
    }

    /// The raw bytes behind the opening quote.
    fn inner(&self) -> &'a [u8] {
        self.raw.as_bytes().get(1..).unwrap_or_default()
    }
}

/// The bytes that `part`, a slice of `whole`, takes in it.
///
/// ```
/// let whole = "  a b ";
/// assert_eq!(tunelint_data::text::decoded::range_in(whole.trim(), whole), 2..5);
/// ```
pub fn range_in(part: &str, whole: &str) -> std::ops::Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    let start = if start <= whole.len() { start } else { 0 };
    start..start + part.len()
}

/// Walks raw text inside quotes until `wanted` decoded bytes have gone by: how many raw and
/// decoded bytes that were.
fn walk(raw: &[u8], wanted: usize, step: fn(&[u8]) -> (usize, usize)) -> (usize, usize) {
    let (mut at, mut decoded) = (0, 0);
    while decoded < wanted && at < raw.len() {
        let (raw_len, decoded_len) = step(raw.get(at..).unwrap_or_default());
        at += raw_len;
        decoded += decoded_len;
    }
    (at, decoded)
}

/// The raw and decoded length of the next character of a quoted CSV cell.
fn cell_step(rest: &[u8]) -> (usize, usize) {
    if rest.starts_with(b"\"\"") {
        (2, 1)
    } else {
        (1, 1)
    }
}

/// The raw and decoded length of the next character or escape of a JSON string.
fn json_step(rest: &[u8]) -> (usize, usize) {
    escape_at(rest).map_or((1, 1), |(length, c)| (length, c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_offsets_map_back_through_escapes() {
        let raw = r#""a\n\u00e9\ud83d\ude00z""#;
        let decoded: String = serde_json::from_str(raw).unwrap();
        let text = Text::new(&decoded, raw, Span::new(10, 10 + raw.len()), Coding::Json);
        let z = decoded.find('z').unwrap();
        let span = text.span_of(z, z + 1);
        assert_eq!(raw.get(span.start - 10..span.end - 10), Some("z"));
        let smile = decoded.find('😀').unwrap();
        let span = text.span_of(smile, z);
        assert_eq!(
            raw.get(span.start - 10..span.end - 10),
            Some(r"\ud83d\ude00")
        );
    }

    #[test]
    fn doubled_quotes_count_once() {
        let text = Text::new("a\"b", "\"a\"\"b\"", Span::new(0, 6), Coding::Quoted);
        assert_eq!(text.span_of(2, 3), Span::new(4, 5));
    }
}

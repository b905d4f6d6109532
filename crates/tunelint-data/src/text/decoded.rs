//! Decoded text that knows its source span and caches its measurements.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::text::escape::escape_at;
use crate::text::position::Span;
use crate::text::prefilter::{Mark, Marks};
use crate::text::printable::is_blank;

/// How the raw bytes of a [`Text`] are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// A JSON string: quoted, with backslash escapes.
    Json,
    /// A quoted CSV field, with inner quotes doubled.
    Quoted,
    /// Verbatim: an unquoted CSV field.
    Plain,
    /// Composed of several values (a template, a preamble); it is not in the file.
    Composed,
}

/// A text of an example, and the raw value that it was read from.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    decoded: Cow<'a, str>,
    raw: &'a str,
    span: Span,
    coding: Coding,
    chars: Cell<Option<u64>>,
    digest: Cell<Option<u64>>,
    marks: Cell<Marks>,
}

impl<'a> Text<'a> {
    /// A text decoded from `raw` (quotes included), which is at `span` of its record.
    #[inline]
    pub fn new(decoded: &'a str, raw: &'a str, span: Span, coding: Coding) -> Self {
        Self {
            decoded: Cow::Borrowed(decoded),
            raw,
            span,
            coding,
            chars: Cell::new(None),
            digest: Cell::new(None),
            marks: Cell::default(),
        }
    }

    /// A text that is not in the file; findings about it point at `span`.
    pub fn composed(text: String, span: Span) -> Self {
        Self {
            decoded: Cow::Owned(text),
            raw: "",
            span,
            coding: Coding::Composed,
            chars: Cell::new(None),
            digest: Cell::new(None),
            marks: Cell::default(),
        }
    }

    /// The text as the model sees it.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// How its raw bytes are decoded.
    #[inline]
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// The span of the raw value, quotes included.
    #[inline]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The raw JSON string, quotes included, if it was read from one; it can be copied as is.
    #[inline]
    pub fn raw_json(&self) -> Option<&'a str> {
        (self.coding == Coding::Json).then_some(self.raw)
    }

    /// The number of Unicode scalar values, counted once.
    #[inline]
    pub fn chars(&self) -> u64 {
        once(&self.chars, || match self.decoded.is_ascii() {
            true => self.decoded.len() as u64,
            false => self.decoded.chars().count() as u64,
        })
    }

    /// The digest of the text (XXH3, without a seed), computed once.
    #[inline]
    pub fn digest(&self) -> u64 {
        once(&self.digest, || xxh3_64(self.decoded.as_bytes()))
    }

    /// Whether it may contain what `mark` stands for; `false` is certain. Computed once.
    #[inline]
    pub fn has(&self, mark: Mark) -> bool {
        let marks = self.marks.get();
        match marks.know(mark) {
            true => marks.has(mark),
            false => self.look_for(mark),
        }
    }

    fn look_for(&self, mark: Mark) -> bool {
        let marks = self.marks.get().knowing(mark, &self.decoded);
        self.marks.set(marks);
        marks.has(mark)
    }

    /// Whether it has no visible characters: empty, whitespace or zero-width characters.
    ///
    /// ```
    /// use tunelint_data::text::{Text, position::Span};
    /// assert!(Text::composed(" \u{a0}\u{200b}".into(), Span::at(0)).is_blank());
    /// ```
    #[inline]
    pub fn is_blank(&self) -> bool {
        self.decoded.chars().all(is_blank)
    }

    /// The span of the decoded bytes `from..to` in the record.
    ///
    /// Escapes are walked only here, when a finding needs its location.
    pub fn span_of(&self, from: usize, to: usize) -> Span {
        if self.coding == Coding::Composed {
            return self.span;
        }
        let spans = self.spans_of(std::iter::once(&(from..to.max(from))));
        spans.first().copied().unwrap_or(self.span)
    }

    /// The spans of the decoded `ranges` in the record, which must be in order and not overlap. The
    /// raw value is walked once, however many there are.
    pub fn spans_of<'r>(&self, ranges: impl Iterator<Item = &'r Range<usize>>) -> Vec<Span> {
        let quote = usize::from(matches!(self.coding, Coding::Quoted | Coding::Json));
        let (mut raw, mut decoded) = (quote, 0);
        let mut reach = |wanted: usize| {
            let rest = self.raw.as_bytes().get(raw..).unwrap_or_default();
            let (raw_len, decoded_len) = walk(rest, wanted.saturating_sub(decoded), self.coding);
            raw += raw_len;
            decoded += decoded_len;
            self.span.start + raw
        };
        ranges
            .map(|range| Span::new(reach(range.start), reach(range.end)))
            .collect()
    }
}

/// The number in `known`, computed the first time.
#[inline]
fn once(known: &Cell<Option<u64>>, compute: impl FnOnce() -> u64) -> u64 {
    let number = known.get().unwrap_or_else(compute);
    known.set(Some(number));
    number
}

/// The byte range of `part` in `whole`, of which it must be a slice.
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

/// Walks raw text, inside its quotes if it has any, until `wanted` decoded bytes have been passed: the
/// number of raw and decoded bytes. Only escapes are looked at one by one.
fn walk(raw: &[u8], wanted: usize, coding: Coding) -> (usize, usize) {
    let escape = match coding {
        Coding::Plain | Coding::Composed => return (wanted, wanted),
        Coding::Quoted => b'"',
        Coding::Json => b'\\',
    };
    let (mut at, mut decoded) = (0, 0);
    while decoded < wanted && at < raw.len() {
        let rest = raw.get(at..).unwrap_or_default();
        let near = rest.get(..wanted - decoded).unwrap_or(rest);
        let (raw_len, decoded_len) = match memchr::memchr(escape, near) {
            Some(0) if coding == Coding::Json => json_step(rest),
            Some(0) => cell_step(rest),
            Some(plain) => (plain, plain),
            None => (near.len(), near.len()),
        };
        at += raw_len;
        decoded += decoded_len;
    }
    (at, decoded)
}

/// The raw and decoded length of the next character of a quoted CSV field.
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

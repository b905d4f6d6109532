//! The text around a finding in a report: one line, printable, elided at grapheme boundaries. The
//! cost does not depend on the size of the record.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::text::position::Span;
use crate::text::printable::{push_printable, push_shown};
use crate::text::redaction::{Redaction, redact, star};

/// The width of an excerpt in terminal columns: with its frame it fits an 80-column terminal, and
/// it looks the same in a wider one.
const COLUMNS: usize = 66;
/// Columns before the highlighted text, so that the field name is visible.
const BEFORE: usize = 22;
/// Bytes examined on either side of the span.
const WINDOW: usize = 320;
/// The most scalar values shown of one grapheme; stacked marks beyond that are cut.
const GRAPHEME_CHARS: usize = 12;

/// Printable text around a span.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Excerpt {
    /// One line, with `…` where it was cut.
    pub text: String,
    /// The highlighted bytes of `text`; empty for a point between two characters.
    pub highlight: Range<usize>,
}

/// How one grapheme is shown.
struct Glyph {
    shown: String,
    columns: usize,
}

impl Excerpt {
    /// The text around `span` in `raw`.
    ///
    /// ```
    /// use tunelint_data::text::{excerpt::Excerpt, position::Span};
    /// let excerpt = Excerpt::new(b"{\"text_input\":\"a\",\"output\":\"\"}", Span::new(27, 29));
    /// assert_eq!(&excerpt.text[excerpt.highlight], "\"\"");
    /// ```
    pub fn new(raw: &[u8], span: Span) -> Self {
        Self::behind(Redaction::Personal, raw, span, false)
    }

    /// The same with another redaction; with `hide`, the highlighted text itself is starred out.
    pub fn behind(redaction: Redaction, raw: &[u8], span: Span, hide: bool) -> Self {
        let start = span.start.min(raw.len());
        let end = span.end.clamp(start, raw.len());
        let from = start.saturating_sub(WINDOW);
        let shown_end = end.min(start + WINDOW);
        let until = (shown_end + WINDOW).min(raw.len());
        let hidden = hide.then_some(start..shown_end);
        let window = masked_window(redaction, raw, from..until, hidden);
        let part = |from_byte: usize, to_byte: usize| {
            window
                .get(from_byte - from..to_byte - from)
                .unwrap_or_default()
        };
        let line_start =
            memchr::memrchr2(b'\n', b'\r', part(from, start)).map_or(from, |at| from + at + 1);
        let (before, cut_before) = last_columns(part(line_start, start), BEFORE);
        let before: Vec<Glyph> = glyphs(before).collect();
        let marked = glyphs(part(start, shown_end));
        let rest = part(shown_end, until);
        let line_end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let after = glyphs(rest.get(..line_end).unwrap_or_default());

        let mut excerpt = Self::default();
        let cut = cut_before || line_start > 0 && line_start == from;
        let skipped = excerpt.push_tail(&before, BEFORE, cut);
        let used: usize = before.iter().skip(skipped).map(|glyph| glyph.columns).sum();
        let from = excerpt.text.len();
        let room = COLUMNS.saturating_sub(used);
        let left = excerpt.push_head(marked, room, shown_end < end);
        excerpt.highlight = from..excerpt.text.len();
        if let Some(left) = left {
            excerpt.push_head(
                after,
                left,
                shown_end + line_end < raw.len() && line_end == rest.len(),
            );
        }
        excerpt
    }

    /// Appends the last glyphs that fit into `room`; returns how many were omitted.
    fn push_tail(&mut self, glyphs: &[Glyph], room: usize, cut: bool) -> usize {
        let mut columns = 0;
        let fitting = glyphs.iter().rev().take_while(|glyph| {
            columns += glyph.columns;
            columns <= room
        });
        let skipped = glyphs.len() - fitting.count();
        if skipped > 0 || cut {
            self.text.push('…');
        }
        for glyph in glyphs.iter().skip(skipped) {
            push_shown(&mut self.text, &glyph.shown);
        }
        skipped
    }

    /// Appends glyphs as far as they fit; returns the remaining room if all of them did.
    fn push_head(
        &mut self,
        glyphs: impl Iterator<Item = Glyph>,
        room: usize,
        cut: bool,
    ) -> Option<usize> {
        let mut columns = 0;
        for glyph in glyphs {
            columns += glyph.columns;
            if columns > room {
                self.text.push('…');
                return None;
            }
            push_shown(&mut self.text, &glyph.shown);
        }
        if cut {
            self.text.push('…');
            return None;
        }
        Some(room - columns)
    }
}

/// How far before the window the start of a secret is searched for.
const LOOK_BACK: usize = 8 * 1024;
/// How far after the window the end of a secret is searched for.
const LOOK_AHEAD: usize = 512;

/// The bytes `shown` of `raw`, redacted as one window before it is split in three, including a
/// secret that starts before the window and extends into it.
fn masked_window(
    redaction: Redaction,
    raw: &[u8],
    shown: Range<usize>,
    hidden: Option<Range<usize>>,
) -> Vec<u8> {
    let earliest = shown.start.saturating_sub(LOOK_BACK);
    let before = raw.get(earliest..shown.start).unwrap_or_default();
    let token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-./+=@:\\".contains(byte);
    let cut_token = before.iter().rev().take_while(token).count();
    let cut_key = memchr::memmem::rfind(before, b"-----BEGIN ").map_or(0, |at| before.len() - at);
    let from = shown.start - cut_token.max(cut_key);
    let until = (shown.end + LOOK_AHEAD).min(raw.len());
    let mut window = raw.get(from..until).unwrap_or_default().to_vec();
    if let Some(hidden) = hidden {
        star(&mut window, hidden.start - from..hidden.end - from);
    }
    redact(redaction, &mut window);
    window.truncate(shown.end - from);
    window.split_off(shown.start - from)
}

/// The end of `bytes` that surely has the last `columns`, and whether something is before it. ASCII
/// characters take at least one column each.
fn last_columns(bytes: &[u8], columns: usize) -> (&[u8], bool) {
    let from = bytes.len().saturating_sub(columns + 1);
    match bytes.get(from..) {
        Some(end) if from > 0 && bytes.is_ascii() => (end, true),
        _ => (bytes, false),
    }
}

/// The graphemes of `bytes` as they are shown.
fn glyphs(bytes: &[u8]) -> impl Iterator<Item = Glyph> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().graphemes(true).map(|grapheme| {
            let mut shown = String::new();
            let chars = grapheme.chars().take(GRAPHEME_CHARS);
            chars.for_each(|c| push_printable(&mut shown, c));
            shown
        });
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}"));
        valid.chain(invalid).map(|shown| {
            let columns = shown.width();
            Glyph { shown, columns }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::printable::is_hidden;

    #[test]
    fn long_values_are_cut_on_both_sides() {
        let raw = "x".repeat(3_000_000);
        let excerpt = Excerpt::new(raw.as_bytes(), Span::new(1_000_000, 1_900_000));
        assert!(excerpt.text.starts_with('…') && excerpt.text.ends_with('…'));
        assert!(excerpt.text.chars().count() <= COLUMNS + 2);
    }

    #[test]
    fn only_the_line_is_shown() {
        let excerpt = Excerpt::new(b"one\ntwo bad three\nfour", Span::new(8, 11));
        assert_eq!(excerpt.text, "two bad three");
        assert_eq!(excerpt.text.get(excerpt.highlight.clone()), Some("bad"));
    }

    #[test]
    fn bytes_and_escapes_are_visible() {
        let excerpt = Excerpt::new(b"caf\xe9 \x1b[31m", Span::new(3, 4));
        assert_eq!(excerpt.text, "caf\\xE9 \\u{1b}[31m");
        assert!(!excerpt.text.chars().any(is_hidden));
    }

    #[test]
    fn no_part_of_a_secret_is_shown() {
        let body = "MIIEowIBAAKCAQEA7vK2".repeat(60);
        let raw = format!("-----BEGIN RSA PRIVATE KEY-----\\n{body} after");
        let excerpt = Excerpt::new(raw.as_bytes(), Span::at(raw.len() - 5));
        assert!(!excerpt.text.contains("MIIE"), "{}", excerpt.text);
        let token = format!("eyJhbGciOi{} after", "q7Kd".repeat(200));
        let excerpt = Excerpt::new(token.as_bytes(), Span::at(token.len() - 5));
        assert!(!excerpt.text.contains("q7Kd"), "{}", excerpt.text);
        let hidden = Excerpt::behind(
            Redaction::Secret,
            b"the pin is 2718 today",
            Span::new(11, 15),
            true,
        );
        assert_eq!(hidden.text, "the pin is **** today");
    }

    #[test]
    fn any_span_of_any_bytes_is_fine() {
        let raw = "é日🇨🇭\u{301}a\n".repeat(200);
        for start in 0..raw.len().min(300) {
            let excerpt = Excerpt::new(raw.as_bytes(), Span::new(start, start + 7));
            assert!(excerpt.text.get(excerpt.highlight.clone()).is_some());
            Excerpt::new(raw.as_bytes(), Span::new(start, usize::MAX));
        }
    }
}

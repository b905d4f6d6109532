//! JSON lines: one record per line, split at LF (or at CR, in a file without LF).

use super::batch::{Cursor, Piece, PieceKind, Splitter, too_large};
use super::facts::{Facts, LineEnd};
use crate::text::position::Position;

/// Splits lines.
pub struct Lines {
    cursor: Cursor,
    facts: Facts,
    end: u8,
    strip_commas: bool,
    max_record: usize,
    /// The start of a line that exceeds the limit, and the bytes of it skipped so far.
    skipping: Option<(Position, u64)>,
}

impl Lines {
    /// A splitter for lines that end in LF; the first byte is at `start`.
    pub fn new(start: Position, max_record: usize) -> Self {
        Self {
            cursor: Cursor::new(start),
            facts: Facts {
                byte_order_mark: start.offset > 0,
                ..Facts::default()
            },
            end: b'\n',
            strip_commas: false,
            max_record,
            skipping: None,
        }
    }

    /// Splits at CR alone instead.
    #[must_use]
    pub fn ended_by_cr(mut self) -> Self {
        self.end = b'\r';
        self
    }

    /// Removes the trailing comma of every line from its record.
    #[must_use]
    pub fn strip_commas(mut self) -> Self {
        self.strip_commas = true;
        self
    }

    /// Ends the skipped line after `len` more bytes.
    fn end_skip(&mut self, len: usize, pieces: &mut Vec<Piece>) {
        if let Some((start, gone)) = self.skipping.take() {
            let kind = too_large(gone + len as u64, self.max_record);
            pieces.push(self.cursor.piece(0, 0, start, kind));
        }
    }

    /// Processes one line without its LF, at `from` of the data.
    fn line(&mut self, line: &[u8], from: usize, pieces: &mut Vec<Piece>, terminated: bool) {
        let start = self.cursor.at;
        let mut content = line;
        if terminated && self.end == b'\n' {
            let end = match line.split_last() {
                Some((b'\r', rest)) if rest.ends_with(b"\r") => {
                    content = rest.trim_ascii_end();
                    LineEnd::CrCrLf
                }
                Some((b'\r', rest)) => {
                    content = rest;
                    LineEnd::CrLf
                }
                _ => LineEnd::Lf,
            };
            self.facts.line_end(end, start);
        } else if terminated {
            self.facts.line_end(LineEnd::Cr, start);
        }
        if content.iter().all(|byte| byte.is_ascii_whitespace()) {
            // An empty rest after the last line end is not a line.
            if terminated {
                self.facts.blank_lines.add(start);
            }
        } else if is_conflict_mark(content) {
            self.facts.conflicts.add(start);
        } else {
            self.record(content, from, start, pieces);
        }
    }

    fn record(&mut self, content: &[u8], from: usize, start: Position, pieces: &mut Vec<Piece>) {
        let mut len = content.len();
        if self.strip_commas
            && let Some(without) = content.trim_ascii_end().strip_suffix(b",")
        {
            len = without.len();
            let offset = start.offset + len as u64;
            self.facts.commas.add(Position {
                offset,
                column: 1,
                ..start
            });
        }
        let kind = if len > self.max_record {
            too_large(len as u64, self.max_record)
        } else {
            PieceKind::Record
        };
        pieces.push(self.cursor.piece(from, from + len, start, kind));
    }

    fn advance(&mut self, bytes: usize, lines: u64) {
        self.cursor.at.offset += bytes as u64;
        self.cursor.at.line += lines;
    }
}

/// Whether a line is one of git's conflict markers.
fn is_conflict_mark(line: &[u8]) -> bool {
    line.starts_with(b"<<<<<<< ") || line.starts_with(b">>>>>>> ") || line == b"======="
}

impl Splitter for Lines {
    fn split(&mut self, data: &[u8], last: bool, pieces: &mut Vec<Piece>) -> usize {
        let mut at = 0;
        for end in memchr::memchr_iter(self.end, data) {
            let line = data.get(at..end).unwrap_or_default();
            if self.skipping.is_some() {
                self.end_skip(line.len(), pieces);
            } else {
                self.line(line, at, pieces, true);
            }
            self.advance(end + 1 - at, 1);
            at = end + 1;
        }
        let rest = data.get(at..).unwrap_or_default();
        if last {
            if self.skipping.is_some() {
                self.end_skip(rest.len(), pieces);
            } else if !rest.is_empty() {
                self.line(rest, at, pieces, false);
            }
            self.advance(rest.len(), 0);
            at = data.len();
        } else if let Some((_, gone)) = &mut self.skipping {
            *gone += rest.len() as u64;
            let len = rest.len();
            self.advance(len, 0);
            at = data.len();
        }
        self.facts.records = self.cursor.records;
        at
    }

    fn skip_record(&mut self, data: &[u8]) {
        self.skipping = Some((self.cursor.at, data.len() as u64));
        self.advance(data.len(), 0);
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<(String, u64)>, Facts) {
        let mut lines = Lines::new(Position::START, 1 << 20);
        let mut pieces = Vec::new();
        assert_eq!(lines.split(text.as_bytes(), true, &mut pieces), text.len());
        let cut = |piece: &Piece| {
            (
                text.get(piece.from..piece.to).unwrap().to_owned(),
                piece.start.line,
            )
        };
        (pieces.iter().map(cut).collect(), lines.facts.clone())
    }

    #[test]
    fn lines_become_records() {
        let (records, facts) = split("{}\n\n {\"a\":1}\r\n{}");
        assert_eq!(
            records,
            [("{}".into(), 1), (" {\"a\":1}".into(), 3), ("{}".into(), 4)]
        );
        assert_eq!(facts.blank_lines.count, 1);
        assert_eq!(facts.other_ends.count, 1);
    }

    #[test]
    fn other_separators_do_not_end_a_line() {
        assert_eq!(split("{\"a\":\"\u{2028}\u{2029}\u{85}\"}\n").0.len(), 1);
    }

    #[test]
    fn conflict_markers_are_not_records() {
        let (records, facts) = split("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n");
        assert_eq!((records.len(), facts.conflicts.count), (2, 3));
    }
}

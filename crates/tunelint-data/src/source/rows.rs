//! Rows of CSV and TSV, split with quoted fields in mind (RFC 4180).
//!
//! A quote opens a field only at its start; inside, quotes are doubled. An unclosed quote would
//! swallow the rest of the file: the reader gives it up at the end of the file, or after
//! [`MAX_QUOTED_LINES`], and resumes at the next line that is a complete row.
//!
//! Most writers of TSV do not quote. Where the fields of a line fit the header only without quoting,
//! its quotes are text.

use super::batch::{Cursor, Piece, PieceKind, Splitter, too_large};
use super::facts::{Facts, LineEnd};
use crate::record::fault::Resume;
use crate::record::row::{Header, RowParser, unclosed_quote};
use crate::text::position::{Position, count_lines};

/// The number of lines in one quoted field after which its quote counts as unclosed.
pub const MAX_QUOTED_LINES: u64 = 1000;

/// Splits rows.
pub struct Rows {
    cursor: Cursor,
    facts: Facts,
    delimiter: u8,
    max_record: usize,
    header: Option<Header>,
    skipping: Option<(Position, u64)>,
}

/// The extent of a row.
enum Extent {
    /// It ends before this byte, with a line end of this length.
    Whole {
        len: usize,
        end: Option<(LineEnd, usize)>,
    },
    /// Its end is not in the data yet.
    Open,
    /// The quote at this byte is never closed.
    Unclosed { quote: usize },
}

impl Rows {
    /// A splitter for rows with this `delimiter`; the first byte is at `start`.
    pub fn new(start: Position, delimiter: u8, max_record: usize) -> Self {
        Self {
            cursor: Cursor::new(start),
            facts: Facts {
                byte_order_mark: start.offset == 3,
                ..Facts::default()
            },
            delimiter,
            max_record,
            header: None,
            skipping: None,
        }
    }

    /// Finds the end of the row at the start of `data`.
    fn extent(&self, data: &[u8], last: bool) -> Extent {
        let mut at = 0;
        loop {
            let rest = data.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr3(b'"', b'\n', b'\r', rest).map(|found| at + found)
            else {
                return if last {
                    Extent::Whole {
                        len: data.len(),
                        end: None,
                    }
                } else {
                    Extent::Open
                };
            };
            match data.get(found) {
                Some(b'"') if found == 0 || data.get(found - 1) == Some(&self.delimiter) => {
                    let closing = self.closing_quote(data, found, last);
                    match closing {
                        Ok(None) => return Extent::Open,
                        _ if self.is_text(data, found, closing.ok().flatten()) => at = found + 1,
                        Ok(Some(close)) => at = close + 1,
                        Err(()) => return Extent::Unclosed { quote: found },
                    }
                }
                Some(b'"') => at = found + 1,
                Some(b'\n') => {
                    return Extent::Whole {
                        len: found,
                        end: Some((LineEnd::Lf, 1)),
                    };
                }
                _ => match data.get(found + 1) {
                    Some(b'\n') => {
                        return Extent::Whole {
                            len: found,
                            end: Some((LineEnd::CrLf, 2)),
                        };
                    }
                    None if !last => return Extent::Open,
                    Some(b'\r') if data.get(found + 2).is_none() && !last => return Extent::Open,
                    Some(b'\r') if data.get(found + 2) == Some(&b'\n') => {
                        return Extent::Whole {
                            len: found,
                            end: Some((LineEnd::CrCrLf, 3)),
                        };
                    }
                    _ => {
                        return Extent::Whole {
                            len: found,
                            end: Some((LineEnd::Cr, 1)),
                        };
                    }
                },
            }
        }
    }

    /// Whether the quote at `open`, with the one that closes it, is text of a TSV: the lines up to
    /// there are complete rows without quoting. On a single line, the row parser decides.
    fn is_text(&self, data: &[u8], open: usize, close: Option<usize>) -> bool {
        let columns = self.header.as_ref().map_or(0, |header| header.names.len());
        if self.delimiter != b'\t' || columns == 0 {
            return false;
        }
        let quoted = data.get(open..close.unwrap_or(open)).unwrap_or_default();
        if close.is_some() && !quoted.contains(&b'\n') {
            return false;
        }
        let rest = data.get(close.unwrap_or(open)..).unwrap_or_default();
        let tail = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = close.unwrap_or(open) + tail;
        let mut lines = data
            .get(..end)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n');
        lines.all(|line| memchr::memchr_iter(b'\t', line).count() + 1 == columns)
    }

    /// The quote that closes the one at `open`; `None` if it is not in the data yet.
    fn closing_quote(&self, data: &[u8], open: usize, last: bool) -> Result<Option<usize>, ()> {
        let (mut at, mut lines) = (open + 1, 0);
        loop {
            let rest = data.get(at..).unwrap_or_default();
            let close = memchr::memchr(b'"', rest).map(|found| at + found);
            let inside = data
                .get(at..close.unwrap_or(data.len()))
                .unwrap_or_default();
            lines += count_lines(inside, true);
            if lines > MAX_QUOTED_LINES {
                return Err(());
            }
            match close {
                None if last => return Err(()),
                None => return Ok(None),
                Some(close) => match data.get(close + 1) {
                    Some(b'"') => at = close + 2,
                    None if !last => return Ok(None),
                    _ => return Ok(Some(close)),
                },
            }
        }
    }

    /// Processes one complete row.
    fn row(&mut self, row: &[u8], from: usize, pieces: &mut Vec<Piece>) {
        let start = self.cursor.at;
        let Some(header) = &self.header else {
            if row.trim_ascii().is_empty() {
                self.facts.blank_lines.add(start);
            } else {
                self.header = Some(self.read_header(row));
            }
            return;
        };
        if row.is_empty() && header.names.len() > 1 {
            self.facts.blank_lines.add(start);
            return;
        }
        let kind = if row.len() > self.max_record {
            too_large(row.len() as u64, self.max_record)
        } else {
            PieceKind::Record
        };
        pieces.push(self.cursor.piece(from, from + row.len(), start, kind));
    }

    fn read_header(&self, row: &[u8]) -> Header {
        let text = String::from_utf8_lossy(row);
        let none = Header::default();
        let mut parser = RowParser::new(self.delimiter);
        let names = match parser.parse(&text, &none) {
            Ok(row) => row
                .cells()
                .map(|cell| cell.as_str().trim().to_owned())
                .collect(),
            Err(_) => text
                .split(char::from(self.delimiter))
                .map(|name| name.trim().to_owned())
                .collect(),
        };
        Header { names }
    }

    /// The next line after byte `quote` that is a complete row.
    fn resume_at(&self, data: &[u8], quote: usize, last: bool) -> Option<usize> {
        let none = Header::default();
        let header = self.header.as_ref().unwrap_or(&none);
        let columns = header.names.len();
        let mut parser = RowParser::new(self.delimiter);
        let mut at = quote;
        loop {
            let rest = data.get(at..)?;
            let line = at + memchr::memchr2(b'\n', b'\r', rest)? + 1;
            let rest = data.get(line..)?;
            let len = memchr::memchr2(b'\n', b'\r', rest).or(last.then_some(rest.len()))?;
            let text = std::str::from_utf8(rest.get(..len)?).unwrap_or("\0");
            if len > 0
                && parser
                    .parse(text, header)
                    .is_ok_and(|row| row.len() == columns)
            {
                return Some(line);
            }
            at = line;
        }
    }

    /// Gives up the row at the start of `data`, which has an unclosed quote at `quote`.
    fn recover(
        &mut self,
        data: &[u8],
        from: usize,
        quote: usize,
        last: bool,
        pieces: &mut Vec<Piece>,
    ) -> usize {
        let resume = self.resume_at(data, quote, last);
        let end = resume.unwrap_or(data.len());
        let start = self.cursor.at;
        let lost = count_lines(data.get(..end).unwrap_or_default(), true);
        let resumption = match resume {
            None => Resume::Never {
                bytes: end.saturating_sub(quote + 1) as u64,
            },
            Some(_) if lost > 1 => Resume::After { lines: lost },
            Some(_) => Resume::NextLine,
        };
        if resume.is_none() {
            self.facts.unread += end as u64;
        }
        let fault = unclosed_quote(quote, resumption);
        let to = data
            .get(..end)
            .unwrap_or_default()
            .trim_ascii_end()
            .len()
            .max(quote + 1);
        pieces.push(self.cursor.piece(
            from,
            from + to.min(end),
            start,
            PieceKind::Fault(Box::new(fault)),
        ));
        self.cursor.recovered = true;
        self.cursor.at = start.advance(data.get(..end).unwrap_or_default(), true);
        end
    }

    fn continue_skip(&mut self, data: &[u8], last: bool, pieces: &mut Vec<Piece>) -> usize {
        let Some((start, gone)) = self.skipping else {
            return 0;
        };
        let end = memchr::memchr(b'\n', data)
            .map(|at| at + 1)
            .or(last.then_some(data.len()));
        let taken = end.unwrap_or(data.len());
        self.cursor.at = self
            .cursor
            .at
            .advance(data.get(..taken).unwrap_or_default(), true);
        let gone = gone + taken as u64;
        self.skipping = Some((start, gone));
        if end.is_some() {
            self.skipping = None;
            pieces.push(
                self.cursor
                    .piece(0, 0, start, too_large(gone, self.max_record)),
            );
            self.cursor.recovered = true;
        }
        taken
    }
}

impl Splitter for Rows {
    fn split(&mut self, data: &[u8], last: bool, pieces: &mut Vec<Piece>) -> usize {
        let mut at = 0;
        while at < data.len() {
            let rest = data.get(at..).unwrap_or_default();
            if self.skipping.is_some() {
                at += self.continue_skip(rest, last, pieces);
                continue;
            }
            match self.extent(rest, last) {
                Extent::Open => break,
                Extent::Unclosed { quote } => at += self.recover(rest, at, quote, last, pieces),
                Extent::Whole { len, end } => {
                    let start = self.cursor.at;
                    let row = rest.get(..len).unwrap_or_default();
                    self.row(row, at, pieces);
                    if let Some((end, _)) = end {
                        self.facts.line_end(end, start);
                    }
                    let whole = len + end.map_or(0, |(_, bytes)| bytes);
                    let lines = count_lines(rest.get(..whole).unwrap_or_default(), true);
                    self.cursor.at = Position {
                        line: start.line + lines,
                        column: 1,
                        offset: start.offset + whole as u64,
                    };
                    at += whole;
                }
            }
        }
        self.facts.records = self.cursor.records;
        at
    }

    fn skip_record(&mut self, data: &[u8]) {
        self.skipping = Some((self.cursor.at, data.len() as u64));
        self.cursor.at = self.cursor.at.advance(data, true);
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(String, u64, Option<String>)> {
        let mut rows = Rows::new(Position::START, b',', 1 << 20);
        let mut pieces = Vec::new();
        assert_eq!(rows.split(text.as_bytes(), true, &mut pieces), text.len());
        let cut = |piece: &Piece| {
            let fault = match &piece.kind {
                PieceKind::Fault(fault) => Some(format!("{:?}@{}", fault.kind, fault.span.start)),
                PieceKind::Record => None,
            };
            (
                text.get(piece.from..piece.to).unwrap().to_owned(),
                piece.start.line,
                fault,
            )
        };
        pieces.iter().map(cut).collect()
    }

    #[test]
    fn quoted_line_breaks_belong_to_the_row() {
        let rows = split("p,c\r\n\"a\r\nb\",c\r\n\r\nd,\"e\"\"\n\"");
        assert_eq!(rows[0], ("\"a\r\nb\",c".into(), 2, None));
        assert_eq!(rows[1], ("d,\"e\"\"\n\"".into(), 5, None));
    }

    #[test]
    fn quotes_in_tsv_are_text_where_the_fields_fit() {
        let split = |text: &str| {
            let mut rows = Rows::new(Position::START, b'\t', 1 << 20);
            let mut pieces = Vec::new();
            rows.split(text.as_bytes(), true, &mut pieces);
            let cut = |piece: &Piece| text.get(piece.from..piece.to).unwrap().to_owned();
            pieces.iter().map(cut).collect::<Vec<_>>()
        };
        assert_eq!(split("p\tc\n\"a\tb\nc\td\n"), ["\"a\tb", "c\td"]);
        assert_eq!(split("p\tc\n\"a\tb\nc\td\"\n"), ["\"a\tb", "c\td\""]);
        assert_eq!(split("p\tc\nx\t\"a\nb\"\nc\td"), ["x\t\"a\nb\"", "c\td"]);
        assert_eq!(split("p\tc\n\"a\nb\"\tx\nc\td"), ["\"a\nb\"\tx", "c\td"]);
    }

    #[test]
    fn an_unclosed_quote_costs_one_line() {
        let rows = split("p,c\na,\"b\nc,d\ne,f\ng,h\n");
        assert_eq!(
            rows[0],
            ("a,\"b".into(), 2, Some("UnclosedQuote(NextLine)@2".into()))
        );
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[3].1, 5);
    }

    #[test]
    fn a_quote_open_for_too_many_lines_is_unclosed() {
        let text = format!("p,c\na,\"b\n{}x,\"y\"\n", "c,d\n".repeat(1500));
        assert_eq!(split(&text).len(), 1502);
    }

    #[test]
    fn lone_carriage_returns_end_rows() {
        assert_eq!(
            split("p,c\ra,b\rd,e")
                .iter()
                .map(|row| row.1)
                .collect::<Vec<_>>(),
            [2, 3]
        );
    }
}

//! Rows of CSV and TSV: fields with their decoded text and exact spans (RFC 4180). In TSV, quotes are
//! text where the fields fit the header only without quoting.

use crate::record::fault::{Fault, FaultKind, Malformed, Resume, StrayQuote};
use crate::text::decoded::{Coding, Text};
use crate::text::position::Span;

/// A field of a row.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: u32,
    end: u32,
    coding: CellCoding,
}

#[derive(Debug, Clone, Copy)]
enum CellCoding {
    Plain,
    /// Quoted, without inner quotes.
    Quoted,
    /// Quoted, with doubled quotes inside: the decoded text is in the arena.
    Doubled {
        at: u32,
        len: u32,
    },
}

/// Splits rows into fields; reuse it, since its buffers are kept.
#[derive(Debug)]
pub struct RowParser {
    delimiter: u8,
    cells: Vec<Cell>,
    arena: String,
}

/// The fields of one row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    text: &'a str,
    cells: &'a [Cell],
    arena: &'a str,
    header: &'a Header,
}

/// The column names of a file, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The names as written, without surrounding whitespace.
    pub names: Vec<String>,
}

impl Header {
    /// The index of the column `name`: an exact match, otherwise ignoring case.
    pub fn index(&self, name: &str) -> Option<usize> {
        let exact = self.names.iter().position(|have| have == name);
        exact.or_else(|| {
            let wanted = normal_name(name);
            self.names
                .iter()
                .position(|have| normal_name(have) == wanted)
        })
    }
}

/// The text of a raw cell.
pub fn cell_text(raw: &str) -> String {
    match raw
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => raw.to_owned(),
    }
}

/// A column name normalized for comparison: lower case, with underscores.
pub fn normal_name(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

impl RowParser {
    /// A parser for rows with this `delimiter`.
    pub fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            cells: Vec::new(),
            arena: String::new(),
        }
    }

    /// Splits `text`, one row without its line end.
    ///
    /// # Errors
    /// A [`Fault`] for an unclosed or stray quote, a NUL byte, or a byte order mark before a
    /// repeated header.
    pub fn parse<'p>(&'p mut self, text: &'p str, header: &'p Header) -> Result<Row<'p>, Fault> {
        self.cells.clear();
        self.arena.clear();
        if let Some(at) = memchr::memchr(0, text.as_bytes()) {
            let run = text.bytes().skip(at).take_while(|&byte| byte == 0).count();
            let how = Malformed::NulInCell { run };
            return Err(Fault::malformed(how, Span::new(at, at + run)));
        }
        // At the start of a field it may be data, but not before a repeated header.
        let joined = || header.names.join(&char::from(self.delimiter).to_string());
        if text
            .strip_prefix('\u{feff}')
            .is_some_and(|rest| rest == joined())
        {
            return Err(Fault::malformed(Malformed::ByteOrderMark, Span::new(0, 3)));
        }
        let quoted = self.cells(text);
        let fits = quoted.is_ok() && self.cells.len() == header.names.len();
        if !fits && !self.cells_without_quoting(text, header.names.len()) {
            quoted?;
        }
        Ok(Row {
            text,
            cells: &self.cells,
            arena: &self.arena,
            header,
        })
    }

    /// Splits a row into its fields.
    fn cells(&mut self, text: &str) -> Result<(), Fault> {
        let mut at = 0;
        loop {
            at = self.cell(text, at)?;
            if at >= text.len() {
                return Ok(());
            }
            at += 1;
            if at == text.len() {
                self.plain_cell(at, at);
                return Ok(());
            }
        }
    }

    /// Splits a row of a TSV at its tabs, if that gives `columns` fields: most writers of TSV do not
    /// quote, so its quotes are text. Otherwise keeps the fields and returns `false`.
    fn cells_without_quoting(&mut self, text: &str, columns: usize) -> bool {
        let tabs = || memchr::memchr_iter(b'\t', text.as_bytes());
        let is_row = self.delimiter == b'\t' && !text.contains('\n');
        if !is_row || tabs().count() + 1 != columns {
            return false;
        }
        self.cells.clear();
        let mut start = 0;
        for end in tabs().chain([text.len()]) {
            self.plain_cell(start, end);
            start = end + 1;
        }
        true
    }

    fn plain_cell(&mut self, start: usize, end: usize) {
        self.cells.push(Cell {
            start: start as u32,
            end: end as u32,
            coding: CellCoding::Plain,
        });
    }

    /// Reads the field at `start`. Returns where it ends: a delimiter or the end of the row.
    fn cell(&mut self, text: &str, start: usize) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            return self.quoted_cell(text, start);
        }
        let len = memchr::memchr(self.delimiter, rest).unwrap_or(rest.len());
        let end = start + len;
        if let Some(quote) = memchr::memchr(b'"', bytes.get(start..end).unwrap_or_default()) {
            return Err(bare_quote(text, start, start + quote));
        }
        self.plain_cell(start, end);
        Ok(end)
    }

    fn quoted_cell(&mut self, text: &str, start: usize) -> Result<usize, Fault> {
        let bytes = text.as_bytes();
        let decoded_at = self.arena.len();
        let (mut at, mut copied) = (start + 1, start + 1);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(quote) = memchr::memchr(b'"', rest).map(|found| at + found) else {
                return Err(unclosed_quote(start, Resume::NextLine));
            };
            if bytes.get(quote + 1) == Some(&b'"') {
                self.arena
                    .push_str(text.get(copied..quote + 1).unwrap_or_default());
                (at, copied) = (quote + 2, quote + 2);
                continue;
            }
            let end = quote + 1;
            if bytes.get(end).is_some_and(|&next| next != self.delimiter) {
                return Err(text_after_quote(text, start, end));
            }
            let coding = if copied == start + 1 {
                CellCoding::Quoted
            } else {
                self.arena
                    .push_str(text.get(copied..quote).unwrap_or_default());
                CellCoding::Doubled {
                    at: decoded_at as u32,
                    len: (self.arena.len() - decoded_at) as u32,
                }
            };
            self.cells.push(Cell {
                start: start as u32,
                end: end as u32,
                coding,
            });
            return Ok(end);
        }
    }
}

/// The fault of the unclosed quote at `at`.
pub fn unclosed_quote(at: usize, resume: Resume) -> Fault {
    Fault::new(FaultKind::UnclosedQuote(resume), Span::new(at, at + 1))
}

fn bare_quote(text: &str, start: usize, at: usize) -> Fault {
    let before = text.get(start..at).unwrap_or_default();
    let after_space = before.trim().is_empty();
    Fault::new(
        FaultKind::StrayQuote(StrayQuote::InUnquotedCell { after_space }),
        Span::new(at, at + 1),
    )
}

fn text_after_quote(text: &str, open: usize, at: usize) -> Fault {
    let len = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(1, char::len_utf8);
    let escaped = text
        .get(..at)
        .is_some_and(|before| before.ends_with("\\\""));
    Fault::new(
        FaultKind::StrayQuote(StrayQuote::TextAfterClosing { escaped }),
        Span::new(at, at + len),
    )
    .related(Span::new(open, open + 1))
}

impl<'a> Row<'a> {
    /// The number of fields.
    pub fn len(self) -> usize {
        self.cells.len()
    }

    /// Whether it has no fields; a parsed row has at least one.
    pub fn is_empty(self) -> bool {
        self.cells.is_empty()
    }

    /// The file's columns.
    pub fn header(self) -> &'a Header {
        self.header
    }

    /// The text of the field in column `index`, if the row is long enough.
    pub fn cell(self, index: usize) -> Option<Text<'a>> {
        let cell = self.cells.get(index)?;
        let (start, end) = (cell.start as usize, cell.end as usize);
        let raw = self.text.get(start..end).unwrap_or_default();
        let span = Span::new(start, end);
        Some(match cell.coding {
            CellCoding::Plain => Text::new(raw, raw, span, Coding::Plain),
            CellCoding::Quoted => {
                let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                Text::new(inner, raw, span, Coding::Quoted)
            }
            CellCoding::Doubled { at, len } => {
                let inner = self
                    .arena
                    .get(at as usize..(at + len) as usize)
                    .unwrap_or_default();
                Text::new(inner, raw, span, Coding::Quoted)
            }
        })
    }

    /// The fields in order.
    pub fn cells(self) -> impl Iterator<Item = Text<'a>> {
        (0..self.cells.len()).filter_map(move |index| self.cell(index))
    }

    /// `/column-name` of the field that contains `span`; empty for the row as a whole.
    pub fn pointer(self, span: Span) -> String {
        let holds =
            |cell: &Cell| cell.start as usize <= span.start && span.end <= cell.end as usize;
        let column = self
            .cells
            .iter()
            .position(holds)
            .filter(|_| self.cells.len() > 1 || !span.is_empty());
        column
            .and_then(|column| self.header.names.get(column))
            .map_or_else(String::new, |name| {
                format!("/{}", name.replace('~', "~0").replace('/', "~1"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<String>, Fault> {
        let header = Header::default();
        let mut parser = RowParser::new(b',');
        let row = parser.parse(text, &header)?;
        Ok(row.cells().map(|cell| cell.as_str().to_owned()).collect())
    }

    #[test]
    fn fields_are_split_and_decoded() {
        assert_eq!(cells("a,b").unwrap(), ["a", "b"]);
        assert_eq!(cells("a,").unwrap(), ["a", ""]);
        assert_eq!(cells(",").unwrap(), ["", ""]);
        assert_eq!(cells("").unwrap(), [""]);
        assert_eq!(
            cells("\"a,\"\"b\"\"\n\",\"\",c").unwrap(),
            ["a,\"b\"\n", "", "c"]
        );
    }

    #[test]
    fn quotes_in_tsv_are_text_where_the_fields_fit() {
        let names = ["p", "c"].map(str::to_owned).to_vec();
        let header = Header { names };
        let cells = |text: &str| {
            let mut parser = RowParser::new(b'\t');
            let row = parser.parse(text, &header).map_err(|fault| fault.kind)?;
            let cells = row.cells().map(|cell| cell.as_str().to_owned());
            Ok::<_, FaultKind>(cells.collect::<Vec<_>>())
        };
        assert_eq!(
            cells("\"Go!\" he said\tx").unwrap(),
            ["\"Go!\" he said", "x"]
        );
        assert_eq!(cells("5\" wide\t\"x").unwrap(), ["5\" wide", "\"x"]);
        assert_eq!(cells("\"a\tb\"").unwrap(), ["\"a", "b\""]);
        assert_eq!(cells("\"a\tb\"\tx").unwrap(), ["a\tb", "x"]);
        assert_eq!(cells("\"say \"\"a\"\"\"\tx").unwrap(), ["say \"a\"", "x"]);
        assert!(cells("a\"b").is_err());
    }

    #[test]
    fn quoting_faults_have_spans() {
        let fault = |text| cells(text).unwrap_err();
        let bare = fault("x\"y,b");
        let after_space = false;
        let in_cell = FaultKind::StrayQuote(StrayQuote::InUnquotedCell { after_space });
        assert_eq!((bare.kind, bare.span.start), (in_cell, 1));
        let after = fault("\"p\"q,b");
        assert_eq!(
            (after.span, after.related),
            (Span::new(3, 4), Some(Span::new(0, 1)))
        );
        let open = fault("a,\"b");
        let unclosed = FaultKind::UnclosedQuote(Resume::NextLine);
        assert_eq!((open.kind, open.span.start), (unclosed, 2));
    }
}

//! The rows of a sheet as JSON Lines.

use std::io::{self, Write};

use tunelint_data::source::TableFault;

use crate::json_rows::write_string;

/// The size of a sheet in Excel. A cell beyond it is not from a workbook.
const MAX_ROWS: u32 = 1 << 20;
const MAX_COLUMNS: u32 = 1 << 14;
/// Rows among which the header is looked for. Titles and notes may stand before it.
const SEARCHED: usize = 20;

/// A cell that is not empty.
pub(crate) struct SheetCell {
    /// The row and the column, counted from 0.
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) text: String,
    /// Whether it is text rather than a number or a date.
    pub(crate) is_text: bool,
}

/// Writes the cells of a sheet, which come row by row, as JSON Lines. Rows before the header, the
/// header and blank rows are empty lines, so that the number of a line is that of the row.
pub(crate) struct SheetWriter<W> {
    out: W,
    /// The cells of the row that is being read.
    row: Vec<SheetCell>,
    /// The first rows, as long as the header is not decided.
    first: Vec<Vec<SheetCell>>,
    /// The names of the columns, once decided.
    header: Option<Vec<(u32, String)>>,
    lines: u32,
}

impl<W: Write> SheetWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            row: Vec::new(),
            first: Vec::new(),
            header: None,
            lines: 0,
        }
    }

    /// Takes the next cell.
    pub(crate) fn cell(&mut self, cell: SheetCell) -> io::Result<()> {
        let last = self.row.last().map_or(0, |last| last.row);
        if cell.row >= MAX_ROWS || cell.column >= MAX_COLUMNS || cell.row < last {
            return Err(TableFault::Damaged.into());
        }
        if cell.row > last {
            self.end_row()?;
        }
        self.row.push(cell);
        Ok(())
    }

    /// Writes the last rows. Returns the writer, or `None` if there was no cell.
    pub(crate) fn finish(mut self) -> io::Result<Option<W>> {
        self.end_row()?;
        if self.header.is_none() && self.first.is_empty() {
            return Ok(None);
        }
        self.decide()?;
        Ok(Some(self.out))
    }

    fn end_row(&mut self) -> io::Result<()> {
        let row = std::mem::take(&mut self.row);
        if row.is_empty() {
            return Ok(());
        }
        if self.header.is_some() {
            return self.write(&row);
        }
        self.first.push(row);
        match self.first.len() {
            SEARCHED => self.decide(),
            _ => Ok(()),
        }
    }

    /// Decides the header, and writes the rows that waited for it.
    fn decide(&mut self) -> io::Result<()> {
        if self.header.is_some() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.first);
        let header = header(&rows);
        let names = rows.get(header).map(|row| names(row)).unwrap_or_default();
        self.header = Some(names);
        rows.iter()
            .skip(header + 1)
            .try_for_each(|row| self.write(row))
    }

    fn write(&mut self, row: &[SheetCell]) -> io::Result<()> {
        let Some(number) = row.first().map(|cell| cell.row) else {
            return Ok(());
        };
        while self.lines < number {
            self.out.write_all(b"\n")?;
            self.lines += 1;
        }
        let header = self.header.as_deref().unwrap_or_default();
        self.out.write_all(&object(header, row))?;
        self.out.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }
}

/// The index of the row with the names of the columns: the first one that consists of text and has at
/// least half as many cells as the widest.
fn header(rows: &[Vec<SheetCell>]) -> usize {
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let is_header =
        |row: &Vec<SheetCell>| row.len() * 2 >= widest && row.iter().all(|cell| cell.is_text);
    rows.iter().position(is_header).unwrap_or(0)
}

fn names(row: &[SheetCell]) -> Vec<(u32, String)> {
    let named = row.iter();
    named
        .map(|cell| (cell.column, cell.text.trim().to_owned()))
        .collect()
}

/// A row as an object. Empty cells are empty texts, as in CSV; a cell without a name has that of its
/// column in the sheet.
fn object(header: &[(u32, String)], row: &[SheetCell]) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    let mut pair = |name: &str, text: &str| {
        if out.len() > 1 {
            out.push(b',');
        }
        write_string(name, &mut out);
        out.push(b':');
        write_string(text, &mut out);
    };
    let mut cells = row.iter().peekable();
    let mut unnamed = Vec::new();
    for (column, name) in header {
        while let Some(cell) = cells.next_if(|cell| cell.column < *column) {
            unnamed.push(cell);
        }
        let cell = cells.next_if(|cell| cell.column == *column);
        pair(name, cell.map_or("", |cell| &cell.text));
    }
    for cell in unnamed.into_iter().chain(cells) {
        pair(&letters(cell.column), &cell.text);
    }
    out.push(b'}');
    out
}

/// The name of a column in a sheet: `A` for 0, `AA` for 26.
fn letters(column: u32) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        name.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[(u32, &[&str])]) -> String {
        let mut writer = SheetWriter::new(Vec::new());
        for (row, cells) in rows {
            for (column, text) in cells
                .iter()
                .enumerate()
                .filter(|(_, text)| !text.is_empty())
            {
                let cell = SheetCell {
                    row: *row,
                    column: column as u32,
                    text: (*text).to_owned(),
                    is_text: text.parse::<f64>().is_err(),
                };
                writer.cell(cell).expect("memory");
            }
        }
        let out = writer.finish().expect("memory").unwrap_or_default();
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn a_line_is_a_row_of_the_sheet() {
        let rows: [(u32, &[&str]); 3] = [(0, &["q", "a"]), (1, &["x", ""]), (4, &["", "\"y\"\n"])];
        assert_eq!(
            lines(&rows),
            "\n{\"q\":\"x\",\"a\":\"\"}\n\n\n{\"q\":\"\",\"a\":\"\\\"y\\\"\\n\"}\n"
        );
    }

    #[test]
    fn a_title_is_no_header() {
        let rows: [(u32, &[&str]); 4] = [
            (0, &["Support tickets"]),
            (2, &["id", "question", "answer"]),
            (3, &["1", "a", "b"]),
            (4, &["2", "c", "d", "note"]),
        ];
        assert_eq!(
            lines(&rows),
            "\n\n\n{\"id\":\"1\",\"question\":\"a\",\"answer\":\"b\"}\n\
             {\"id\":\"2\",\"question\":\"c\",\"answer\":\"d\",\"D\":\"note\"}\n"
        );
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!(
            [0, 25, 26, 701, 702].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }
}

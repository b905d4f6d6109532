//! Tables: what we call valid, the `csv` crate reads in the same way.

use tunelint_core::position::Position;
use tunelint_core::row::{Header, RowParser};
use tunelint_core::source::{PieceKind, Rows, Splitter};

use super::assembled;

/// A text that may be a table.
pub fn run(data: &[u8]) {
    let text = assembled::text(data);
    compare(&text);
}

/// Compares the cells on `text`, if we call every row valid. Returns whether we do.
pub fn compare(text: &str) -> bool {
    let Some(ours) = rows(text) else { return false };
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).from_reader(text.as_bytes());
    let row = |row: csv::Result<csv::StringRecord>| {
        let row = row.expect("rows of any length are read");
        row.iter().map(str::to_owned).collect()
    };
    let theirs: Vec<Vec<String>> = reader.records().map(row).collect();
    let theirs = without_empty(theirs);
    assert_eq!(without_empty(ours), theirs, "the cells of {text:?} differ");
    true
}

/// The rows without those of one empty cell. A blank line of a table with one column is one for us; other
/// readers pass over it.
pub fn without_empty(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()) || row.len() > 1);
    rows
}

/// The cells of all rows after the header; `None` if one of the rows, or the header, is invalid.
pub fn rows(text: &str) -> Option<Vec<Vec<String>>> {
    let mut splitter = Rows::new(Position::START, b',', 1 << 20);
    let mut pieces = Vec::new();
    splitter.split(text.as_bytes(), true, &mut pieces);
    let header = Header::default();
    let mut parser = RowParser::new(b',');
    let first = pieces.first().map_or(text.len(), |piece| piece.from);
    let names = text[..first].trim_matches(['\r', '\n']);
    // A line of spaces before the header is blank for us, and the header for other readers.
    let is_space = |line: &str| !line.is_empty() && line.trim().is_empty();
    if text
        .split(['\r', '\n'])
        .find(|line| !line.is_empty())
        .is_some_and(is_space)
    {
        return None;
    }
    parser.parse(names, &header).ok()?;
    let cells = pieces.iter().map(|piece| {
        let PieceKind::Record = piece.kind else {
            return None;
        };
        let row = parser.parse(&text[piece.from..piece.to], &header).ok()?;
        Some(row.cells().map(|cell| cell.as_str().to_owned()).collect())
    });
    cells.collect()
}

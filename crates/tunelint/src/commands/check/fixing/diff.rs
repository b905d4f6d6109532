//! The output of `--diff`: the text around each change, shortened and safe to print.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use tunelint_core::excerpt::Excerpt;
use tunelint_core::fix::Change;
use tunelint_core::position::{Position, Span};
use tunelint_core::printable::{counted, printable, printable_path};

/// The number of changes shown per file; the rest is counted.
const SHOWN: usize = 50;
/// The number of bytes read on either side of a change.
const WINDOW: u64 = 240;
/// The number of bytes read at a time between changes.
const CHUNK: u64 = 64 * 1024;

/// The diff of the file at `path`. `changes` must be in file order; the file must not have changed.
pub(super) fn of(path: &Path, changes: &[Change]) -> io::Result<String> {
    let name = printable_path(path);
    let mut text = format!("--- {name}\n+++ {name}\n");
    let mut cursor = DiffCursor {
        file: BufReader::new(File::open(path)?),
        at: Position::START,
        tail: Vec::new(),
    };
    let whole: Vec<&Change> = changes.iter().filter(|change| !change.continues).collect();
    for change in whole.iter().take(SHOWN) {
        cursor.advance_to(change.edit.offset)?;
        text += &hunk(path, &cursor, change)?;
    }
    let hidden = whole.len().saturating_sub(SHOWN) as u64;
    if hidden > 0 {
        text += &format!("… and {}\n", counted(hidden, "more change"));
    }
    Ok(text)
}

/// A forward-only cursor over a file that tracks lines and columns, in constant memory.
struct DiffCursor {
    file: BufReader<File>,
    at: Position,
    /// The last bytes before the cursor, at most [`WINDOW`].
    tail: Vec<u8>,
}

impl DiffCursor {
    /// Moves forward to `offset`.
    fn advance_to(&mut self, offset: u64) -> io::Result<()> {
        while self.at.offset < offset {
            let wanted = (offset - self.at.offset).min(CHUNK);
            let mut chunk = Vec::new();
            (&mut self.file).take(wanted).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.at = self.at.advance(&chunk, false);
            self.tail.extend_from_slice(&chunk);
            let extra = self.tail.len().saturating_sub(WINDOW as usize);
            self.tail.drain(..extra);
        }
        Ok(())
    }
}

/// One change as a hunk. The cursor must be at its start.
fn hunk(path: &Path, cursor: &DiffCursor, change: &Change) -> io::Result<String> {
    let Position { line, column, .. } = cursor.at;
    let mut text = format!("@@ {line}:{column} {} @@\n", change.rule);
    let input = tunelint_core::source::Input::path(path);
    let read = |offset, length: u64| input.read_at(offset, length as usize).unwrap_or_default();
    let old = read(change.edit.offset, change.edit.length.min(2 * WINDOW));
    let new = change.edit.text.as_bytes();
    if change.dropped.is_some() {
        let excerpt = Excerpt::new(&old, Span::new(0, old.len()));
        return Ok(text + &format!("-{}\n", excerpt.text));
    }
    let is_space = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
    if is_space(&old) && is_space(new) {
        // Changed whitespace is shown alone and escaped; within its line it would be invisible.
        for (sign, bytes) in [('-', old.as_slice()), ('+', new)] {
            if !bytes.is_empty() {
                let bytes = String::from_utf8_lossy(bytes);
                text += &format!("{sign}{}\n", printable(&bytes));
            }
        }
        return Ok(text);
    }
    let line_start = cursor
        .tail
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let before = cursor.tail.get(line_start..).unwrap_or_default();
    let after = read(change.edit.end(), WINDOW);
    for (sign, middle) in [('-', old.as_slice()), ('+', new)] {
        let whole = [before, middle, &after].concat();
        let span = Span::new(before.len(), before.len() + middle.len());
        text += &format!("{sign}{}\n", Excerpt::new(&whole, span).text);
    }
    Ok(text)
}

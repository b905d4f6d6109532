//! What fixes would change, elided: a few characters around each place.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use tunelint_core::excerpt::Excerpt;
use tunelint_core::fix::Change;
use tunelint_core::position::{Position, Span};
use tunelint_core::printable::{counted, printable, printable_path};

/// Changes shown of one file.
const SHOWN: usize = 50;
/// Bytes of a line that are looked at on either side of a change.
const WINDOW: u64 = 240;
/// Bytes read at a time between changes.
const CHUNK: u64 = 64 * 1024;

/// The changes of the file at `path`.
pub(super) fn of(path: &Path, changes: &[Change]) -> io::Result<String> {
    let name = printable_path(path);
    let mut text = format!("--- {name}\n+++ {name}\n");
    let mut walk = DiffCursor {
        file: BufReader::new(File::open(path)?),
        at: Position::START,
        tail: Vec::new(),
    };
    let whole: Vec<&Change> = changes.iter().filter(|change| !change.continues).collect();
    for change in whole.iter().take(SHOWN) {
        walk.to(change.edit.offset)?;
        text += &shown(path, &walk, change)?;
    }
    let hidden = whole.len().saturating_sub(SHOWN) as u64;
    if hidden > 0 {
        text += &format!("… and {}\n", counted(hidden, "more change"));
    }
    Ok(text)
}

/// A file that is read up to one place after the other.
struct DiffCursor {
    file: BufReader<File>,
    at: Position,
    /// The last bytes before the place.
    tail: Vec<u8>,
}

impl DiffCursor {
    fn to(&mut self, offset: u64) -> io::Result<()> {
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

fn shown(path: &Path, walk: &DiffCursor, change: &Change) -> io::Result<String> {
    let Position { line, column, .. } = walk.at;
    let mut text = format!("@@ {line}:{column} {} @@\n", change.rule);
    let input = tunelint_core::source::Input::path(path);
    let read = |offset, length: u64| input.read_at(offset, length as usize).unwrap_or_default();
    let gone = read(change.edit.offset, change.edit.length.min(2 * WINDOW));
    let with = change.edit.text.as_bytes();
    if change.dropped.is_some() {
        let excerpt = Excerpt::new(&gone, Span::new(0, gone.len()));
        return Ok(text + &format!("-{}\n", excerpt.text));
    }
    let is_space = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
    if is_space(&gone) && is_space(with) {
        // White space among white space would be hard to see.
        for (sign, bytes) in [('-', gone.as_slice()), ('+', with)] {
            if !bytes.is_empty() {
                let bytes = String::from_utf8_lossy(bytes);
                text += &format!("{sign}{}\n", printable(&bytes));
            }
        }
        return Ok(text);
    }
    let line_start = walk
        .tail
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let before = walk.tail.get(line_start..).unwrap_or_default();
    let after = read(change.edit.end(), WINDOW);
    for (sign, middle) in [('-', gone.as_slice()), ('+', with)] {
        let whole = [before, middle, &after].concat();
        let span = Span::new(before.len(), before.len() + middle.len());
        text += &format!("{sign}{}\n", Excerpt::new(&whole, span).text);
    }
    Ok(text)
}

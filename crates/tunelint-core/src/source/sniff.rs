//! What a file is, judged by its first bytes: whether it is data at all, which container, and
//! what of it differs from what its name promises.

use std::path::Path;

use super::Container;
use super::document::Root;
use crate::finding::Severity;
use crate::json::Parser;
use crate::row::{Header, RowParser};

/// Bytes that are looked at.
pub const HEAD_BYTES: usize = 64 * 1024;

/// How a file is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// How its bytes become records.
    pub container: Container,
    /// What separates cells.
    pub delimiter: u8,
    /// What the records of a JSON document stand in.
    pub root: Root,
    /// Whether CR alone ends its lines.
    pub cr_only: bool,
    /// Whether every line ends in a comma that is no part of the record.
    pub strip_commas: bool,
    /// Bytes before the first record: a byte order mark, Excel's `sep=` line.
    pub skip: usize,
    /// In what it is not what its name promises.
    pub remark: Option<Remark>,
}

/// A difference between a file and its name; read anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// How much it matters.
    pub severity: Severity,
    /// What differs.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A file that holds no records that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotData {
    /// What it is.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// What the user said about the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes {
    /// The container.
    pub container: Option<Container>,
    /// What separates cells.
    pub delimiter: Option<u8>,
    /// That it is UTF-8, whatever it looks like.
    pub is_utf8: bool,
}

/// Judges a file by its name and the first bytes.
///
/// # Errors
/// What the file is, where it is no text that could hold records.
pub fn sniff(name: &Path, head: &[u8], wishes: Wishes) -> Result<Shape, NotData> {
    let not_data = encoding(head)
        .or_else(|| foreign(head))
        .or_else(|| older_encoding(head).filter(|_| !wishes.is_utf8));
    if let Some(not_data) = not_data {
        return Err(not_data);
    }
    let skip = if head.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let text = head.get(skip..).unwrap_or_default();
    let named = wishes.container.or_else(|| Container::from_path(name));
    let mut shape = Shape {
        container: named.unwrap_or_else(|| by_content(text)),
        delimiter: b',',
        root: Root::List,
        cr_only: memchr::memchr(b'\n', text).is_none() && memchr::memchr(b'\r', text).is_some(),
        strip_commas: false,
        skip,
        remark: None,
    };
    let sure = wishes.container.is_some();
    match shape.container {
        Container::Jsonl => lines(&mut shape, text, sure),
        Container::Json => document(&mut shape, text, sure),
        Container::Csv | Container::Tsv => rows(&mut shape, text, wishes.delimiter, sure),
    }
    Ok(shape)
}

/// U+FEFF in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Other encodings, known by their mark or by their zero bytes.
fn encoding(head: &[u8]) -> Option<NotData> {
    let marked: [(&[u8], &str, &str); 4] = [
        (b"\xff\xfe\0\0", "UTF-32LE", ""),
        (b"\0\0\xfe\xff", "UTF-32BE", ""),
        (b"\xff\xfe", "UTF-16LE", "utf-16le"),
        (b"\xfe\xff", "UTF-16BE", "utf-16be"),
    ];
    let found = marked.iter().find(|(mark, ..)| head.starts_with(mark));
    let (name, option) = match found {
        Some((_, name, option)) => (*name, *option),
        None => utf16_by_zeros(head)?,
    };
    let remedy = if option.is_empty() {
        "save it as UTF-8".to_owned()
    } else {
        format!("save it as UTF-8, or read it with `--encoding {option}`")
    };
    Some(NotData {
        what: format!("text in {name}, not UTF-8"),
        remedy,
    })
}

/// UTF-16 without a mark: nearly every second byte of plain text is zero.
fn utf16_by_zeros(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let sample = head.get(..head.len().min(400)).unwrap_or_default();
    if sample.len() < 8 {
        return None;
    }
    let zeros = |parity: usize| {
        sample
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|&&byte| byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 2 * 7 / 10;
    match () {
        () if odd >= many && even == 0 => Some(("UTF-16LE", "utf-16le")),
        () if even >= many && odd == 0 => Some(("UTF-16BE", "utf-16be")),
        () => None,
    }
}

/// Text as older programs write it: in many lines bytes that are no UTF-8, and nothing beyond
/// ASCII that is. Damaged records among others are `invalid-utf8`'s: each is told by itself, and
/// the others are read.
fn older_encoding(head: &[u8]) -> Option<NotData> {
    // Of a hundred lines in a language that needs accents, few have none.
    const LINES: usize = 4;
    const SHARE: usize = 10;
    // What the head cuts off at its end is no mistake.
    let text = head.get(..head.len().saturating_sub(3))?;
    let (mut all, mut odd) = (0, 0);
    let mut seen = Odd::default();
    for line in text.split(|byte| *byte == b'\n') {
        let mut own = Odd::default();
        for chunk in line.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                return None;
            }
            own.add(chunk.valid().as_bytes(), chunk.invalid());
        }
        all += usize::from(!line.trim_ascii().is_empty());
        // Sequences that break off, and nothing else, are UTF-8 that was cut.
        if own.has_lone {
            odd += 1;
            seen.bytes += own.bytes;
            seen.letters += own.letters;
            seen.undefined += own.undefined;
        }
    }
    if odd < LINES || odd * SHARE < all {
        return None;
    }
    let (what, remedy) = match seen.is_western() {
        true => (
            "text that is probably in windows-1252, not UTF-8",
            "save it as UTF-8, or read it with `--encoding windows-1252`; if it is UTF-8 with damaged lines, say `--encoding utf-8`",
        ),
        false => (
            "text in an older encoding, not UTF-8",
            "save it as UTF-8, or name the encoding: `--encoding windows-1251`, shift_jis, gbk, …; if it is UTF-8 with damaged lines, say `--encoding utf-8`",
        ),
    };
    Some(NotData {
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    })
}

/// Bytes beyond ASCII that are no UTF-8, and the letters around them.
#[derive(Default)]
struct Odd {
    bytes: usize,
    letters: usize,
    /// Bytes that windows-1252 leaves undefined.
    undefined: usize,
    /// Whether one of them does not even begin a sequence of UTF-8.
    has_lone: bool,
}

impl Odd {
    fn add(&mut self, valid: &[u8], invalid: &[u8]) {
        const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
        let letters = valid.iter().filter(|byte| byte.is_ascii_alphabetic());
        let undefined = invalid.iter().filter(|byte| UNDEFINED.contains(byte));
        self.letters += letters.count();
        self.bytes += invalid.len();
        self.undefined += undefined.count();
        self.has_lone |= invalid.len() == 1;
    }

    /// In the languages of Western Europe most letters are ASCII.
    fn is_western(&self) -> bool {
        self.undefined == 0 && self.bytes * 3 < self.letters
    }
}

/// Things that are not training data, known by their first bytes.
fn foreign(head: &[u8]) -> Option<NotData> {
    let magic: [(&[u8], &str, &str); 9] = [
        (
            b"\x1f\x8b",
            "gzip data",
            "give it the ending .gz and it is read as it is, or unpack it",
        ),
        (
            b"\x28\xb5\x2f\xfd",
            "Zstandard data",
            "give it the ending .zst and it is read as it is, or unpack it",
        ),
        (
            b"PK\x03\x04",
            "a ZIP archive or an Excel workbook",
            "unpack it, or save the sheet as CSV (UTF-8)",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "an old Excel or Word file",
            "save the sheet as CSV (UTF-8)",
        ),
        (b"PAR1", "a Parquet file", "export it as JSON lines first"),
        (
            b"%PDF",
            "a PDF file",
            "export the text as CSV or JSON lines first",
        ),
        (
            b"SQLite format 3",
            "an SQLite database",
            "export the table as CSV or JSON lines first",
        ),
        (
            b"\x89PNG",
            "a PNG image",
            "name the file with the examples instead",
        ),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "a Git LFS pointer, not the data",
            "run `git lfs pull` to fetch the file itself",
        ),
    ];
    let found = magic.iter().find(|(magic, ..)| head.starts_with(magic));
    if let Some((_, what, remedy)) = found {
        return Some(NotData {
            what: (*what).to_owned(),
            remedy: (*remedy).to_owned(),
        });
    }
    let start = head
        .trim_ascii_start()
        .get(..15)
        .unwrap_or(head.trim_ascii_start())
        .to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return Some(NotData {
            what: "an HTML page, not data".to_owned(),
            remedy: "the download gave an error or login page: fetch the file again".to_owned(),
        });
    }
    let controls = |bytes: &[u8]| {
        bytes
            .iter()
            .filter(|&&byte| byte < 9 || (14..32).contains(&byte))
            .count()
    };
    // Zeros at the end are a damaged tail behind good text, which is reported where it stands.
    let text_end = head
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |at| at + 1);
    let sample = head.get(..text_end.min(1024)).unwrap_or_default();
    (sample.len() >= 16 && controls(sample) * 10 > sample.len()).then(|| NotData {
        what: "binary data, not text".to_owned(),
        remedy: "export it as CSV or JSON lines first".to_owned(),
    })
}

fn by_content(text: &[u8]) -> Container {
    match text.trim_ascii_start().first() {
        Some(b'[') => Container::Json,
        Some(b'{') if first_line(text).is_some_and(is_json) => Container::Jsonl,
        Some(b'{') => Container::Json,
        _ => Container::Csv,
    }
}

/// The first line that is not blank, if the head holds all of it.
fn first_line(text: &[u8]) -> Option<&[u8]> {
    let complete = text.len() < HEAD_BYTES;
    let mut lines = text.split_inclusive(|&byte| byte == b'\n' || byte == b'\r');
    let line = lines.find(|line| !line.trim_ascii().is_empty())?;
    (complete || line.ends_with(b"\n") || line.ends_with(b"\r")).then(|| line.trim_ascii())
}

fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Parser::new().parse(text).is_ok())
}

/// Looks for another container inside a `.jsonl` file.
fn lines(shape: &mut Shape, text: &[u8], sure: bool) {
    let trimmed = text.trim_ascii_start();
    let Some(line) = first_line(text) else {
        // One line longer than the head: only a list is worth a guess.
        if is_object_list(trimmed) && !sure {
            list_in_lines(shape);
        }
        return;
    };
    if let Some(record) = line
        .strip_suffix(b",")
        .filter(|record| record.starts_with(b"{") && is_json(record))
    {
        let _ = record;
        shape.strip_commas = true;
        shape.remark = Some(Remark {
            severity: Severity::Warning,
            message:
                "lines end in a comma; in JSON lines, records are separated by line breaks alone"
                    .to_owned(),
            help: "remove the comma at the end of each line; the records were read without it"
                .to_owned(),
        });
        return;
    }
    let alone = text.trim_ascii_end().len() <= line.len() + (text.len() - trimmed.len());
    if !sure && alone && is_object_list(line) {
        return list_in_lines(shape);
    }
    if sure || is_json(line) {
        return;
    }
    match trimmed.first() {
        Some(b'[') if is_object_list(trimmed) => list_in_lines(shape),
        Some(b'[') => {}
        Some(b'{') if is_sequence(trimmed) => {
            shape.container = Container::Json;
            shape.root = Root::Sequence;
            shape.remark = Some(Remark {
                severity: Severity::Warning,
                message:
                    "objects are spread over several lines; JSON lines has one record on each line"
                        .to_owned(),
                help: "rewrite it with `tunelint convert IN -o OUT.jsonl`; it was read anyway"
                    .to_owned(),
            });
        }
        Some(b'{' | b'"') | None => {}
        Some(_) if looks_like_rows(text) => {
            shape.container = Container::Csv;
            rows(shape, text, None, false);
            shape.remark = Some(Remark {
                severity: Severity::Warning,
                message: "this is CSV in a file that is named as JSON lines".to_owned(),
                help: "rename it to .csv, or rewrite it with `tunelint convert IN -o OUT.jsonl`; it was read anyway".to_owned(),
            });
        }
        Some(_) => {}
    }
}

fn is_object_list(text: &[u8]) -> bool {
    text.strip_prefix(b"[")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"))
}

fn list_in_lines(shape: &mut Shape) {
    shape.container = Container::Json;
    shape.remark = Some(Remark {
        severity: Severity::Warning,
        message: "this is one JSON list in a file that is named as JSON lines".to_owned(),
        help: "rewrite it with `tunelint convert IN -o OUT.jsonl`, or rename it to .json; it was read anyway".to_owned(),
    });
}

/// Whether the text begins with a whole object over several lines.
fn is_sequence(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'\n' if in_string => return false,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let object = text.get(..=at).unwrap_or_default();
                    return object.contains(&b'\n') && is_json(object);
                }
            }
            _ => {}
        }
    }
    false
}

/// Looks for JSON lines in a `.json` file.
fn document(shape: &mut Shape, text: &[u8], sure: bool) {
    let trimmed = text.trim_ascii_start();
    if sure || !trimmed.starts_with(b"{") {
        return;
    }
    let Some(line) = first_line(text) else { return };
    let end = text.len() - trimmed.len() + line.len();
    let more = text.get(end..).unwrap_or_default().trim_ascii_start();
    if more.starts_with(b"{") && is_json(line) {
        shape.container = Container::Jsonl;
        shape.remark = Some(Remark {
            severity: Severity::Advice,
            message: "this is JSON lines in a file that is named as one JSON document".to_owned(),
            help: "rename it to .jsonl, so that other programs read it as such".to_owned(),
        });
    } else if is_sequence(trimmed) && !object_end_is_last(trimmed) {
        shape.root = Root::Sequence;
    }
}

/// Whether nothing but white space follows the first object.
fn object_end_is_last(text: &[u8]) -> bool {
    is_json(text.trim_ascii())
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Finds out the delimiter, or that the file holds JSON.
fn rows(shape: &mut Shape, text: &[u8], wish: Option<u8>, sure: bool) {
    let named = if shape.container == Container::Tsv {
        b'\t'
    } else {
        b','
    };
    shape.delimiter = wish.unwrap_or(named);
    if let Some(line) = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case(b"sep="))
    {
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
        shape.skip += end;
        shape.delimiter = wish
            .or_else(|| text.get(line.len()).copied())
            .unwrap_or(named);
        shape.remark = Some(Remark {
            severity: Severity::Warning,
            message: "the first line is Excel's `sep=` line, which only Excel understands"
                .to_owned(),
            help: "remove the line; it was left out".to_owned(),
        });
        return;
    }
    if !sure && text.trim_ascii_start().starts_with(b"{") && first_line(text).is_some_and(is_json) {
        shape.container = Container::Jsonl;
        shape.remark = Some(Remark {
            severity: Severity::Warning,
            message: "this is JSON lines in a file that is named as a table".to_owned(),
            help: "rename it to .jsonl; it was read as such".to_owned(),
        });
        return;
    }
    if wish.is_some() {
        return;
    }
    let Some(best) = sniff_delimiter(text, named) else {
        return;
    };
    if best != named {
        shape.delimiter = best;
        let (best, named) = (delimiter_name(best), delimiter_name(named));
        shape.remark = Some(Remark {
            severity: Severity::Warning,
            message: format!(
                "cells are separated by {best}, where the file's name promises {named}"
            ),
            help: format!(
                "name it with `--delimiter` to say that this is meant, or export the file with {named}"
            ),
        });
    }
}

/// A delimiter's name in messages.
pub fn delimiter_name(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tabs".to_owned(),
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

/// The delimiter under which the first rows have the same number of cells, more than one. The
/// named one is kept while it gives more than one column.
fn sniff_delimiter(text: &[u8], named: u8) -> Option<u8> {
    if score(text, named)?.0 > 1 {
        return Some(named);
    }
    let others = DELIMITERS.iter().filter(|&&delimiter| delimiter != named);
    let scored = others.filter_map(|&delimiter| {
        let (columns, share) = score(text, delimiter)?;
        (columns > 1 && share >= 0.6).then_some((delimiter, share))
    });
    scored
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(delimiter, _)| delimiter)
}

/// The number of columns of the header, and the share of the first rows that have as many cells.
fn score(text: &[u8], delimiter: u8) -> Option<(usize, f64)> {
    const ROWS: usize = 20;
    let mut splitter = super::Rows::new(crate::position::Position::START, delimiter, HEAD_BYTES);
    let mut pieces = Vec::new();
    super::Splitter::split(&mut splitter, text, text.len() < HEAD_BYTES, &mut pieces);
    let columns = super::Splitter::header(&splitter)?.names.len();
    let header = Header::default();
    let mut parser = RowParser::new(delimiter);
    let (mut rows, mut fitting) = (0_u32, 0_u32);
    for piece in pieces.iter().take(ROWS) {
        let row = text
            .get(piece.from..piece.to)
            .and_then(|row| std::str::from_utf8(row).ok());
        let Some(row) = row else { continue };
        rows += 1;
        fitting += u32::from(
            parser
                .parse(row, &header)
                .is_ok_and(|row| row.len() == columns),
        );
    }
    let share = if rows == 0 {
        1.0
    } else {
        f64::from(fitting) / f64::from(rows)
    };
    Some((columns, share))
}

fn looks_like_rows(text: &[u8]) -> bool {
    DELIMITERS.iter().any(|&delimiter| {
        score(text, delimiter).is_some_and(|(columns, share)| columns > 1 && share >= 0.8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str, text: &str) -> Shape {
        sniff(name.as_ref(), text.as_bytes(), Wishes::default()).unwrap()
    }

    #[test]
    fn older_encodings_are_named_once_and_stray_bytes_are_not() {
        let said = |head: &[u8]| {
            let shape = sniff(Path::new("a.csv"), head, Wishes::default());
            shape.err().map(|not_data| not_data.what)
        };
        let western = b"text,label\nD\xe9j\xe0 vu,oui\n".repeat(4);
        assert_eq!(
            said(&western).as_deref(),
            Some("text that is probably in windows-1252, not UTF-8")
        );
        let cyrillic = b"\xcf\xf0\xe8\xe2\xe5\xf2,\xe4\xe0\n".repeat(4);
        assert_eq!(
            said(&cyrillic).as_deref(),
            Some("text in an older encoding, not UTF-8")
        );
        let with_io = b"\xe5\xb8 \xcf\xf0\xe8\xe2\xe5\xf2,\xe4\xe0\n".repeat(4);
        assert_eq!(said(&with_io), said(&cyrillic));
        assert_eq!(said(b"text,label\nD\xe9j\xe0 vu,oui\na,b\n"), None);
        let rare = [western.repeat(2), b"a,b\n".repeat(73)].concat();
        assert_eq!(said(&rare), None);
        let cut = b"it\xe2\x80,no\n".repeat(100);
        assert_eq!(said(&cut), None);
        let japanese = b"\x8d\x81\x82\xa2,a long answer in letters\n".repeat(4);
        assert_eq!(
            said(&japanese).as_deref(),
            Some("text in an older encoding, not UTF-8")
        );
        let wishes = Wishes {
            is_utf8: true,
            ..Wishes::default()
        };
        assert!(sniff(Path::new("a.csv"), &western, wishes).is_ok());
        let mixed = [western.as_slice(), "D\u{e9}j\u{e0} vu,oui\n".as_bytes()].concat();
        assert_eq!(said(&mixed), None);
    }

    #[test]
    fn names_are_trusted_where_the_content_agrees() {
        assert_eq!(shape("a.jsonl", "{\"a\":1}\n{\"a\":2}\n").remark, None);
        assert_eq!(shape("a.json", "[{\"a\":1}]").remark, None);
        assert_eq!(shape("a.json", "{\n\"a\":1}").root, Root::List);
        assert_eq!(shape("a.csv", "a,b\nc,d\n").remark, None);
    }

    #[test]
    fn other_containers_are_recognised() {
        assert_eq!(
            shape("a.jsonl", "[\n{\"a\":1}\n]").container,
            Container::Json
        );
        assert_eq!(
            shape("a.jsonl", "{\n\"a\":1\n}\n{\n\"a\":2\n}\n").root,
            Root::Sequence
        );
        assert!(shape("a.jsonl", "{\"a\":1},\n{\"a\":2}\n").strip_commas);
        assert_eq!(
            shape("a.jsonl", "text,label\na,b\n").container,
            Container::Csv
        );
        assert_eq!(
            shape("a.json", "{\"a\":1}\n{\"a\":2}\n").container,
            Container::Jsonl
        );
        assert_eq!(shape("a.csv", "a;b\nc;\"d\n,\"\n").delimiter, b';');
        assert_eq!(shape("a.csv", "sep=;\na;b\n").skip, 6);
    }

    #[test]
    fn a_broken_line_does_not_change_the_container() {
        assert_eq!(
            shape("a.jsonl", "{\"a\":\"x\ny\"}\n{\"a\":2}\n").container,
            Container::Jsonl
        );
        assert_eq!(
            shape("a.jsonl", "{'a': 1}\n{\"a\":2}\n").container,
            Container::Jsonl
        );
    }

    #[test]
    fn what_is_no_data_is_named() {
        let what = |head: &[u8]| {
            sniff("a.jsonl".as_ref(), head, Wishes::default())
                .unwrap_err()
                .what
        };
        assert!(what(b"\xff\xfe{\0}\0\n\0").contains("UTF-16LE"));
        assert!(what(b"{\0\"\0a\0\"\0:\x001\0}\0\n\0").contains("UTF-16LE"));
        assert!(what(b"\xff\xfe\0\0{\0\0\0").contains("UTF-32LE"));
        assert!(what(b"<!DOCTYPE html><html>").contains("HTML"));
        assert!(what(b"\x1f\x8b\x08\0").contains("gzip"));
    }
}

//! Detects what a file is from its first bytes: whether it is supported, its container, and how it
//! differs from what its name suggests.

use std::path::Path;

use super::batch::Splitter;
use super::container::Container;
use super::document::Root;
use super::packed::TableFault;
use super::rows::Rows;
use crate::record::json::Parser;
use crate::record::row::RowParser;
use crate::text::position::Position;

/// The number of bytes examined.
pub const HEAD_BYTES: usize = 64 * 1024;

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// How its bytes become records.
    pub container: Container,
    /// The field delimiter.
    pub delimiter: u8,
    /// The structure of a JSON document.
    pub root: Root,
    /// Whether its lines end in CR alone.
    pub cr_only: bool,
    /// Whether every line ends in a comma that does not belong to the record.
    pub strip_commas: bool,
    /// Bytes before the first record: a byte order mark, Excel's `sep=` line.
    pub skip: usize,
    /// How it differs from what its name suggests.
    pub discrepancy: Option<Discrepancy>,
}

impl Shape {
    /// The shape of the rows of a binary table.
    pub fn of_table(container: Container) -> Self {
        Self {
            container,
            delimiter: b',',
            root: Root::List,
            cr_only: false,
            strip_commas: false,
            skip: 0,
            discrepancy: None,
        }
    }
}

/// How a file differs from what its name suggests; it is read nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discrepancy {
    /// Each line of JSON Lines ends in a comma.
    CommaAfterLines,
    /// JSON Lines whose objects are spread over several lines.
    ObjectsOverLines,
    /// CSV, named as JSON Lines.
    TableNamedLines,
    /// One JSON list, named as JSON Lines.
    ListNamedLines,
    /// JSON Lines, named as one JSON document.
    LinesNamedDocument,
    /// JSON Lines, named as a table.
    LinesNamedTable,
    /// The first line is Excel's `sep=` line.
    SepLine,
    /// Fields are separated by another delimiter than the name suggests.
    Delimiter {
        /// The actual delimiter.
        found: u8,
        /// The delimiter that the name suggests.
        expected: u8,
    },
}

/// A file without readable records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedFile {
    /// UTF-16 or UTF-32 text: its name, and the name for `--encoding` if that supports it.
    Unicode(&'static str, Option<&'static str>),
    /// Text that is probably windows-1252.
    Windows1252,
    /// Text in another legacy encoding.
    LegacyEncoding,
    /// A known binary format.
    Known(KnownFormat),
    /// An HTML page.
    Html,
    /// Bytes that are not text.
    Binary,
    /// A binary table that cannot be read, or an archive (`None`).
    Packed(Option<Container>, TableFault),
}

/// A binary format with a known signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownFormat {
    /// gzip
    Gzip,
    /// Zstandard
    Zstandard,
    /// A ZIP archive, or a newer Excel workbook.
    Zip,
    /// An older Excel or Word file.
    OldOffice,
    /// Parquet
    Parquet,
    /// PDF
    Pdf,
    /// An SQLite database.
    Sqlite,
    /// A PNG image.
    Png,
    /// A Git LFS pointer instead of the data.
    LfsPointer,
}

/// The user's overrides of the detected format.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormatOverrides {
    /// The container.
    pub container: Option<Container>,
    /// The field delimiter.
    pub delimiter: Option<u8>,
    /// Whether to treat the file as UTF-8 without detecting its encoding.
    pub is_utf8: bool,
}

/// Detects the format of a file from its name and its first bytes.
///
/// # Errors
/// What the file is, if it is not text that could contain records.
pub fn sniff(
    name: &Path,
    head: &[u8],
    overrides: FormatOverrides,
) -> Result<Shape, UnsupportedFile> {
    let unsupported = encoding(head)
        .or_else(|| known_format(head))
        .or_else(|| legacy_encoding(head).filter(|_| !overrides.is_utf8));
    if let Some(unsupported) = unsupported {
        return Err(unsupported);
    }
    let skip = if head.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let text = head.get(skip..).unwrap_or_default();
    let named = overrides.container.or_else(|| Container::from_path(name));
    // Text, whatever it is called.
    let named = named.filter(|container| !container.is_binary());
    let mut shape = Shape {
        container: named.unwrap_or_else(|| by_content(text)),
        delimiter: b',',
        root: Root::List,
        cr_only: memchr::memchr(b'\n', text).is_none() && memchr::memchr(b'\r', text).is_some(),
        strip_commas: false,
        skip,
        discrepancy: None,
    };
    let sure = overrides.container.is_some();
    match shape.container {
        Container::Jsonl => lines(&mut shape, text, sure),
        Container::Json => document(&mut shape, text, sure),
        Container::Csv | Container::Tsv => rows(&mut shape, text, overrides.delimiter, sure),
        Container::Parquet | Container::Arrow | Container::Xlsx => {}
    }
    Ok(shape)
}

/// U+FEFF in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Other Unicode encodings, detected by their byte order mark or by their zero bytes.
fn encoding(head: &[u8]) -> Option<UnsupportedFile> {
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
    Some(UnsupportedFile::Unicode(
        name,
        (!option.is_empty()).then_some(option),
    ))
}

/// UTF-16 without a byte order mark: nearly every second byte of plain text is zero.
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

/// Text in a legacy encoding: invalid UTF-8 in many lines, and no valid non-ASCII characters. If
/// only some records are damaged, `invalid-utf8` reports each of them and the others are read.
fn legacy_encoding(head: &[u8]) -> Option<UnsupportedFile> {
    // In a language with accents, most lines have one.
    const LINES: usize = 4;
    const SHARE: usize = 10;
    // A character cut off at the end of the head is not an error.
    let text = head.get(..head.len().saturating_sub(3))?;
    let (mut all, mut odd) = (0, 0);
    let mut seen = InvalidBytes::default();
    for line in text.split(|byte| *byte == b'\n') {
        let mut own = InvalidBytes::default();
        for chunk in line.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                return None;
            }
            own.add(chunk.valid().as_bytes(), chunk.invalid());
        }
        all += usize::from(!line.trim_ascii().is_empty());
        // A line with only truncated sequences is damaged UTF-8.
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
    Some(match seen.is_western() {
        true => UnsupportedFile::Windows1252,
        false => UnsupportedFile::LegacyEncoding,
    })
}

/// Invalid UTF-8 bytes, and the letters around them.
#[derive(Default)]
struct InvalidBytes {
    bytes: usize,
    letters: usize,
    /// Bytes that are undefined in windows-1252.
    undefined: usize,
    /// Whether one of them is not even the start of a UTF-8 sequence.
    has_lone: bool,
}

impl InvalidBytes {
    fn add(&mut self, valid: &[u8], invalid: &[u8]) {
        const UNDEFINED: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
        let letters = valid.iter().filter(|byte| byte.is_ascii_alphabetic());
        let undefined = invalid.iter().filter(|byte| UNDEFINED.contains(byte));
        self.letters += letters.count();
        self.bytes += invalid.len();
        self.undefined += undefined.count();
        self.has_lone |= invalid.len() == 1;
    }

    /// In Western European languages most letters are ASCII.
    fn is_western(&self) -> bool {
        self.undefined == 0 && self.bytes * 3 < self.letters
    }
}

/// Files that are not training data, detected by their signatures.
fn known_format(head: &[u8]) -> Option<UnsupportedFile> {
    use KnownFormat as F;
    let magic: [(&[u8], F); 9] = [
        (b"\x1f\x8b", F::Gzip),
        (b"\x28\xb5\x2f\xfd", F::Zstandard),
        (b"PK\x03\x04", F::Zip),
        (b"\xd0\xcf\x11\xe0", F::OldOffice),
        (b"PAR1", F::Parquet),
        (b"%PDF", F::Pdf),
        (b"SQLite format 3", F::Sqlite),
        (b"\x89PNG", F::Png),
        (b"version https://git-lfs.github.com/spec/v1", F::LfsPointer),
    ];
    let found = magic.iter().find(|(magic, _)| head.starts_with(magic));
    if let Some((_, format)) = found {
        return Some(UnsupportedFile::Known(*format));
    }
    let start = head
        .trim_ascii_start()
        .get(..15)
        .unwrap_or(head.trim_ascii_start())
        .to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return Some(UnsupportedFile::Html);
    }
    let controls = |bytes: &[u8]| {
        bytes
            .iter()
            .filter(|&&byte| byte < 9 || (14..32).contains(&byte))
            .count()
    };
    // Zeros at the end are a damaged tail after good text, which is reported at its position. A line end
    // may follow them, which a fix adds.
    let text_end = head
        .iter()
        .rposition(|byte| !matches!(byte, 0 | b'\n' | b'\r'))
        .map_or(0, |at| at + 1);
    let sample = head.get(..text_end.min(1024)).unwrap_or_default();
    (sample.len() >= 16 && controls(sample) * 10 > sample.len()).then_some(UnsupportedFile::Binary)
}

fn by_content(text: &[u8]) -> Container {
    match text.trim_ascii_start().first() {
        Some(b'[') if has_lists_in_lines(text) => Container::Jsonl,
        Some(b'[') => Container::Json,
        Some(b'{') if first_line(text).is_some_and(is_json) => Container::Jsonl,
        Some(b'{') => Container::Json,
        _ => Container::Csv,
    }
}

/// The first nonblank line, if the head contains all of it.
fn first_line(text: &[u8]) -> Option<&[u8]> {
    let complete = text.len() < HEAD_BYTES;
    let mut lines = text.split_inclusive(|&byte| byte == b'\n' || byte == b'\r');
    let line = lines.find(|line| !line.trim_ascii().is_empty())?;
    (complete || line.ends_with(b"\n") || line.ends_with(b"\r")).then(|| line.trim_ascii())
}

fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Parser::new().parse(text).is_ok())
}

/// Detects other containers in a `.jsonl` file.
fn lines(shape: &mut Shape, text: &[u8], sure: bool) {
    let trimmed = text.trim_ascii_start();
    let Some(line) = first_line(text) else {
        // One line longer than the head: only a list can be assumed.
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
        shape.discrepancy = Some(Discrepancy::CommaAfterLines);
        return;
    }
    let alone = text.trim_ascii_end().len() <= line.len() + (text.len() - trimmed.len());
    if !sure && alone && is_object_list(line) && !is_conversation(line) {
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
            shape.discrepancy = Some(Discrepancy::ObjectsOverLines);
        }
        Some(b'{' | b'"') | None => {}
        Some(_) if looks_like_rows(text) => {
            shape.container = Container::Csv;
            rows(shape, text, None, false);
            shape.discrepancy = Some(Discrepancy::TableNamedLines);
        }
        Some(_) => {}
    }
}

fn is_object_list(text: &[u8]) -> bool {
    text.strip_prefix(b"[")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"))
}

/// Whether the text is a list of messages, which is one record rather than a list of records.
fn is_conversation(text: &[u8]) -> bool {
    let mut parser = Parser::new();
    let text = std::str::from_utf8(text).unwrap_or_default();
    let json = parser.parse(text).ok();
    let first = json.and_then(|json| json.root().items().next());
    let has =
        |names: [&str; 2]| first.is_some_and(|of| names.iter().all(|name| of.get(name).is_some()));
    has(["role", "content"]) || has(["from", "value"])
}

/// Whether there are several lines, the first of which is a list of messages.
fn has_lists_in_lines(text: &[u8]) -> bool {
    let Some(line) = first_line(text).filter(|line| is_conversation(line)) else {
        return false;
    };
    let start = text.len() - text.trim_ascii_start().len();
    let rest = text.get(start + line.len()..).unwrap_or_default();
    rest.trim_ascii_start().starts_with(b"[")
}

fn list_in_lines(shape: &mut Shape) {
    shape.container = Container::Json;
    shape.discrepancy = Some(Discrepancy::ListNamedLines);
}

/// Whether the text starts with a complete object over several lines.
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

/// Detects JSON lines in a `.json` file.
fn document(shape: &mut Shape, text: &[u8], sure: bool) {
    let trimmed = text.trim_ascii_start();
    if !sure && has_lists_in_lines(text) {
        shape.container = Container::Jsonl;
        shape.discrepancy = Some(Discrepancy::LinesNamedDocument);
        return;
    }
    if sure || !trimmed.starts_with(b"{") {
        return;
    }
    let Some(line) = first_line(text) else { return };
    let end = text.len() - trimmed.len() + line.len();
    let more = text.get(end..).unwrap_or_default().trim_ascii_start();
    if more.starts_with(b"{") && is_json(line) {
        shape.container = Container::Jsonl;
        shape.discrepancy = Some(Discrepancy::LinesNamedDocument);
    } else if is_sequence(trimmed) && !object_end_is_last(trimmed) {
        shape.root = Root::Sequence;
    }
}

/// Whether only whitespace follows the first object.
fn object_end_is_last(text: &[u8]) -> bool {
    is_json(text.trim_ascii())
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Detects the delimiter, or that the file contains JSON.
fn rows(shape: &mut Shape, text: &[u8], requested: Option<u8>, sure: bool) {
    let named = if shape.container == Container::Tsv {
        b'\t'
    } else {
        b','
    };
    shape.delimiter = requested.unwrap_or(named);
    if let Some(line) = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case(b"sep="))
    {
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
        shape.skip += end;
        shape.delimiter = requested
            .or_else(|| text.get(line.len()).copied())
            .unwrap_or(named);
        shape.discrepancy = Some(Discrepancy::SepLine);
        return;
    }
    if !sure && text.trim_ascii_start().starts_with(b"{") && first_line(text).is_some_and(is_json) {
        shape.container = Container::Jsonl;
        shape.discrepancy = Some(Discrepancy::LinesNamedTable);
        return;
    }
    if requested.is_some() {
        return;
    }
    let Some(best) = sniff_delimiter(text, named) else {
        return;
    };
    if best != named {
        shape.delimiter = best;
        shape.discrepancy = Some(Discrepancy::Delimiter {
            found: best,
            expected: named,
        });
    }
}

/// The name of a delimiter in messages.
pub fn delimiter_name(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tabs".to_owned(),
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        other => format!("`{}`", char::from(other)),
    }
}

/// The delimiter with which the rows of the head have the same number of fields, more than one. `named`
/// is kept if it gives more than one column, unless its rows are ragged and those of another are not:
/// prose has commas between semicolons.
fn sniff_delimiter(text: &[u8], named: u8) -> Option<u8> {
    /// Maximum share of fitting rows that are ragged, and the minimum share of those that are regular.
    const RAGGED: f64 = 0.8;
    const REGULAR: f64 = 0.95;
    /// Fewer rows may agree by coincidence.
    const ENOUGH: u32 = 4;
    let own = score(text, named)?;
    let is_kept = own.columns > 1;
    if is_kept && own.share() >= RAGGED {
        return Some(named);
    }
    let others = DELIMITERS.iter().filter(|&&delimiter| delimiter != named);
    let scored = others.filter_map(|&delimiter| {
        let score = score(text, delimiter)?;
        let fits = match is_kept {
            true => score.rows >= ENOUGH && score.share() >= REGULAR,
            false => score.share() >= 0.6,
        };
        (score.columns > 1 && fits).then_some((delimiter, score.share()))
    });
    let best = scored.max_by(|a, b| a.1.total_cmp(&b.1));
    best.map(|(delimiter, _)| delimiter)
        .or(is_kept.then_some(named))
}

/// How well a delimiter fits the rows of a head.
struct Score {
    /// The number of columns of the header.
    columns: usize,
    /// The number of rows after it.
    rows: u32,
    /// The number of those that have as many fields.
    fitting: u32,
}

impl Score {
    /// The share of fitting rows: all of them where there are none.
    fn share(&self) -> f64 {
        match self.rows {
            0 => 1.0,
            rows => f64::from(self.fitting) / f64::from(rows),
        }
    }
}

/// How well `delimiter` fits the rows of the head.
fn score(text: &[u8], delimiter: u8) -> Option<Score> {
    let mut splitter = Rows::new(Position::START, delimiter, HEAD_BYTES);
    let mut pieces = Vec::new();
    Splitter::split(&mut splitter, text, text.len() < HEAD_BYTES, &mut pieces);
    let header = Splitter::header(&splitter)?;
    let columns = header.names.len();
    let mut parser = RowParser::new(delimiter);
    let (mut rows, mut fitting) = (0_u32, 0_u32);
    for piece in &pieces {
        let row = text
            .get(piece.from..piece.to)
            .and_then(|row| std::str::from_utf8(row).ok());
        let Some(row) = row else { continue };
        rows += 1;
        // A quote in the wrong place does not change where the fields are.
        let fields = parser.parse(row, header).map_or_else(
            |_| row.split(char::from(delimiter)).count(),
            |row| row.len(),
        );
        fitting += u32::from(fields == columns);
    }
    Some(Score {
        columns,
        rows,
        fitting,
    })
}

fn looks_like_rows(text: &[u8]) -> bool {
    DELIMITERS.iter().any(|&delimiter| {
        score(text, delimiter).is_some_and(|score| score.columns > 1 && score.share() >= 0.8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str, text: &str) -> Shape {
        sniff(name.as_ref(), text.as_bytes(), FormatOverrides::default()).unwrap()
    }

    #[test]
    fn legacy_encodings_are_detected_and_stray_bytes_are_not() {
        let found = |head: &[u8]| {
            let shape = sniff(Path::new("a.csv"), head, FormatOverrides::default());
            shape.err()
        };
        let western = b"text,label\nD\xe9j\xe0 vu,oui\n".repeat(4);
        assert_eq!(found(&western), Some(UnsupportedFile::Windows1252));
        let cyrillic = b"\xcf\xf0\xe8\xe2\xe5\xf2,\xe4\xe0\n".repeat(4);
        assert_eq!(found(&cyrillic), Some(UnsupportedFile::LegacyEncoding));
        let with_io = b"\xe5\xb8 \xcf\xf0\xe8\xe2\xe5\xf2,\xe4\xe0\n".repeat(4);
        assert_eq!(found(&with_io), found(&cyrillic));
        assert_eq!(found(b"text,label\nD\xe9j\xe0 vu,oui\na,b\n"), None);
        let rare = [western.repeat(2), b"a,b\n".repeat(73)].concat();
        assert_eq!(found(&rare), None);
        let cut = b"it\xe2\x80,no\n".repeat(100);
        assert_eq!(found(&cut), None);
        let japanese = b"\x8d\x81\x82\xa2,a long answer in letters\n".repeat(4);
        assert_eq!(found(&japanese), Some(UnsupportedFile::LegacyEncoding));
        let overrides = FormatOverrides {
            is_utf8: true,
            ..FormatOverrides::default()
        };
        assert!(sniff(Path::new("a.csv"), &western, overrides).is_ok());
        let mixed = [western.as_slice(), "D\u{e9}j\u{e0} vu,oui\n".as_bytes()].concat();
        assert_eq!(found(&mixed), None);
    }

    #[test]
    fn zeros_after_the_text_are_a_damaged_tail() {
        let found = |text: &[u8]| sniff(Path::new("a.csv"), text, FormatOverrides::default()).err();
        let tail = [b"text,label\na,b\n".as_slice(), &[0; 70]].concat();
        assert_eq!(found(&tail), None);
        // A fix ends the last line.
        assert_eq!(found(&[&tail, b"\n".as_slice()].concat()), None);
        let between = [&tail, b"\nc,d\n".as_slice()].concat();
        assert_eq!(found(&between), Some(UnsupportedFile::Binary));
    }

    #[test]
    fn the_name_decides_if_the_content_agrees() {
        assert_eq!(shape("a.jsonl", "{\"a\":1}\n{\"a\":2}\n").discrepancy, None);
        assert_eq!(shape("a.json", "[{\"a\":1}]").discrepancy, None);
        assert_eq!(shape("a.json", "{\n\"a\":1}").root, Root::List);
        assert_eq!(shape("a.csv", "a,b\nc,d\n").discrepancy, None);
    }

    #[test]
    fn one_line_with_a_conversation_is_one_record() {
        let of = |line: &str| shape("a.jsonl", line).container;
        assert_eq!(of("[{\"a\":1}]\n"), Container::Json);
        assert_eq!(of("[{\"role\":\"user\"}]\n"), Container::Json);
        let messages = "[{\"role\":\"user\",\"content\":\"a\"}]\n";
        assert_eq!(of(messages), Container::Jsonl);
        let turns = "[{\"from\":\"human\",\"value\":\"a\"}]\n";
        assert_eq!(of(turns), Container::Jsonl);
        assert_eq!(shape("a.json", messages).container, Container::Json);
        assert_eq!(shape("a", messages).container, Container::Json);
        for name in ["a.json", "a"] {
            let lines = shape(name, &messages.repeat(2));
            assert_eq!(lines.container, Container::Jsonl);
        }
    }

    #[test]
    fn other_containers_are_detected() {
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
    fn a_delimiter_with_equal_rows_wins_over_one_with_ragged_rows() {
        let prose =
            "group;question\nA;Is it so, or not?\nB;\"No, it; is, not\"\nC;Why\nD;Well, a, b\n";
        assert_eq!(shape("a.csv", prose).delimiter, b';');
        let first = "A, a;Is it so?\nB;No, it, is not\nC;Why, so\nD;Well\nE;a \"b\", c\n";
        assert_eq!(shape("a.csv", first).delimiter, b';');
        // Four rows at least, and nearly all of them.
        let short = "A, a;Is it so?\nB;No, it, is not\nC;Why, so\nD;Well\n";
        assert_eq!(shape("a.csv", short).delimiter, b',');
        let ragged = "a, b;c\nd;e, f, g\nh;i\nj;k\nl\n";
        assert_eq!(shape("a.csv", ragged).delimiter, b',');
        // A few damaged rows do not change the delimiter of the rest.
        let damaged = format!("a,b;\n{}c,d,e;\n", "c,d;\n".repeat(5));
        assert_eq!(shape("a.csv", &damaged).delimiter, b',');
    }

    #[test]
    fn a_malformed_line_does_not_change_the_container() {
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
    fn unsupported_files_are_identified() {
        let found =
            |head: &[u8]| sniff("a.jsonl".as_ref(), head, FormatOverrides::default()).unwrap_err();
        let utf16 = UnsupportedFile::Unicode("UTF-16LE", Some("utf-16le"));
        assert_eq!(found(b"\xff\xfe{\0}\0\n\0"), utf16);
        assert_eq!(found(b"{\0\"\0a\0\"\0:\x001\0}\0\n\0"), utf16);
        let utf32 = UnsupportedFile::Unicode("UTF-32LE", None);
        assert_eq!(found(b"\xff\xfe\0\0{\0\0\0"), utf32);
        assert_eq!(found(b"<!DOCTYPE html><html>"), UnsupportedFile::Html);
        let gzip = UnsupportedFile::Known(KnownFormat::Gzip);
        assert_eq!(found(b"\x1f\x8b\x08\0"), gzip);
    }
}

//! Splits one JSON document into the objects of its list, without loading all of it.
//!
//! Only the structure is followed here (strings, brackets, the keys on the way to the list); each
//! element is parsed strictly later, like a line of JSON lines. A raw line break inside a string,
//! or an unmatched closing bracket, shows that an element is malformed: it is cut there, and
//! reading resumes at the next element.

use super::batch::{Cursor, Piece, PieceKind, Splitter, too_large};
use super::facts::Facts;
use crate::record::fault::{Fault, FaultKind, Malformed};
use crate::text::position::{Position, Span};

/// Keys under which a document may have its list of examples.
pub const LIST_KEYS: [&str; 9] = [
    "examples",
    "data",
    "rows",
    "records",
    "instances",
    "items",
    "train",
    "training_data",
    "trainingData",
];

/// The maximum number of unclosed elements after which reading resumes; the next one ends it.
const MAX_RECOVERIES: u32 = 16;

/// The maximum number of bytes kept of the text around the list.
const MAX_ENVELOPE: usize = 1024 * 1024;

/// The structure around the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// A list, or an object that holds one.
    List,
    /// Concatenated objects, with whitespace between them.
    Sequence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the list.
    Before,
    /// Between the elements of the list.
    Within,
    /// After the list.
    After,
    /// Inside an element that is too large.
    Skipping { start: Position, gone: u64 },
}

/// Splits a JSON document.
pub struct Document {
    cursor: Cursor,
    facts: Facts,
    root: Root,
    state: State,
    max_record: usize,
    /// The text around the list, with the position of its first byte.
    envelope: Vec<u8>,
    envelope_start: Position,
    /// The offset in `envelope` at which the list was removed, and the source position after it.
    hole: Option<(usize, Position)>,
    path: KeyPath,
    element: Element,
    recoveries: u32,
    /// Whether an element has ended without a comma after it so far.
    want_comma: bool,
    /// The last comma, until an element follows it.
    comma: Option<Position>,
}

/// Finds the end of an element that arrives in pieces of any size.
#[derive(Debug, Clone, Default)]
struct Element {
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
    started: bool,
}

/// Where an element ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Before this byte.
    At(usize),
    /// The element is malformed at this byte.
    Broken(usize),
    /// Not in this data.
    Beyond,
}

impl Element {
    fn follow(&mut self, data: &[u8]) -> End {
        let mut at = 0;
        while let Some(&byte) = data.get(at) {
            if self.in_string {
                let Some(found) = self.string_end(data, at) else {
                    return End::Beyond;
                };
                if let Err(broken) = found {
                    return End::Broken(broken);
                }
                at = found.unwrap_or(at) + 1;
                if self.open.is_empty() {
                    return End::At(at);
                }
                continue;
            }
            match byte {
                b'"' => (self.in_string, self.started) = (true, true),
                b'{' | b'[' => {
                    self.started = true;
                    self.open.push(byte);
                }
                b'}' | b']' => match self.open.pop() {
                    None => return End::At(at),
                    Some(open) if (open == b'{') != (byte == b'}') => return End::Broken(at),
                    Some(_) if self.open.is_empty() => return End::At(at + 1),
                    Some(_) => {}
                },
                b',' | b'\n' if self.open.is_empty() => return End::At(at),
                _ => self.started = true,
            }
            at += 1;
        }
        End::Beyond
    }

    /// The closing quote of the open string, or the raw line break that makes it malformed.
    fn string_end(&mut self, data: &[u8], from: usize) -> Option<Result<usize, usize>> {
        let mut at = from;
        if self.escaped {
            self.escaped = false;
            at += 1;
        }
        loop {
            let rest = data.get(at..).unwrap_or_default();
            let found = at + memchr::memchr3(b'"', b'\\', b'\n', rest)?;
            match data.get(found) {
                Some(b'"') => {
                    self.in_string = false;
                    return Some(Ok(found));
                }
                Some(b'\n') => return Some(Err(found)),
                _ if found + 1 >= data.len() => {
                    self.escaped = true;
                    return None;
                }
                _ => at = found + 2,
            }
        }
    }
}

/// Tracks the keys on the way to the list.
#[derive(Debug, Default)]
struct KeyPath {
    open: Vec<u8>,
    /// The key of each open object.
    keys: Vec<Vec<u8>>,
    string: Option<Vec<u8>>,
    escaped: bool,
    /// A list with the right name has just opened.
    candidate: bool,
    ended: bool,
}

impl KeyPath {
    /// Processes one byte. Returns true at the start of the list of records: this byte starts its
    /// first element, or closes it.
    fn takes(&mut self, byte: u8) -> bool {
        if let Some(string) = &mut self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    let key = self.string.take().unwrap_or_default();
                    if let Some(last) = self.keys.last_mut()
                        && self.open.last() == Some(&b'{')
                    {
                        *last = key;
                    }
                }
                _ if string.len() < 64 => string.push(byte),
                _ => {}
            }
            return false;
        }
        if byte.is_ascii_whitespace() {
            return false;
        }
        // Only the document itself can be a list of lists.
        let is_first = |byte| matches!(byte, b'{' | b']') || byte == b'[' && self.open == [b'['];
        if std::mem::take(&mut self.candidate) && is_first(byte) {
            return true;
        }
        match byte {
            b'"' => self.string = Some(Vec::new()),
            b'{' => {
                self.open.push(byte);
                self.keys.push(Vec::new());
            }
            b'[' => {
                self.candidate = self.names_list();
                self.open.push(byte);
            }
            b'}' | b']' => {
                if self.open.pop() == Some(b'{') {
                    self.keys.pop();
                }
                self.ended = self.open.is_empty();
            }
            _ => {}
        }
        false
    }

    /// Whether a list that opens here contains the records.
    fn names_list(&self) -> bool {
        let in_objects = self.open.iter().all(|&open| open == b'{');
        let key = self.keys.last().map(Vec::as_slice);
        in_objects && key.is_none_or(|key| LIST_KEYS.iter().any(|name| name.as_bytes() == key))
    }
}

impl Document {
    /// A splitter for a document whose first byte is at `start`.
    pub fn new(start: Position, root: Root, max_record: usize) -> Self {
        Self {
            cursor: Cursor::new(start),
            facts: Facts {
                byte_order_mark: start.offset > 0,
                ..Facts::default()
            },
            root,
            state: if root == Root::List {
                State::Before
            } else {
                State::Within
            },
            max_record,
            envelope: Vec::new(),
            envelope_start: start,
            hole: None,
            path: KeyPath::default(),
            element: Element::default(),
            recoveries: 0,
            want_comma: false,
            comma: None,
        }
    }

    fn advance(&mut self, bytes: &[u8]) {
        self.cursor.at = self.cursor.at.advance(bytes, false);
    }

    /// Advances to the first element.
    fn before(&mut self, data: &[u8]) -> usize {
        let list = data.iter().position(|&byte| self.path.takes(byte));
        let taken = list.unwrap_or(data.len());
        let bytes = data.get(..taken).unwrap_or_default();
        self.keep_envelope(bytes);
        self.advance(bytes);
        if list.is_some() {
            self.facts.wrapped = self.path.open.contains(&b'{');
            self.state = State::Within;
            self.hole = Some((self.envelope.len(), self.cursor.at));
        }
        taken
    }

    fn keep_envelope(&mut self, bytes: &[u8]) {
        let room = (MAX_ENVELOPE + 1).saturating_sub(self.envelope.len());
        self.envelope
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// Processes one element, or a separator. `None`: more data is needed.
    fn within(
        &mut self,
        data: &[u8],
        from: usize,
        last: bool,
        pieces: &mut Vec<Piece>,
    ) -> Option<usize> {
        match data.first() {
            Some(byte) if byte.is_ascii_whitespace() => {
                let len = data
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
                self.advance(data.get(..len)?);
                Some(len)
            }
            Some(b',') => {
                if !self.want_comma || self.root == Root::Sequence {
                    self.misplaced(from, 1, Malformed::ExtraComma, pieces);
                }
                (self.want_comma, self.comma) = (false, Some(self.cursor.at));
                self.advance(b",");
                Some(1)
            }
            Some(b']') if self.root == Root::List => {
                let here = self.cursor.at;
                if let Some(comma) = self.comma {
                    self.cursor.at = comma;
                    self.misplaced(from, 0, Malformed::TrailingCommaInList, pieces);
                    self.cursor.at = here;
                }
                self.state = State::After;
                self.hole = self.hole.map(|(hole, _)| (hole, here));
                Some(0)
            }
            _ => self.element(data, from, last, pieces),
        }
    }

    /// Reports a misplaced character between two elements.
    fn misplaced(&mut self, from: usize, len: usize, how: Malformed, pieces: &mut Vec<Piece>) {
        let fault = Fault::malformed(how, Span::new(0, len));
        let mut piece = self.cursor.piece(
            from,
            from + len,
            self.cursor.at,
            PieceKind::Fault(Box::new(fault)),
        );
        // It is not a record; the next element gets its number.
        self.cursor.records -= 1;
        piece.ordinal = self.cursor.records.max(1);
        pieces.push(piece);
    }

    fn element(
        &mut self,
        data: &[u8],
        from: usize,
        last: bool,
        pieces: &mut Vec<Piece>,
    ) -> Option<usize> {
        let mut element = Element::default();
        let (len, next, broken) = match element.follow(data) {
            End::At(len) => (len, len, false),
            End::Broken(at) => self
                .resume(data, at, last)
                .map(|(len, next)| (len, next, true))?,
            End::Beyond if !last => return None,
            // Each such element is followed to the end of the file, so their number is limited.
            End::Beyond if self.recoveries < MAX_RECOVERIES => {
                self.recoveries += 1;
                self.resume(data, 0, last)
                    .map(|(len, next)| (len, next, true))?
            }
            End::Beyond => {
                self.facts.unread += data.len() as u64;
                (data.len(), data.len(), true)
            }
        };
        if len == 0 {
            self.misplaced(from, 1, Malformed::StrayBracket, pieces);
            self.advance(data.get(..1)?);
            return Some(1);
        }
        if self.want_comma && self.root == Root::List {
            self.misplaced(from, 0, Malformed::MissingComma, pieces);
        }
        let bytes = data.get(..len)?.trim_ascii_end();
        let kind = match len > self.max_record {
            true => too_large(len as u64, self.max_record),
            false => PieceKind::Record,
        };
        pieces.push(
            self.cursor
                .piece(from, from + bytes.len(), self.cursor.at, kind),
        );
        (self.want_comma, self.comma) = (!broken, None);
        self.cursor.recovered |= broken;
        self.advance(data.get(..next)?);
        Some(next)
    }

    /// Where the malformed element at the start of `data` ends, and where reading resumes.
    fn resume(&mut self, data: &[u8], broken: usize, last: bool) -> Option<(usize, usize)> {
        let mut at = broken.max(1);
        while let Some(found) = memchr::memchr(b'{', data.get(at..)?).map(|found| at + found) {
            let before = data.get(..found)?;
            let spaces = before.len() - before.trim_ascii_end().len();
            let line_start = before.get(before.len() - spaces..)?.contains(&b'\n');
            let trimmed = before.trim_ascii_end();
            let after_element = trimmed.strip_suffix(b",").map(<[u8]>::trim_ascii_end);
            let after_element = after_element.is_some_and(|rest| rest.ends_with(b"}"));
            if line_start && !trimmed.ends_with(b":") && !trimmed.ends_with(b"[") || after_element {
                let end = trimmed
                    .strip_suffix(b",")
                    .unwrap_or(trimmed)
                    .trim_ascii_end()
                    .len();
                return Some((end.max(1), found));
            }
            at = found + 1;
        }
        last.then(|| {
            self.facts.unread += data.len() as u64;
            (data.len(), data.len())
        })
    }

    fn continue_skip(
        &mut self,
        data: &[u8],
        last: bool,
        start: Position,
        gone: u64,
        pieces: &mut Vec<Piece>,
    ) -> usize {
        let end = match self.element.follow(data) {
            End::At(at) | End::Broken(at) => Some(at),
            End::Beyond => last.then_some(data.len()),
        };
        let taken = end.unwrap_or(data.len());
        self.advance(data.get(..taken).unwrap_or_default());
        let gone = gone + taken as u64;
        self.state = State::Skipping { start, gone };
        if end.is_some() {
            self.state = State::Within;
            self.want_comma = true;
            pieces.push(
                self.cursor
                    .piece(0, 0, start, too_large(gone, self.max_record)),
            );
        }
        taken
    }

    /// Reports errors in the text around the list, and a document without a list.
    fn finish(&mut self, at: usize, pieces: &mut Vec<Piece>) {
        if self.root == Root::Sequence {
            return;
        }
        let Some((hole, after)) = self.hole else {
            self.facts.no_list = self.envelope.len() > MAX_ENVELOPE;
            if !self.facts.no_list && !self.envelope.trim_ascii().is_empty() {
                pieces.push(
                    self.cursor
                        .piece(0, at, self.envelope_start, PieceKind::Record),
                );
            }
            return;
        };
        let Ok(envelope) = std::str::from_utf8(&self.envelope) else {
            return;
        };
        if self.cursor.recovered || envelope.len() > MAX_ENVELOPE {
            return;
        }
        let Err(mut fault) = crate::record::json::Parser::new().parse(envelope) else {
            return;
        };
        let is_after_list = fault.span.start >= hole;
        let (base, skip) = if is_after_list {
            (after, hole)
        } else {
            (self.envelope_start, 0)
        };
        let between = envelope
            .as_bytes()
            .get(skip..fault.span.start)
            .unwrap_or_default();
        let cut_off = self.state == State::Within;
        if cut_off {
            fault.kind = FaultKind::Malformed(Malformed::ListNotClosed);
        }
        fault.span = Span::at(0);
        pieces.push(Piece {
            from: at,
            to: at,
            start: if cut_off {
                self.cursor.at
            } else {
                base.advance(between, false)
            },
            ordinal: self.cursor.records.max(1),
            recovered: false,
            kind: PieceKind::Fault(Box::new(fault)),
        });
    }

    /// Whether the document may still be a single record, which must stay whole.
    fn may_be_a_record(&self, data: &[u8]) -> bool {
        let mut probe = KeyPath::default();
        self.state == State::Before
            && self.envelope.is_empty()
            && data.len() <= MAX_ENVELOPE.min(self.max_record)
            && !data.iter().any(|&byte| probe.takes(byte))
    }
}

impl Splitter for Document {
    fn split(&mut self, data: &[u8], last: bool, pieces: &mut Vec<Piece>) -> usize {
        if !last && self.may_be_a_record(data) {
            return 0;
        }
        let mut at = 0;
        while at < data.len() {
            let rest = data.get(at..).unwrap_or_default();
            at += match self.state {
                State::Before => self.before(rest),
                State::Within => match self.within(rest, at, last, pieces) {
                    Some(taken) => taken,
                    None => break,
                },
                State::After => {
                    self.keep_envelope(rest);
                    self.advance(rest);
                    rest.len()
                }
                State::Skipping { start, gone } => {
                    self.continue_skip(rest, last, start, gone, pieces)
                }
            };
        }
        if last {
            self.finish(at, pieces);
        }
        self.facts.records = self.cursor.records;
        at
    }

    fn skip_record(&mut self, data: &[u8]) {
        self.element = Element::default();
        self.element.follow(data);
        self.state = State::Skipping {
            start: self.cursor.at,
            gone: data.len() as u64,
        };
        self.advance(data);
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, root: Root) -> Vec<(String, Option<String>)> {
        let mut document = Document::new(Position::START, root, 1 << 20);
        let mut pieces = Vec::new();
        assert_eq!(
            document.split(text.as_bytes(), true, &mut pieces),
            text.len()
        );
        let cut = |piece: &Piece| {
            let fault = match &piece.kind {
                PieceKind::Fault(fault) => {
                    let FaultKind::Malformed(how) = fault.kind else {
                        panic!("{fault:?}");
                    };
                    let at = piece.start;
                    Some(format!("{}:{} {how:?}", at.line, at.column))
                }
                PieceKind::Record => None,
            };
            (text.get(piece.from..piece.to).unwrap().to_owned(), fault)
        };
        pieces.iter().map(cut).collect()
    }

    fn records(text: &str) -> Vec<String> {
        split(text, Root::List)
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    #[test]
    fn top_level_and_nested_lists_are_found() {
        assert_eq!(
            records(r#"[{"a":"]"}, {"b":[1]}]"#),
            [r#"{"a":"]"}"#, r#"{"b":[1]}"#]
        );
        assert_eq!(
            records(r#"{"n":[1],"examples":{"examples":[{"a":1}]},"z":{"k":"v"}}"#),
            [r#"{"a":1}"#]
        );
        assert_eq!(records("[]"), [""; 0]);
    }

    #[test]
    fn a_document_can_be_a_list_of_lists() {
        let lists = r#"[ [{"a":1},{"b":2}] , [{"c":3}] ]"#;
        assert_eq!(records(lists), [r#"[{"a":1},{"b":2}]"#, r#"[{"c":3}]"#]);
        assert_eq!(records(r#"{"n":[[1]],"data":[{"a":1}]}"#), [r#"{"a":1}"#]);
    }

    #[test]
    fn a_document_without_a_list_is_a_record() {
        assert_eq!(
            records(r#"{"conversations":[{"from":"human"}]}"#),
            [r#"{"conversations":[{"from":"human"}]}"#]
        );
    }

    #[test]
    fn misplaced_commas_are_reported() {
        let faults = |text| {
            split(text, Root::List)
                .into_iter()
                .filter_map(|(_, fault)| fault)
                .collect::<Vec<_>>()
        };
        assert_eq!(faults("[{},{}]"), [""; 0]);
        assert_eq!(faults("[{} {}]"), ["1:5 MissingComma"]);
        assert_eq!(faults("[{},]"), ["1:4 TrailingCommaInList"]);
        assert_eq!(faults("[{},,{}]"), ["1:5 ExtraComma"]);
        assert_eq!(faults("[{}"), ["1:4 ListNotClosed"]);
        assert_eq!(faults("[{}] x"), ["1:6 TrailingText"]);
    }

    #[test]
    fn reading_resumes_after_a_malformed_element() {
        let text = "[\n{\"a\":\"x},\n{\"a\":1},\n{\"a\":2}\n]".replace("\\n", "\n");
        assert_eq!(records(&text), ["{\"a\":\"x}", "{\"a\":1}", "{\"a\":2}"]);
    }

    #[test]
    fn concatenated_objects_are_split() {
        let pieces = split("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", Root::Sequence);
        assert_eq!(pieces.len(), 2);
    }
}

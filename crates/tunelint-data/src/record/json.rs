//! JSON records: parsed strictly into a flat list of nodes with exact spans.
//!
//! `jiter` implements the grammar: iterative and strict, with a position for every error. This
//! module keeps what `jiter` reads: strings without escapes are borrowed from the record, numbers
//! stay as their bytes, and every value knows its span, so that a conversion can copy it.

mod diagnose;
mod value;

use jiter::{Jiter, JiterError, Peek};

use crate::record::fault::Fault;
pub use crate::record::kind::Kind;
use crate::text::position::Span;
pub use value::{Entry, Json, LastItem, Value};

/// The maximum nesting depth of objects and arrays (the limit of `serde_json`).
pub const MAX_DEPTH: usize = 128;

/// A node of a parsed record; children follow their parent, `next` skips them.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// The raw value in the record.
    start: u32,
    end: u32,
    /// The index of the node after this one and all its children.
    next: u32,
    /// Where the decoded text starts in the arena; `BORROWED` if the raw text is the text.
    decoded: u32,
    decoded_len: u32,
}

const BORROWED: u32 = u32::MAX;

/// Parses records one after the other; reuse it, since its buffers are kept.
#[derive(Debug, Default)]
pub struct Parser {
    nodes: Vec<Node>,
    arena: String,
    tape: Vec<u8>,
    /// Open containers: the index of each one's node.
    open: Vec<usize>,
}

impl Parser {
    /// A parser with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses `text`: one JSON value, optionally surrounded by whitespace.
    ///
    /// # Errors
    /// A [`Fault`] with the cause and the span.
    pub fn parse<'p>(&'p mut self, text: &'p str) -> Result<Json<'p>, Fault> {
        self.nodes.clear();
        self.arena.clear();
        self.open.clear();
        let mut jiter = Jiter::with_tape(text.as_bytes(), std::mem::take(&mut self.tape));
        let outcome = self.walk(&mut jiter, text);
        self.tape = jiter.into_tape();
        match outcome {
            Ok(()) => {}
            Err(Stop::Syntax(error)) => return Err(diagnose::syntax(text, &error)),
            Err(Stop::TooDeep(at)) => return Err(diagnose::too_deep(at)),
        }
        let json = Json {
            text,
            nodes: &self.nodes,
            arena: &self.arena,
        };
        match json.duplicate_key() {
            Some((first, second)) => Err(diagnose::duplicate_key(first, second)),
            None => Ok(json),
        }
    }

    /// Walks one value and everything in it, without recursion.
    fn walk(&mut self, jiter: &mut Jiter<'_>, text: &str) -> Result<(), Stop> {
        let mut peek = jiter.peek()?;
        loop {
            let mut next = self.value(jiter, text, peek)?;
            while next.is_none() {
                let Some(&parent) = self.open.last() else {
                    jiter.finish()?;
                    return Ok(());
                };
                next = match self.nodes.get(parent).map(|node| node.kind) {
                    Some(Kind::Object) => self.key(jiter, text, false)?,
                    _ => jiter.array_step()?,
                };
                if next.is_none() {
                    self.close(jiter.current_index());
                }
            }
            let Some(value) = next else { continue };
            peek = value;
        }
    }

    /// Reads one value. Returns the first value to read in it, if it opened a nonempty container.
    fn value(
        &mut self,
        jiter: &mut Jiter<'_>,
        text: &str,
        peek: Peek,
    ) -> Result<Option<Peek>, Stop> {
        let start = jiter.current_index();
        match peek {
            Peek::String => {
                let decoded = self.keep(jiter.known_str()?, text);
                self.push_string(Kind::String, start, jiter.current_index(), decoded);
            }
            Peek::Object | Peek::Array => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(Stop::TooDeep(start));
                }
                let kind = if peek == Peek::Object {
                    Kind::Object
                } else {
                    Kind::Array
                };
                self.open.push(self.nodes.len());
                self.push(kind, start, start);
                let first = match kind {
                    Kind::Object => self.key(jiter, text, true)?,
                    _ => jiter.known_array()?,
                };
                if first.is_none() {
                    self.close(jiter.current_index());
                }
                return Ok(first);
            }
            Peek::Null => {
                jiter.known_null()?;
                self.push(Kind::Null, start, jiter.current_index());
            }
            Peek::True | Peek::False => {
                jiter.known_bool(peek)?;
                self.push(Kind::Bool, start, jiter.current_index());
            }
            _ => {
                jiter.known_number_bytes(peek)?;
                self.push(Kind::Number, start, jiter.current_index());
            }
        }
        Ok(None)
    }

    /// Reads the next key of the open object and peeks at its value.
    fn key(
        &mut self,
        jiter: &mut Jiter<'_>,
        text: &str,
        first: bool,
    ) -> Result<Option<Peek>, Stop> {
        let from = jiter.current_index();
        let key = if first {
            jiter.known_object()?
        } else {
            jiter.next_key()?
        };
        let Some(key) = key else { return Ok(None) };
        let decoded = self.keep(key, text);
        let rest = text.get(from..).unwrap_or_default().as_bytes();
        let start = from + memchr::memchr(b'"', rest).unwrap_or(0);
        let end = string_end(text, start);
        self.push_string(Kind::Key, start, end, decoded);
        Ok(Some(jiter.peek()?))
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node {
            kind,
            start: start as u32,
            end: end as u32,
            next,
            decoded: BORROWED,
            decoded_len: 0,
        });
    }

    /// Copies a string that had to be unescaped into the arena; a string without escapes is
    /// borrowed from the record.
    fn keep(&mut self, decoded: &str, text: &str) -> Option<(u32, u32)> {
        if text.as_bytes().as_ptr_range().contains(&decoded.as_ptr()) {
            return None;
        }
        let at = self.arena.len();
        self.arena.push_str(decoded);
        Some((at as u32, decoded.len() as u32))
    }

    fn push_string(&mut self, kind: Kind, start: usize, end: usize, decoded: Option<(u32, u32)>) {
        self.push(kind, start, end);
        if let (Some((at, len)), Some(node)) = (decoded, self.nodes.last_mut()) {
            node.decoded = at;
            node.decoded_len = len;
        }
    }

    /// Ends the innermost open container before byte `end`.
    fn close(&mut self, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|at| self.nodes.get_mut(at)) {
            node.end = end as u32;
            node.next = next;
        }
    }
}

/// Why a walk ended early.
enum Stop {
    Syntax(JiterError),
    TooDeep(usize),
}

impl From<JiterError> for Stop {
    fn from(error: JiterError) -> Self {
        Self::Syntax(error)
    }
}

/// One past the closing quote of the string that opens at `start`.
fn string_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(rest) = bytes.get(at..) {
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(found) if rest.get(found) == Some(&b'"') => return at + found + 1,
            Some(found) => at += found + 2,
            None => break,
        }
    }
    bytes.len()
}

/// The span from `start` to `end` of a node.
#[inline]
fn node_span(node: &Node) -> Span {
    Span::new(node.start as usize, node.end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fault::FaultKind;

    fn text_of(json: &str, key: &str) -> Option<String> {
        let mut parser = Parser::new();
        let json = parser.parse(json).ok()?;
        let value = json.root().get(key)?;
        Some(value.text()?.as_str().to_owned())
    }

    #[test]
    fn strings_are_decoded_and_located() {
        assert_eq!(text_of(r#"{"a":"x"}"#, "a").as_deref(), Some("x"));
        assert_eq!(
            text_of(r#"{"\u0061" : "\ud83d\ude00\n\/"}"#, "a").as_deref(),
            Some("😀\n/")
        );
        assert_eq!(
            text_of(r#"{"b":[{},[1,{"a":2}]], "a":"é\\"}"#, "a").as_deref(),
            Some("é\\")
        );
    }

    #[test]
    fn values_are_skipped_with_their_children() {
        let mut parser = Parser::new();
        let json = parser
            .parse(r#"{"a":[1,[2,{"b":null}],{}],"c":{"d":true},"e":"z"}"#)
            .unwrap();
        let keys: Vec<_> = json
            .root()
            .entries()
            .map(|entry| entry.key.to_owned())
            .collect();
        assert_eq!(keys, ["a", "c", "e"]);
        let list = json.root().get("a").unwrap();
        assert_eq!(list.items().count(), 3);
        assert_eq!(list.raw(), r#"[1,[2,{"b":null}],{}]"#);
        assert_eq!(json.pointer(Span::at(14)), "/a/1/1/b");
    }

    #[test]
    fn the_depth_is_limited() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(Parser::new().parse(&deep(MAX_DEPTH)).is_ok());
        let fault = Parser::new().parse(&deep(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(fault.kind, FaultKind::NestingTooDeep);
        assert_eq!(fault.span.start, MAX_DEPTH);
        assert!(Parser::new().parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn equal_keys_are_found_after_unescaping() {
        let fault = Parser::new()
            .parse(r#"{"a":1,"x":{"b":1,"\u0062":2}}"#)
            .unwrap_err();
        assert_eq!(fault.kind, FaultKind::DuplicateKey);
        assert_eq!(fault.span, Span::new(18, 26));
        assert_eq!(fault.related, Some(Span::new(12, 15)));
    }

    #[test]
    fn serde_private_keys_are_ordinary_keys() {
        let mut parser = Parser::new();
        let json = parser
            .parse(r#"{"$serde_json::private::RawValue":"1"}"#)
            .unwrap();
        assert_eq!(json.root().kind(), Kind::Object);
    }
}

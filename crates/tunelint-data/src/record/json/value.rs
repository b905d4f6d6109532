//! A parsed record: values by key and index, each with its text and its span.

use std::collections::HashMap;

use super::{BORROWED, Node, node_span};
use crate::record::kind::Kind;
use crate::text::decoded::{Coding, Text};
use crate::text::position::Span;

/// One parsed record.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: &'a [Node],
    pub(super) arena: &'a str,
}

/// A value in a record.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    json: Json<'a>,
    at: usize,
}

/// The array item that the previous lookup found, since the next is likely to follow it.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastItem {
    list: usize,
    item: usize,
    index: usize,
}

/// A key of an object with its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The key, unescaped.
    pub key: &'a str,
    /// The raw key, quotes included.
    pub key_span: Span,
    /// Its value.
    pub value: Value<'a>,
}

/// Objects with more keys than this are searched for duplicates with a hash table.
const FEW_KEYS: usize = 12;

impl<'a> Json<'a> {
    /// The root value.
    #[inline]
    pub fn root(self) -> Value<'a> {
        Value { json: self, at: 0 }
    }

    /// All numbers, at whatever depth, in order.
    pub fn numbers(self) -> impl Iterator<Item = Value<'a>> {
        self.of_kind(Kind::Number)
    }

    /// All values of a kind, at whatever depth, in order.
    pub fn of_kind(self, kind: Kind) -> impl Iterator<Item = Value<'a>> {
        let all = (0..self.nodes.len()).map(move |at| Value { json: self, at });
        all.filter(move |value| value.kind() == kind)
    }

    /// The RFC 6901 path of the deepest value (or key) whose span contains `span`.
    pub fn pointer(self, span: Span) -> String {
        self.pointer_after(span, &mut LastItem::default())
    }

    /// The same, starting from the item of the previous lookup instead of from the start of the
    /// list.
    pub fn pointer_after(self, span: Span, last: &mut LastItem) -> String {
        let mut pointer = String::new();
        let mut value = self.root();
        while let Some((step, child)) = value.child_holding(span, last) {
            pointer.push('/');
            for c in step.chars() {
                match c {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    c => pointer.push(c),
                }
            }
            value = child;
        }
        pointer
    }

    /// Where `span` starts in the deepest value that contains it: the number of the character, from
    /// 1, in a string as it is without escapes.
    pub fn character(self, span: Span) -> u64 {
        let mut value = self.root();
        while let Some((_, child)) = value.child_holding(span, &mut LastItem::default()) {
            value = child;
        }
        let quote = usize::from(value.kind() == Kind::String);
        let before = span.start.saturating_sub(value.span().start + quote);
        let before = value.raw().get(quote..quote + before).unwrap_or_default();
        let decoded = match quote {
            0 => None,
            _ => serde_json::from_str::<String>(&format!("\"{before}\"")).ok(),
        };
        1 + decoded.as_deref().unwrap_or(before).chars().count() as u64
    }

    /// The first key that occurs twice in one object: both spans.
    pub(super) fn duplicate_key(self) -> Option<(Span, Span)> {
        let objects = (0..self.nodes.len()).map(|at| Value { json: self, at });
        objects
            .filter(|value| value.kind() == Kind::Object)
            .find_map(Value::repeated_key)
    }

    #[inline]
    fn node(self, at: usize) -> Option<&'a Node> {
        self.nodes.get(at)
    }

    /// The text of the string or key at `at`.
    #[inline]
    fn decoded(self, node: &Node) -> &'a str {
        let range = match node.decoded {
            BORROWED => {
                let (start, end) = (node.start as usize + 1, node.end as usize);
                return self
                    .text
                    .get(start..end.saturating_sub(1))
                    .unwrap_or_default();
            }
            start => start as usize..start as usize + node.decoded_len as usize,
        };
        self.arena.get(range).unwrap_or_default()
    }
}

impl<'a> Value<'a> {
    /// The kind.
    #[inline]
    pub fn kind(self) -> Kind {
        self.json.node(self.at).map_or(Kind::Null, |node| node.kind)
    }

    /// The span in the record.
    #[inline]
    pub fn span(self) -> Span {
        self.json.node(self.at).map(node_span).unwrap_or_default()
    }

    /// The raw bytes.
    #[inline]
    pub fn raw(self) -> &'a str {
        let span = self.span();
        self.json.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The text, if it is a string.
    #[inline]
    pub fn text(self) -> Option<Text<'a>> {
        let node = self
            .json
            .node(self.at)
            .filter(|node| node.kind == Kind::String)?;
        Some(Text::new(
            self.json.decoded(node),
            self.raw(),
            node_span(node),
            Coding::Json,
        ))
    }

    /// The unescaped string, if it is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        let node = self
            .json
            .node(self.at)
            .filter(|node| node.kind == Kind::String)?;
        Some(self.json.decoded(node))
    }

    /// The value of `key`, if it is an object with that key.
    #[inline]
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.entries()
            .find(|entry| entry.key == key)
            .map(|entry| entry.value)
    }

    /// The keys and values of an object, in order; empty for any other value.
    #[inline]
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let node = self
            .json
            .node(self.at)
            .filter(|node| node.kind == Kind::Object);
        let (mut at, end) = (self.at + 1, node.map_or(0, |node| node.next as usize));
        std::iter::from_fn(move || {
            let key = self.json.node(at).filter(|_| at < end)?;
            let value = Value {
                json: self.json,
                at: at + 1,
            };
            at = self.json.node(at + 1)?.next as usize;
            Some(Entry {
                key: self.json.decoded(key),
                key_span: node_span(key),
                value,
            })
        })
    }

    /// The items of a list, in order; empty for any other value.
    #[inline]
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let node = self
            .json
            .node(self.at)
            .filter(|node| node.kind == Kind::Array);
        let (mut at, end) = (self.at + 1, node.map_or(0, |node| node.next as usize));
        std::iter::from_fn(move || {
            let item = self.json.node(at).filter(|_| at < end)?;
            let value = Value {
                json: self.json,
                at,
            };
            at = item.next as usize;
            Some(value)
        })
    }

    fn child_holding(self, span: Span, last: &mut LastItem) -> Option<(String, Value<'a>)> {
        let holds = |outer: Span| {
            outer.contains(span)
                && (span.is_empty() || span.len() <= outer.len())
                && outer.end > span.start
        };
        if self.kind() == Kind::Array {
            return self.item_holding(span, last);
        }
        let entry = self
            .entries()
            .find(|entry| holds(entry.key_span) || holds(entry.value.span()))?;
        // A span inside a key belongs to the entry, but must not be searched for within its value.
        Some((entry.key.to_owned(), entry.value))
    }

    fn item_holding(self, span: Span, last: &mut LastItem) -> Option<(String, Value<'a>)> {
        let known = Value {
            at: last.item,
            ..self
        };
        let ahead = last.list == self.at && last.item > 0 && known.span().start <= span.start;
        let (mut index, mut item) = if ahead {
            (last.index, known)
        } else {
            (0, self.items().next()?)
        };
        let end = self.json.node(self.at)?.next as usize;
        while item.at < end {
            if item.span().end > span.start {
                *last = LastItem {
                    list: self.at,
                    item: item.at,
                    index,
                };
                return item
                    .span()
                    .contains(span)
                    .then(|| (index.to_string(), item));
            }
            index += 1;
            item.at = self.json.node(item.at)?.next as usize;
        }
        None
    }

    fn repeated_key(self) -> Option<(Span, Span)> {
        let count = self.entries().count();
        if count > FEW_KEYS {
            let mut seen = HashMap::with_capacity(count);
            return self.entries().find_map(|entry| {
                seen.insert(entry.key, entry.key_span)
                    .map(|first| (first, entry.key_span))
            });
        }
        self.entries()
            .enumerate()
            .skip(1)
            .find_map(|(index, entry)| {
                let first = self
                    .entries()
                    .take(index)
                    .find(|earlier| earlier.key == entry.key)?;
                Some((first.key_span, entry.key_span))
            })
    }
}

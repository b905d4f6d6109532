//! How a change of decoded text becomes bytes of the file.
//!
//! A rule thinks in what the model sees; a [`Fix`] is made of bytes, so that nothing but those
//! bytes changes. Texts that stand nowhere in the file (templates, preambles) cannot be edited.

use std::ops::Range;

use crate::example::Turn;
use crate::finding::{Applicability, Edit, Fix};
use crate::position::Span;
use crate::record::Record;
use crate::text::{Coding, Text};

impl Text<'_> {
    /// The edit that puts `with` in the place of the decoded bytes `range`.
    pub fn edit(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit> {
        match self.coding() {
            Coding::Composed => None,
            Coding::Json => Some(self.splice(record, range, json_escaped(with))),
            Coding::Quoted => Some(self.splice(record, range, with.replace('"', "\"\""))),
            Coding::Plain if needs_quotes(with) => self.quoted_cell(record, range, with),
            Coding::Plain => Some(self.splice(record, range, with.to_owned())),
        }
    }

    fn splice(&self, record: &Record<'_>, range: Range<usize>, text: String) -> Edit {
        edit(record, self.span_of(range.start, range.end), text)
    }

    /// A cell without quotes is written anew, in quotes, where the new text needs them.
    fn quoted_cell(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit> {
        let before = self.as_str().get(..range.start)?;
        let after = self.as_str().get(range.end..)?;
        let cell = format!(
            "\"{}\"",
            [before, with, after].concat().replace('"', "\"\"")
        );
        Some(edit(record, self.span(), cell))
    }
}

impl Turn<'_> {
    /// The same for a turn of one text; a turn of several is not edited.
    pub fn edit(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit> {
        match self.texts.as_slice() {
            [text] => text.edit(record, range, with),
            _ => None,
        }
    }
}

impl Fix {
    /// A change of trained text; nothing where one of the edits cannot be made.
    pub fn of_text(edits: impl IntoIterator<Item = Option<Edit>>) -> Option<Self> {
        let mut edits = edits.into_iter().collect::<Option<Vec<Edit>>>()?;
        edits.sort_by_key(|edit| edit.offset);
        (!edits.is_empty()).then_some(Self {
            applicability: Applicability::Unsafe,
            edits,
        })
    }

    /// Leaves out the record of the finding, with what separates it from its neighbours. Which
    /// bytes those are depends on the container, and is found out when the fix is applied.
    pub fn drop_record() -> Self {
        Self {
            applicability: Applicability::DropsRecord,
            edits: Vec::new(),
        }
    }
}

fn edit(record: &Record<'_>, span: Span, text: String) -> Edit {
    Edit {
        offset: record.start.offset + span.start as u64,
        length: span.len() as u64,
        text,
    }
}

/// Text as it stands inside a JSON string.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// Whether a cell with this text must be in quotes, whatever separates cells.
fn needs_quotes(text: &str) -> bool {
    text.contains([',', ';', '\t', '|', '"', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::{Position, SourceId};
    use crate::record::Body;

    /// What becomes of `raw` when the decoded bytes `range` of the text at `span` become `with`.
    fn edited(raw: &str, span: Span, coding: Coding, range: Range<usize>, with: &str) -> String {
        let record = Record {
            source: SourceId(0),
            raw: raw.as_bytes(),
            start: Position::START,
            ordinal: 1,
            body: Body::Unread,
            lone_cr: false,
            recovered: false,
        };
        let part = raw.get(span.start..span.end).unwrap();
        let decoded: String = match coding {
            Coding::Json => serde_json::from_str(part).unwrap(),
            Coding::Quoted => part.trim_matches('"').replace("\"\"", "\""),
            _ => part.to_owned(),
        };
        let text = Text::new(&decoded, part, span, coding);
        let edit = text.edit(&record, range, with).unwrap();
        let (from, to) = (edit.offset as usize, (edit.offset + edit.length) as usize);
        [raw.get(..from).unwrap(), &edit.text, raw.get(to..).unwrap()].concat()
    }

    #[test]
    fn strings_keep_their_other_escapes() {
        let raw = r#"{"a":"\u00e9 b"}"#;
        let after = edited(raw, Span::new(5, 15), Coding::Json, 3..4, "\"c\"\n");
        assert_eq!(after, r#"{"a":"\u00e9 \"c\"\n"}"#);
    }

    #[test]
    fn cells_get_the_quotes_they_need() {
        let plain = |with| edited("a,bc,d", Span::new(2, 4), Coding::Plain, 1..2, with);
        assert_eq!(plain("x"), "a,bx,d");
        assert_eq!(plain(",x"), "a,\"b,x\",d");
        let quoted = edited("a,\"b\"\"c\"", Span::new(2, 8), Coding::Quoted, 2..3, "\"x");
        assert_eq!(quoted, "a,\"b\"\"\"\"x\"");
    }
}

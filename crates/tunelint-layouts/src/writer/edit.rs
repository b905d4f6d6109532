//! Maps edits of decoded text to edits of the file's bytes.
//!
//! Rules refer to the text that the model sees; a [`Fix`] replaces bytes, so that all other bytes
//! stay as they are. Composed texts (templates, preambles) are not in the file and cannot be
//! edited.

use std::ops::Range;

use crate::example::Turn;
use crate::finding::{Applicability, Edit, Fix};
use tunelint_data::record::Record;
use tunelint_data::text::decoded::{Coding, Text};
use tunelint_data::text::position::Span;

/// A range of decoded text and its replacement.
pub type TextChange = (Range<usize>, String);

/// Edits of decoded text.
pub trait EditText {
    /// A single edit that replaces the decoded bytes `range` by `with`. A cell that needs quotes as
    /// a result is rewritten as a whole; [`EditText::change`] touches less of it.
    fn edit(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit>;
    /// The fix that makes all `changes`, which must be in order and not overlap. `None` if the text
    /// is not in the file.
    fn change(&self, record: &Record<'_>, changes: &[TextChange]) -> Option<Fix>;
    /// The text after `changes`.
    fn changed(&self, changes: &[TextChange]) -> Option<String>;
}

impl EditText for Text<'_> {
    fn edit(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit> {
        let changes = [(range, with.to_owned())];
        if self.coding() == Coding::Plain && needs_quotes(with) {
            let cell = self.changed(&changes)?.replace('"', "\"\"");
            return Some(edit(record, self.span(), format!("\"{cell}\"")));
        }
        self.change(record, &changes)?.edits.into_iter().next()
    }

    fn change(&self, record: &Record<'_>, changes: &[TextChange]) -> Option<Fix> {
        let encode: fn(&str) -> String = match self.coding() {
            Coding::Composed => return None,
            Coding::Plain if changes.iter().any(|(_, with)| needs_quotes(with)) => {
                return quoted_cell(self, record, changes);
            }
            Coding::Plain => str::to_owned,
            Coding::Quoted => |with| with.replace('"', "\"\""),
            Coding::Json => json_escaped,
        };
        let spans = self.spans_of(changes.iter().map(|(range, _)| range));
        let edits = spans.into_iter().zip(changes);
        Fix::of_text(edits.map(|(span, (_, with))| Some(edit(record, span, encode(with)))))
    }

    fn changed(&self, changes: &[TextChange]) -> Option<String> {
        let mut out = String::with_capacity(self.as_str().len());
        let mut done = 0;
        for (range, with) in changes {
            out.push_str(self.as_str().get(done..range.start)?);
            out.push_str(with);
            done = range.end;
        }
        out.push_str(self.as_str().get(done..)?);
        Some(out)
    }
}

/// The changes of a cell that needs quotes as a result: the quotes are added around it, and the
/// text in between stays as it is.
fn quoted_cell(text: &Text<'_>, record: &Record<'_>, changes: &[TextChange]) -> Option<Fix> {
    let end = text.as_str().len();
    if text.as_str().contains('"') {
        return None;
    }
    let mut quoted: Vec<TextChange> = changes.to_vec();
    for (_, with) in &mut quoted {
        *with = with.replace('"', "\"\"");
    }
    match quoted.first_mut() {
        Some((range, with)) if range.start == 0 => with.insert(0, '"'),
        _ => quoted.insert(0, (0..0, "\"".to_owned())),
    }
    match quoted.last_mut() {
        Some((range, with)) if range.end == end => with.push('"'),
        _ => quoted.push((end..end, "\"".to_owned())),
    }
    let spans = text.spans_of(quoted.iter().map(|(range, _)| range));
    let edits = spans.into_iter().zip(quoted);
    Fix::of_text(edits.map(|(span, (_, with))| Some(edit(record, span, with))))
}

impl Turn<'_> {
    /// The same for a turn with a single text; a turn with several is not edited.
    pub fn edit(&self, record: &Record<'_>, range: Range<usize>, with: &str) -> Option<Edit> {
        match self.texts.as_slice() {
            [text] => text.edit(record, range, with),
            _ => None,
        }
    }
}

impl Fix {
    /// A change of text that is trained on; `None` if one of the edits is impossible.
    pub fn of_text(edits: impl IntoIterator<Item = Option<Edit>>) -> Option<Self> {
        let mut edits = edits.into_iter().collect::<Option<Vec<Edit>>>()?;
        edits.sort_by_key(|edit| edit.offset);
        (!edits.is_empty()).then_some(Self {
            applicability: Applicability::Unsafe,
            edits,
        })
    }

    /// Removes characters that belong to no text.
    pub fn without(record: &Record<'_>, span: Span) -> Self {
        Self {
            applicability: Applicability::Safe,
            edits: vec![edit(record, span, String::new())],
        }
    }

    /// Removes the record of the finding, and its separator. The bytes depend on the container, and
    /// are determined when the fix is applied.
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

/// Text escaped for the inside of a JSON string.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// Whether a cell with this text needs quotes, for any delimiter.
fn needs_quotes(text: &str) -> bool {
    text.contains([',', ';', '\t', '|', '"', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::record::Body;
    use tunelint_data::text::position::{Position, SourceId};

    /// The file `raw` after an edit of the text at `span`: its decoded bytes `range` replaced by
    /// `with`.
    fn edited(raw: &str, span: Span, coding: Coding, range: Range<usize>, with: &str) -> String {
        let record = Record {
            source: SourceId(0),
            raw: raw.as_bytes(),
            start: Position::START,
            ordinal: 1,
            body: Body::Unread,
            role_aliases: tunelint_data::record::roles::RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        };
        let part = raw.get(span.start..span.end).unwrap();
        let decoded: String = match coding {
            Coding::Json => serde_json::from_str(part).unwrap(),
            Coding::Quoted => part.trim_matches('"').replace("\"\"", "\""),
            _ => part.to_owned(),
        };
        let text = Text::new(&decoded, part, span, coding);
        let fix = text.change(&record, &[(range, with.to_owned())]).unwrap();
        let mut after = raw.to_owned();
        for edit in fix.edits.iter().rev() {
            let (from, to) = (edit.offset as usize, (edit.offset + edit.length) as usize);
            after.replace_range(from..to, &edit.text);
        }
        after
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
        let whole = edited("a,bc,d", Span::new(2, 4), Coding::Plain, 0..1, ",");
        assert_eq!(whole, "a,\",c\",d");
        let quoted = edited("a,\"b\"\"c\"", Span::new(2, 8), Coding::Quoted, 2..3, "\"x");
        assert_eq!(quoted, "a,\"b\"\"\"\"x\"");
    }
}

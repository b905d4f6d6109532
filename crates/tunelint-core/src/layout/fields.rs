//! What layouts share: fetching text by name, and saying what is wrong where there is none.

use crate::example::{Extra, Part, PartKind, Turn};
use crate::finding::{Findings, Message, Severity};
use crate::json::{Entry, Kind, Value};
use crate::position::Span;
use crate::printable::quoted;
use crate::record::{Body, Field, Record};
use crate::row::normal_name;
use crate::text::Text;

/// The text of the required field that has the first of `names` that is there.
pub(super) fn required<'a>(
    record: &Record<'a>,
    names: &[&str],
    findings: &mut Findings<'_>,
) -> Option<Text<'a>> {
    let found = names
        .iter()
        .find_map(|name| record.body.field(name).map(|field| (*name, field)));
    match found {
        Some((name, field)) => text_of(record, name, field, findings),
        None => {
            missing(
                record,
                names.first().copied().unwrap_or_default(),
                Span::new(0, 1),
                &own_names(record),
                findings,
            );
            None
        }
    }
}

/// The text of an optional field. `Err`: it is there and is no text, which was reported.
pub(super) fn optional<'a>(
    record: &Record<'a>,
    name: &str,
    findings: &mut Findings<'_>,
) -> Result<Option<Text<'a>>, ()> {
    match record.body.field(name) {
        None => Ok(None),
        Some(Field::Other(value)) if value.kind() == Kind::Null => Ok(None),
        Some(field) => text_of(record, name, field, findings).map(Some).ok_or(()),
    }
}

fn text_of<'a>(
    record: &Record<'a>,
    name: &str,
    field: Field<'a>,
    findings: &mut Findings<'_>,
) -> Option<Text<'a>> {
    match field {
        Field::Text(text) => Some(text),
        Field::Other(value) => {
            wrong_type(record, name, value, findings);
            None
        }
    }
}

/// Reads every item into `turns`, so that all that is wrong is reported. Whether nothing was.
pub(super) fn read_each<'a>(
    items: impl Iterator<Item = Value<'a>>,
    turns: &mut Vec<Turn<'a>>,
    mut read: impl FnMut(Value<'a>) -> Option<Turn<'a>>,
) -> bool {
    let mut whole = true;
    for item in items {
        match read(item) {
            Some(turn) => turns.push(turn),
            None => whole = false,
        }
    }
    whole
}

/// The same into turns of their own; nothing if one could not be read.
pub(super) fn all_of<'a>(
    items: impl Iterator<Item = Value<'a>>,
    read: impl FnMut(Value<'a>) -> Option<Turn<'a>>,
) -> Option<Vec<Turn<'a>>> {
    let mut turns = Vec::new();
    read_each(items, &mut turns, read).then_some(turns)
}

/// The first part of the first of `messages` whose content is made of parts.
pub(super) fn first_part<'a>(body: &Body<'a>) -> Option<Value<'a>> {
    let Field::Other(list) = body.field("messages")? else {
        return None;
    };
    let contents = list.items().filter_map(|message| message.get("content"));
    contents.flat_map(Value::items).next()
}

/// Reports a value that is no text.
pub(super) fn wrong_type(
    record: &Record<'_>,
    name: &str,
    value: Value<'_>,
    findings: &mut Findings<'_>,
) {
    findings.report_as(
        "wrong-type",
        record.at(value.span()),
        Severity::Error,
        || {
            let kind = value.kind();
            let message = Message::new(format!(
                "{} is {}, not text",
                quoted(name, 40),
                kind.describe()
            ));
            match kind {
                Kind::Number | Kind::Bool => message.help(format!(
                    "put it in quotes: {}",
                    quoted(&format!("\"{}\"", value.raw()), 40)
                )),
                Kind::Null => message.help("write the text, or remove the record"),
                _ => message.help("write it as one string, as the model is to read or write it"),
            }
        },
    );
}

/// Reports a value that should have been a list or an object.
pub(super) fn not_a(
    what: &str,
    record: &Record<'_>,
    name: &str,
    value: Value<'_>,
    findings: &mut Findings<'_>,
) {
    let kind = value.kind().describe();
    other_kind(record, value.span(), findings, || {
        format!("{} is {kind}, not {what}", quoted(name, 40))
    });
}

/// Reports an item of a list that should have been an object; `item` is what it is called, with
/// its article.
pub(super) fn not_an_object(
    item: &str,
    record: &Record<'_>,
    value: Value<'_>,
    findings: &mut Findings<'_>,
) {
    let kind = value.kind().describe();
    other_kind(record, value.span(), findings, || {
        format!("{item} is {kind}, not an object")
    });
}

/// Reports a string or a cell that should have been a list.
pub(super) fn text_is_not_a(
    what: &str,
    record: &Record<'_>,
    name: &str,
    text: &Text<'_>,
    findings: &mut Findings<'_>,
) {
    let kind = if text.raw_json().is_some() {
        Kind::String.describe()
    } else {
        "text"
    };
    other_kind(record, text.span(), findings, || {
        format!("{} is {kind}, not {what}", quoted(name, 40))
    });
}

/// Reports, in `words`, that what stands at `span` is of another kind than it should be.
pub(super) fn other_kind(
    record: &Record<'_>,
    span: Span,
    findings: &mut Findings<'_>,
    words: impl FnOnce() -> String,
) {
    let place = record.at(span);
    findings.report_as("wrong-type", place, Severity::Error, || {
        Message::new(words())
    });
}

/// Reports a field that `object` should have, at its start.
pub(super) fn missing_in(
    object: Value<'_>,
    record: &Record<'_>,
    name: &str,
    findings: &mut Findings<'_>,
) {
    let names: Vec<&str> = object.entries().map(|entry| entry.key).collect();
    let at = object.span().start;
    missing(record, name, Span::new(at, at + 1), &names, findings);
}

/// Reports a field that is not there, and names the nearest that is.
pub(super) fn missing(
    record: &Record<'_>,
    name: &str,
    at: Span,
    there: &[&str],
    findings: &mut Findings<'_>,
) {
    findings.report_as("missing-field", record.at(at), Severity::Error, || {
        let message = Message::new(format!("the field {} is missing", quoted(name, 40)));
        match near(name, there) {
            Some(near) => message.help(format!(
                "did you mean {} where {} stands?",
                quoted(name, 40),
                quoted(near, 40)
            )),
            None => message.help("add it, or remove the record"),
        }
    });
}

/// The name that was most likely meant to be `wanted`.
pub(super) fn near<'n>(wanted: &str, names: &[&'n str]) -> Option<&'n str> {
    let close = |name: &&&'n str| {
        let (name, wanted) = (normal_name(name), normal_name(wanted));
        name == wanted || strsim::damerau_levenshtein(&name, &wanted) <= 2.min(wanted.len() / 3)
    };
    names.iter().find(close).copied()
}

/// The names at the top of a record.
pub(super) fn own_names<'a>(record: &Record<'a>) -> Vec<&'a str> {
    record
        .body
        .names()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// Whether a record has a field called `name`.
pub(super) fn has(body: &Body<'_>, name: &str) -> bool {
    match body {
        Body::Json(json) => json.root().entries().any(|entry| entry.key == name),
        Body::Row(row) => row.header().index(name).is_some(),
        Body::Unread => false,
    }
}

/// The fields at the top that are none of `known`.
pub(super) fn extras<'a>(record: &Record<'a>, known: &[&str]) -> Vec<Extra<'a>> {
    fields(record, |name| !known.contains(&name))
}

/// The fields at the top whose names `wanted` takes.
pub(super) fn fields<'a>(record: &Record<'a>, wanted: impl Fn(&str) -> bool) -> Vec<Extra<'a>> {
    match record.body {
        Body::Json(json) => json
            .root()
            .entries()
            .filter(|entry| wanted(entry.key))
            .map(extra)
            .collect(),
        Body::Row(row) => {
            let cells = row.header().names.iter().zip(row.cells());
            let cells = cells.filter(|(name, _)| wanted(&normal_name(name)));
            cells
                .map(|(name, cell)| cell_extra(name, &cell, record))
                .collect()
        }
        Body::Unread => Vec::new(),
    }
}

fn cell_extra<'a>(name: &'a str, cell: &Text<'a>, record: &Record<'a>) -> Extra<'a> {
    let span = cell.span();
    let raw = std::str::from_utf8(span.slice(record.raw)).unwrap_or_default();
    Extra {
        key: name,
        key_span: span,
        raw,
        span,
    }
}

/// The keys of an object that are none of `known`, as notes of its turn: nothing goes unnoticed.
pub(super) fn notes<'a>(object: Value<'a>, known: &[&str]) -> impl Iterator<Item = Part<'a>> {
    qualifying(PartKind::Note, object, known)
}

/// The same for the keys of one part of a content, which qualify that part alone.
pub(super) fn inner_notes<'a>(object: Value<'a>, known: &[&str]) -> impl Iterator<Item = Part<'a>> {
    qualifying(PartKind::Inner, object, known)
}

fn qualifying<'a>(
    kind: PartKind,
    object: Value<'a>,
    known: &[&str],
) -> impl Iterator<Item = Part<'a>> {
    object
        .entries()
        .filter(|entry| !known.contains(&entry.key))
        .map(move |entry| {
            let Extra { key, raw, span, .. } = extra(entry);
            Part {
                kind,
                key,
                raw,
                span,
            }
        })
}

/// A field as it is carried along.
pub(super) fn extra<'a>(entry: Entry<'a>) -> Extra<'a> {
    Extra {
        key: entry.key,
        key_span: entry.key_span,
        raw: entry.value.raw(),
        span: entry.value.span(),
    }
}

#[cfg(test)]
pub(super) mod testing {
    //! One JSON record through a layout and back.

    use super::super::{Layout, Losses, ObjectWriter};
    use crate::example::{Example, Role};
    use crate::finding::{Findings, Keep, Policy};
    use crate::json::Parser;
    use crate::position::{Position, SourceId};
    use crate::record::{Body, Record};

    fn policy() -> Policy {
        let enabled = [
            "missing-field",
            "missing-role",
            "unknown-role",
            "wrong-type",
        ]
        .into_iter()
        .collect();
        Policy {
            keep: Keep::All,
            severities: Default::default(),
            enabled,
            ..Policy::default()
        }
    }

    fn with<R>(
        layout: &dyn Layout,
        line: &str,
        take: impl FnOnce(Option<&Example<'_>>) -> R,
    ) -> (R, Vec<String>) {
        let policy = policy();
        let mut findings = Findings::new(&policy);
        let mut parser = Parser::new();
        let json = parser.parse(line).unwrap();
        let record = Record {
            source: SourceId(0),
            raw: line.as_bytes(),
            start: Position::START,
            ordinal: 1,
            body: Body::Json(json),
            speakers: crate::layout::Speakers::nobody(),
            lone_cr: false,
            recovered: false,
        };
        let mut example = layout.decode(&record, &mut findings);
        if let Some(example) = &mut example {
            example.layout = layout.name();
        }
        let result = take(example.as_ref());
        let found = findings.into_parts().1;
        let said = |f: &crate::finding::Finding| {
            format!(
                "{}@{} {}: {}",
                f.rule, f.location.start.column, f.location.pointer, f.message
            )
        };
        (result, found.iter().map(said).collect())
    }

    /// The turns as `role: text`, and what was reported.
    pub(in super::super) fn read(layout: &dyn Layout, line: &str) -> (Vec<String>, Vec<String>) {
        with(layout, line, |example| {
            let turns = example
                .map(|example| example.turns.as_slice())
                .unwrap_or_default();
            let name = |role| match role {
                Role::System => "system",
                Role::User => "user",
                Role::Model => "model",
                Role::Tool => "tool",
            };
            turns
                .iter()
                .map(|turn| format!("{}: {}", name(turn.role), turn.joined()))
                .collect()
        })
    }

    /// The names of the fields that the layout has no place for.
    pub(in super::super) fn left_over(layout: &dyn Layout, line: &str) -> Vec<String> {
        let (names, said) = with(layout, line, |example| {
            let extras = example
                .map(|example| example.extras.as_slice())
                .unwrap_or_default();
            extras.iter().map(|extra| extra.key.to_owned()).collect()
        });
        assert!(said.is_empty(), "{said:?}");
        names
    }

    /// The record written anew, and what was lost.
    pub(in super::super) fn rewrite(
        from: &dyn Layout,
        to: &dyn Layout,
        line: &str,
    ) -> (String, Vec<String>) {
        let (result, said) = with(from, line, |example| {
            let mut object = ObjectWriter::new();
            let mut losses = Losses::default();
            to.encode(example.expect("an example"), &mut object, &mut losses);
            let text = String::from_utf8(object.finish().to_vec()).unwrap();
            (
                text,
                losses.losses.into_iter().map(|loss| loss.what).collect(),
            )
        });
        assert!(said.is_empty(), "{said:?}");
        result
    }
}

//! Helpers shared by layouts: read texts by name, and report what is wrong.

use super::mismatch::{
    Expected, FoundKind, Item, Mismatch, MismatchKind, Mismatches, beginning, found_text,
};
use crate::example::{Extra, Part, PartKind, Turn, reasoning};
use tunelint_data::record::json::{Entry, Kind, Value};
use tunelint_data::record::row::normal_name;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;

/// The text of the required field: the first of `names` that exists.
pub(super) fn required<'a>(
    record: &Record<'a>,
    names: &[&str],
    mismatches: &mut Mismatches,
) -> Option<Text<'a>> {
    let found = names
        .iter()
        .find_map(|name| record.body.field(name).map(|field| (*name, field)));
    match found {
        Some((name, field)) => text_of(name, field, mismatches),
        None => {
            missing(
                names.first().copied().unwrap_or_default(),
                Span::new(0, 1),
                &own_names(record),
                mismatches,
            );
            None
        }
    }
}

/// The text of an optional field. `Err`: it exists but is not text, which has been reported.
pub(super) fn optional<'a>(
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Result<Option<Text<'a>>, ()> {
    match record.body.field(name) {
        None => Ok(None),
        Some(Field::Other(value)) if value.kind() == Kind::Null => Ok(None),
        Some(field) => text_of(name, field, mismatches).map(Some).ok_or(()),
    }
}

fn text_of<'a>(name: &str, field: Field<'a>, mismatches: &mut Mismatches) -> Option<Text<'a>> {
    match field {
        Field::Text(text) => Some(text),
        Field::Other(value) => {
            wrong_type(name, value, mismatches);
            None
        }
    }
}

/// Reads every item into `turns`, so that everything wrong is reported. Returns whether all were
/// read.
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

/// The same into a new list; `None` if an item could not be read.
pub(super) fn all_of<'a>(
    items: impl Iterator<Item = Value<'a>>,
    read: impl FnMut(Value<'a>) -> Option<Turn<'a>>,
) -> Option<Vec<Turn<'a>>> {
    let mut turns = Vec::new();
    read_each(items, &mut turns, read).then_some(turns)
}

/// The first part of the first of `messages` whose content is a list of parts.
pub(super) fn first_part<'a>(body: &Body<'a>) -> Option<Value<'a>> {
    let Field::Other(list) = body.field("messages")? else {
        return None;
    };
    let contents = list.items().filter_map(|message| message.get("content"));
    contents.flat_map(Value::items).next()
}

/// Notes a value that is not text.
pub(super) fn wrong_type(name: &str, value: Value<'_>, mismatches: &mut Mismatches) {
    let kind = MismatchKind::NotText {
        name: name.to_owned(),
        found: value.kind(),
        raw: beginning(value.raw()),
    };
    mismatches.add(value.span(), kind);
}

/// Notes a value of the wrong kind.
pub(super) fn not_a(expected: Expected, name: &str, value: Value<'_>, mismatches: &mut Mismatches) {
    let kind = MismatchKind::WrongKind {
        name: name.to_owned(),
        found: FoundKind::Json(value.kind()),
        expected,
    };
    mismatches.add(value.span(), kind);
}

/// Notes an item of a list that is not an object.
pub(super) fn not_an_object(item: Item, value: Value<'_>, mismatches: &mut Mismatches) {
    let found = value.kind();
    mismatches.add(value.span(), MismatchKind::NotAnObject { item, found });
}

/// Notes a string or a cell where another kind is expected.
pub(super) fn text_is_not_a(
    expected: Expected,
    name: &str,
    text: &Text<'_>,
    mismatches: &mut Mismatches,
) {
    let kind = MismatchKind::WrongKind {
        name: name.to_owned(),
        found: found_text(text),
        expected,
    };
    mismatches.add(text.span(), kind);
}

/// Notes a field missing from `object`, at its start.
pub(super) fn missing_in(object: Value<'_>, name: &str, mismatches: &mut Mismatches) {
    let names: Vec<&str> = object.entries().map(|entry| entry.key).collect();
    let at = object.span().start;
    missing(name, Span::new(at, at + 1), &names, mismatches);
}

/// Notes a missing field; `there` are the existing names.
pub(super) fn missing(name: &str, at: Span, there: &[&str], mismatches: &mut Mismatches) {
    let names = there.iter().take(Mismatch::NAMES);
    let kind = MismatchKind::MissingField {
        name: name.to_owned(),
        near: near(name, there).map(beginning),
        there: names.map(|name| beginning(name)).collect(),
    };
    mismatches.add(at, kind);
}

/// The name in `names` that is probably a misspelling of `wanted`.
pub(super) fn near<'n>(wanted: &str, names: &[&'n str]) -> Option<&'n str> {
    let close = |name: &&&'n str| {
        let (name, wanted) = (normal_name(name), normal_name(wanted));
        name == wanted || strsim::damerau_levenshtein(&name, &wanted) <= 2.min(wanted.len() / 3)
    };
    names.iter().find(close).copied()
}

/// The top-level names of a record.
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

/// The top-level fields that are not in `known`.
pub(super) fn extras<'a>(record: &Record<'a>, known: &[&str]) -> Vec<Extra<'a>> {
    other_fields(record, |name| known.contains(&name))
}

/// The top-level fields whose names `is_known` does not accept. Of several columns with one name,
/// apart from case and spaces, only the one that is read counts as known.
pub(super) fn other_fields<'a>(
    record: &Record<'a>,
    is_known: impl Fn(&str) -> bool,
) -> Vec<Extra<'a>> {
    let Body::Row(row) = record.body else {
        return fields(record, |name| !is_known(name));
    };
    let header = row.header();
    let cells = header.names.iter().zip(row.cells()).enumerate();
    let others = cells.filter(|(at, (name, _))| {
        let name = normal_name(name);
        !is_known(&name) || header.index(&name) != Some(*at)
    });
    others
        .map(|(_, (name, cell))| cell_extra(name, &cell, record))
        .collect()
}

/// The top-level fields whose names `wanted` accepts.
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

/// The keys of an object that are not in `known`, as notes of its turn, so that none is dropped
/// silently.
pub(super) fn notes<'a>(object: Value<'a>, known: &[&str]) -> impl Iterator<Item = Part<'a>> {
    qualifying(PartKind::Note, object, known).map(|note| Part {
        kind: match reasoning::KEYS.contains(&note.key) && note.raw != "null" {
            true => PartKind::Reasoning,
            false => note.kind,
        },
        ..note
    })
}

/// The same for the keys of one content part, which apply to that part alone.
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

/// A field to copy as written.
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
    //! Round trips of one JSON record through a layout.

    use super::super::{Layout, Losses, Mismatch, MismatchKind, Mismatches, ObjectWriter};
    use crate::example::{Example, Role};
    use tunelint_data::record::json::Parser;
    use tunelint_data::record::roles::RoleAliases;
    use tunelint_data::record::{Body, Record};
    use tunelint_data::text::position::{Position, SourceId};

    /// A mismatch as `rule@column pointer: what`, without the words that rules have for it.
    fn brief(record: &Record<'_>, mismatch: &Mismatch) -> String {
        let (rule, what) = match &mismatch.kind {
            MismatchKind::MissingField { name, .. } => ("missing-field", name.clone()),
            MismatchKind::MissingRole { key, .. } => ("missing-role", key.clone()),
            MismatchKind::UnknownRole { name, .. } => ("unknown-role", name.clone()),
            MismatchKind::NotText { name, found, .. } => {
                ("wrong-type", format!("{name} is {found:?}, not text"))
            }
            MismatchKind::WrongKind {
                name,
                found,
                expected,
            } => (
                "wrong-type",
                format!("{name} is {found:?}, not {expected:?}"),
            ),
            other => ("wrong-type", format!("{other:?}")),
        };
        let at = record.locate(mismatch.span);
        format!("{rule}@{} {}: {what}", at.start.column, at.pointer)
    }

    fn with<R>(
        layout: &dyn Layout,
        line: &str,
        take: impl FnOnce(Option<&Example<'_>>) -> R,
    ) -> (R, Vec<String>) {
        let mut mismatches = Mismatches::default();
        let mut parser = Parser::new();
        let json = parser.parse(line).unwrap();
        let record = Record {
            source: SourceId(0),
            raw: line.as_bytes(),
            start: Position::START,
            ordinal: 1,
            body: Body::Json(json),
            role_aliases: RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        };
        let mut example = layout.decode(&record, &mut mismatches);
        if let Some(example) = &mut example {
            example.layout = layout.name();
            example.capacity = layout.capacity();
        }
        let result = take(example.as_ref());
        let found = mismatches.take();
        let found = found.iter().map(|mismatch| brief(&record, mismatch));
        (result, found.collect())
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

    /// The names of the extra fields.
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

    /// The converted record, and what was lost.
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

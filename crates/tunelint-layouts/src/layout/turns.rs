//! Helpers shared by the layouts that have a list of messages.
//!
//! The functions that take `mismatches` return `None` after adding at least one.

use smallvec::SmallVec;
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;

use super::fields::{
    missing, missing_in, near, not_a, not_an_object, own_names, text_is_not_a, wrong_type,
};
use super::mismatch::{Expected, Item, MismatchKind, Mismatches, beginning, unknown_role};
use super::role_field::among;
use crate::example::{Part, Role, Turn};

/// Whether the messages in `conversations` have a `role` rather than ShareGPT's `from`.
pub(super) fn is_chat(body: &Body<'_>) -> bool {
    first_of(body, "conversations")
        .is_some_and(|turn| turn.get("role").is_some() && turn.get("from").is_none())
}

/// The record, if it is a list.
pub(super) fn bare_list<'a>(body: &Body<'a>) -> Option<Value<'a>> {
    match body {
        Body::Json(json) => Some(json.root()).filter(|root| root.kind() == Kind::Array),
        Body::Row(_) | Body::Unread => None,
    }
}

/// Whether the record is a list of messages with a `role` rather than ShareGPT's `from`.
pub(super) fn is_chat_list(body: &Body<'_>) -> bool {
    let mut items = bare_list(body).into_iter().flat_map(Value::items);
    !items.any(|turn| turn.get("from").is_some() && turn.get("role").is_none())
}

/// The first object in the list `name`.
pub(super) fn first_of<'a>(body: &Body<'a>, name: &str) -> Option<Value<'a>> {
    match body.field(name) {
        Some(Field::Other(list)) => list.items().find(|turn| turn.kind() == Kind::Object),
        _ => None,
    }
}

/// The list of messages in the field `name`.
pub(super) fn turn_list<'a>(
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Option<Value<'a>> {
    list_of(Expected::Messages, record, name, mismatches)
}

/// The list in the field `name`. `expected` describes it in the mismatch.
pub(super) fn list_of<'a>(
    expected: Expected,
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Option<Value<'a>> {
    match record.body.field(name) {
        Some(Field::Other(list)) if list.kind() == Kind::Array => Some(list),
        Some(Field::Other(other)) => {
            not_a(expected, name, other, mismatches);
            None
        }
        Some(Field::Text(text)) => {
            text_is_not_a(expected, name, &text, mismatches);
            None
        }
        None => {
            missing(name, Span::new(0, 1), &own_names(record), mismatches);
            None
        }
    }
}

/// The string in the key `name` of a message.
pub(super) fn turn_text<'a>(
    turn: Value<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Option<Value<'a>> {
    match turn.get(name) {
        Some(value) if value.kind() == Kind::String => Some(value),
        Some(other) => {
            wrong_type(name, other, mismatches);
            None
        }
        None if turn.kind() == Kind::Object => {
            missing_in(turn, name, mismatches);
            None
        }
        None => {
            not_an_object(Item::Message, turn, mismatches);
            None
        }
    }
}

/// The role name in the key `key` of a message. Not checked against `roles`.
pub(super) fn role_name<'a>(
    turn: Value<'a>,
    key: &str,
    roles: &'static [&'static str],
    mismatches: &mut Mismatches,
) -> Option<Value<'a>> {
    if turn.kind() == Kind::Object && turn.get(key).is_none() {
        let names: Vec<&str> = turn.entries().map(|entry| entry.key).collect();
        let start = turn.span().start;
        let kind = MismatchKind::MissingRole {
            key: key.to_owned(),
            near: near(key, &names).map(beginning),
            roles,
        };
        mismatches.add(Span::new(start, start + 1), kind);
        return None;
    }
    turn_text(turn, key, mismatches)
}

/// A turn with the role of `message` and no texts, and the role name. Accepts the standard names,
/// those in `nonstandard`, and the user's aliases; `roles` are listed in the mismatch for any
/// other.
pub(super) fn opened<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    roles: &'static [&'static str],
    nonstandard: &[(&str, Role)],
    mismatches: &mut Mismatches,
) -> Option<(Turn<'a>, Value<'a>)> {
    let named = role_name(message, "role", roles, mismatches)?;
    let name = named.as_str().unwrap_or_default();
    let known = role_called(name).or_else(|| among(nonstandard, name));
    let Some(role) = record.role_aliases.role(name, known) else {
        unknown_role("role", named, roles, mismatches);
        return None;
    };
    let turn = Turn {
        role,
        texts: SmallVec::new(),
        span: message.span(),
        parts: Vec::new(),
    };
    Some((turn, named))
}

/// The role with the standard name `name`.
fn role_called(name: &str) -> Option<Role> {
    match name {
        "system" | "developer" => Some(Role::System),
        "user" => Some(Role::User),
        "assistant" => Some(Role::Model),
        "tool" | "function" => Some(Role::Tool),
        _ => None,
    }
}

/// The standard name of a role, for writing.
pub(super) fn role_of(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Model => "assistant",
        Role::Tool => "tool",
    }
}

/// One item of a list of content parts.
pub(super) enum ContentPiece<'t, 'a> {
    /// Texts that form one text part.
    Texts(&'t [Text<'a>]),
    /// Anything else, copied as written.
    Part(&'t Part<'a>),
}

/// The texts and the `wanted` parts of a turn, in the order of the source.
pub(super) fn in_order<'t, 'a>(
    turn: &'t Turn<'a>,
    wanted: impl Fn(&Part<'_>) -> bool,
) -> impl Iterator<Item = ContentPiece<'t, 'a>> {
    let start = |texts: &[Text<'_>]| texts.last().map_or(0, |text| text.span().start);
    let texts = text_runs(&turn.texts).map(|texts| (start(texts), ContentPiece::Texts(texts)));
    let parts = turn
        .parts
        .iter()
        .filter(|part| wanted(part))
        .map(|part| (part.span.start, ContentPiece::Part(part)));
    // Most turns have one text.
    let mut items: SmallVec<[(usize, ContentPiece<'t, 'a>); 2]> = texts.chain(parts).collect();
    items.sort_by_key(|(start, _)| *start);
    items.into_iter().map(|(_, item)| item)
}

/// Groups texts into parts. Only two texts that were separate strings in the source are separate
/// parts; composed text joins its neighbors.
pub(super) fn text_runs<'t, 'a>(texts: &'t [Text<'a>]) -> impl Iterator<Item = &'t [Text<'a>]> {
    texts.chunk_by(|one, next| one.raw_json().is_none() || next.raw_json().is_none())
}

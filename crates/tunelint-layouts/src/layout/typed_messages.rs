//! `typed-messages`: messages whose content is a list of parts with `type` and `value`,
//! LLaMA-Factory's format: texts, reasoning, tool calls.

use super::contract::{Layout, Losses};
use super::fields::{
    all_of, extras, fields, first_part, has, inner_notes, not_a, not_an_object, notes,
};
use super::mismatch::{Expected, Item, Mismatches};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::sharegpt::{declare, written_call};
use super::tooling::{self, TurnSupport, WrittenTools};
use super::turns::{ContentPiece, in_order, opened, role_of, turn_list, turn_text};
use crate::example::capacity::Capacity;
use crate::example::tools::ToolParts;
use crate::example::{Example, Part, PartKind, Role, Turn, reasoning};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Record};

/// What messages can hold besides text.
const ROOM: TurnSupport = TurnSupport {
    ids: false,
    names: false,
    weights: false,
    reasoning: true,
};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypedMessages;

const FIELDS: [&str; 2] = ["messages", "tools"];
const ROLES: [&str; 4] = ["system", "user", "assistant", "tool"];

/// The kinds of parts other than text, with the keys that they have in an example; these keys
/// cannot occur next to the content.
const KINDS: [(&str, PartKind, &str); 2] = [
    ("tool_call", PartKind::Call, "content/tool_call"),
    ("reasoning", PartKind::Reasoning, "content/reasoning"),
];
/// The key of any other part.
const OTHER: &str = "content/value";
const VALUE: &str = "value";

/// Whether the first content that is a list has parts with a `value`.
pub(super) fn is_typed(body: &Body<'_>) -> bool {
    let is_part = |part: Value<'_>| {
        part.get("type").is_some() && part.get(VALUE).is_some() && part.get("text").is_none()
    };
    first_part(body).is_some_and(is_part)
}

impl Layout for TypedMessages {
    fn name(&self) -> &'static str {
        "typed-messages"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(RoleField::of("messages", "role", &ROLES))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        is_typed(body)
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        has(body, "messages")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "messages", mismatches)?;
        let turns = all_of(list.items(), |message| turn(record, message, mismatches));
        let mut example = Example::new(*record, turns?);
        example.extras = extras(record, &FIELDS);
        example.settings = fields(record, |name| name == "tools");
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = is_typed(&example.record.body);
        object.key("messages");
        tooling::encode_list(example, own, object, |turn, exchange, object| {
            encode_turn(turn, own, exchange, object, losses);
        });
        tooling::settings(example, own, &[], object, losses, declare);
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

fn turn<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let (mut turn, _) = opened(record, message, &ROLES, &[], mismatches)?;
    match message.get("content") {
        Some(list) if list.kind() == Kind::Array => list
            .items()
            .try_for_each(|item| part(item, &mut turn, mismatches))?,
        Some(other) if other.kind() != Kind::String => {
            not_a(Expected::Parts, "content", other, mismatches);
            return None;
        }
        _ => {
            let text = turn_text(message, "content", mismatches)?;
            turn.texts.push(text.text()?);
        }
    }
    turn.parts.extend(notes(message, &["role", "content"]));
    Some(turn)
}

fn part<'a>(item: Value<'a>, turn: &mut Turn<'a>, mismatches: &mut Mismatches) -> Option<()> {
    if item.kind() != Kind::Object {
        not_an_object(Item::ContentPart, item, mismatches);
        return None;
    }
    let value = turn_text(item, VALUE, mismatches)?;
    turn.parts.extend(inner_notes(item, &["type", VALUE]));
    let named = item.get("type").and_then(Value::as_str);
    if named == Some("text") {
        turn.texts.push(value.text()?);
        return Some(());
    }
    let known = KINDS.iter().find(|(name, ..)| Some(*name) == named);
    let (kind, key) = known.map_or((PartKind::Media, OTHER), |(_, kind, key)| (*kind, *key));
    turn.parts.push(Part {
        kind,
        key,
        raw: item.raw(),
        span: item.span(),
    });
    Some(())
}

/// Whether a part belongs to the content rather than being a key next to it.
fn is_content(part: &Part<'_>) -> bool {
    part.key == OTHER || KINDS.iter().any(|(.., key)| *key == part.key)
}

/// Writes a turn, with a separate message for each of its tool results.
fn encode_turn(
    turn: &Turn<'_>,
    own: bool,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    if own {
        begin(role_of(turn.role), object);
        for item in in_order(turn, is_content) {
            match item {
                ContentPiece::Part(part) => object.raw(part.raw),
                ContentPiece::Texts(texts) => part_of("text", object, |object| object.texts(texts)),
            }
        }
        end(object);
        return tooling::lose(turn, |part| !is_content(part), losses);
    }
    let WrittenTools { calls, outcomes } = tooling::written(turn, exchange, ROOM, losses);
    for outcome in outcomes {
        begin("tool", object);
        part_of("text", object, |object| object.string(&outcome.text));
        end(object);
    }
    let speaker = turn.speaker();
    let is_told = speaker == Role::Tool && !outcomes.is_empty();
    if is_told || (turn.texts.is_empty() && calls.is_empty() && !outcomes.is_empty()) {
        return;
    }
    begin(role_of(speaker), object);
    for thought in reasoning::of_turn(turn) {
        part_of("reasoning", object, |object| object.string(&thought));
    }
    if !turn.texts.is_empty() || calls.is_empty() {
        part_of("text", object, |object| object.texts(&turn.texts));
    }
    for call in calls {
        let call = written_call(call);
        part_of("tool_call", object, |object| object.string(&call));
    }
    end(object);
}

fn begin(role: &str, object: &mut ObjectWriter) {
    object.begin_object();
    object.key("role");
    object.string(role);
    object.key("content");
    object.begin_array();
}

fn end(object: &mut ObjectWriter) {
    object.end_array();
    object.end_object();
}

fn part_of(kind: &str, object: &mut ObjectWriter, value: impl FnOnce(&mut ObjectWriter)) {
    object.begin_object();
    object.key("type");
    object.string(kind);
    object.key(VALUE);
    value(object);
    object.end_object();
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::messages::Messages;
    use super::*;
    use tunelint_data::record::json::Parser;

    const LINE: &str = r#"{"messages":[{"role":"user","content":[{"type":"text","value":"a"}]},{"role":"assistant","content":[{"type":"reasoning","value":"r"},{"type":"tool_call","value":"{\"name\":\"f\",\"arguments\":{\"x\":1}}"}]},{"role":"tool","content":[{"type":"text","value":"1"}]},{"role":"assistant","content":[{"type":"text","value":"b"}]}],"tools":"[]"}"#;

    #[test]
    fn records_round_trip() {
        assert_eq!(
            read(&TypedMessages, LINE).0,
            ["user: a", "model: ", "tool: 1", "model: b"]
        );
        assert_eq!(
            rewrite(&TypedMessages, &TypedMessages, LINE),
            (LINE.into(), vec![])
        );
    }

    #[test]
    fn calls_convert_to_other_layouts() {
        let (text, lost) = rewrite(&TypedMessages, &Messages::Usual, LINE);
        assert!(
            text.contains(r#""tool_calls":[{"id":"call00001","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]"#),
            "{text}"
        );
        assert!(text.contains(r#""reasoning_content":""#), "{text}");
        assert!(lost.is_empty());
        let back = rewrite(&Messages::Usual, &TypedMessages, &text);
        assert_eq!(back, (LINE.into(), vec!["id of a tool call".into()]));
    }

    #[test]
    fn only_typed_parts_are_recognized() {
        let recognised = |messages: &str, more: &str| {
            let line = format!(r#"{{"messages":[{messages}]{more}}}"#);
            let mut parser = Parser::new();
            let body = Body::Json(parser.parse(&line).unwrap());
            let names = super::super::all().into_iter();
            let mut recognising = names.filter(|layout| layout.recognises(&body));
            recognising.next().unwrap().name()
        };
        let typed = r#"{"role":"user","content":[{"type":"text","value":"a"}]}"#;
        let system = r#"{"role":"system","content":"s"}"#;
        assert_eq!(recognised(typed, ""), "typed-messages");
        assert_eq!(recognised(&[system, typed].join(","), ""), "typed-messages");
        assert_eq!(recognised(typed, r#","labels":["x"]"#), "typed-messages");
        let ours = r#"{"role":"user","content":[{"type":"text","text":"a","value":1}]}"#;
        assert_eq!(recognised(ours, ""), "messages");
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&TypedMessages, line).1;
        assert_eq!(
            said(r#"{"messages":[{"role":"user","content":["a"]}]}"#),
            [
                "wrong-type@40 /messages/0/content/0: NotAnObject { item: ContentPart, found: String }"
            ]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"gpt","content":[{"type":"text","value":"a"}]}]}"#),
            ["unknown-role@22 /messages/0/role: gpt"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user","content":[{"type":"text","value":1}]}]}"#).len(),
            1
        );
    }
}

//! `contents`: messages made of parts, Vertex AI's format for tuning Gemini models.

use super::mismatch::{Expected, Mismatches, unknown_role};
use smallvec::SmallVec;

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has, inner_notes, missing_in, not_a, notes, read_each};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::tooling::{self, TurnSupport, WrittenTools};
use super::turns::{turn_list, turn_text};
use crate::example::capacity::Capacity;
use crate::example::tools::{Declaration, ToolParts, WRAPPED, is_response};
use crate::example::{Example, Part, PartKind, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Record};

/// What messages can hold besides text.
const ROOM: TurnSupport = TurnSupport {
    ids: false,
    names: true,
    weights: false,
    reasoning: false,
};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contents;

const FIELDS: [&str; 6] = [
    "contents",
    "systemInstruction",
    "system_instruction",
    "tools",
    "labels",
    "toolConfig",
];
const SYSTEM: [&str; 2] = ["systemInstruction", "system_instruction"];
/// The role of the system instruction.
const SYSTEM_ROLE: &str = "system";
pub(super) const ROLES: [&str; 4] = ["user", "model", "function", "tool"];

impl Layout for Contents {
    fn name(&self) -> &'static str {
        "contents"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(RoleField::of("contents", "role", &ROLES))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        has(body, "contents") && !has(body, "completions")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let turns = turns(record, mismatches)?;
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        let setting =
            |name: &str| FIELDS.contains(&name) && name != "contents" && !SYSTEM.contains(&name);
        example.settings = fields(record, setting);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = has(&example.record.body, "contents");
        encode_example(example, object, losses);
        tooling::settings(example, own, &[], object, losses, declare);
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

/// Writes the system instruction and the contents of an example.
pub(super) fn encode_example(
    example: &Example<'_>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let own = has(&example.record.body, "contents");
    let exchanges = tooling::foreign(example, own);
    encode_turns(&example.turns, own, exchanges.as_deref(), object, losses);
}

/// The system instruction and the contents of a record.
pub(super) fn turns<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Vec<Turn<'a>>> {
    let list = turn_list(record, "contents", mismatches)?;
    let Body::Json(json) = record.body else {
        return None;
    };
    let mut turns = Vec::with_capacity(3);
    let systems = SYSTEM.iter().filter_map(|name| json.root().get(name));
    let systems = systems.filter(|system| system.kind() != Kind::Null);
    let mut whole = read_each(systems, &mut turns, |system| {
        let mut turn = parts(system, Role::System, mismatches)?;
        // Vertex AI ignores this role; a standard one need not be kept.
        let usual = |role: Value<'_>| role.as_str().and_then(role_called).is_some();
        if !system.get("role").is_none_or(usual) {
            turn.parts
                .extend(notes(system, &["parts"]).filter(|note| note.key == "role"));
        }
        Some(turn)
    });
    let mut index = 0..;
    whole &= read_each(list.items(), &mut turns, |content| {
        turn(record, content, index.next()?, mismatches)
    });
    whole.then_some(turns)
}

/// Writes the system instruction and the contents.
pub(super) fn encode_turns(
    turns: &[Turn<'_>],
    own: bool,
    exchanges: Option<&[ToolParts]>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let systems = || turns.iter().filter(|turn| turn.role == Role::System);
    if systems().next().is_some() {
        object.key("systemInstruction");
        object.begin_object();
        object.key("role");
        object.string(SYSTEM_ROLE);
        object.key("parts");
        object.begin_array();
        systems().for_each(|turn| encode_parts(turn, own, None, object, losses));
        object.end_array();
        object.end_object();
    }
    tooling::lose_system_places(turns, losses);
    object.key("contents");
    object.begin_array();
    let mut open = None;
    for (index, turn) in turns.iter().enumerate() {
        if turn.role == Role::System {
            continue;
        }
        // Results of one round share a content.
        if own || turn.role != Role::Tool || open != Some(Role::Tool) {
            end_turn(open, object);
            begin_turn(turn.role, object);
        }
        open = Some(turn.role);
        let exchange = exchanges.and_then(|all| all.get(index));
        encode_parts(turn, own, exchange, object, losses);
    }
    end_turn(open, object);
    object.end_array();
}

pub(super) fn begin_turn(role: Role, object: &mut ObjectWriter) {
    object.begin_object();
    object.key("role");
    object.string(match role {
        Role::Model => "model",
        Role::Tool => "function",
        Role::System | Role::User => "user",
    });
    object.key("parts");
    object.begin_array();
}

pub(super) fn end_turn(open: Option<Role>, object: &mut ObjectWriter) {
    if open.is_some() {
        object.end_array();
        object.end_object();
    }
}

pub(super) fn declare(tools: &[Declaration], object: &mut ObjectWriter) {
    object.key("tools");
    object.begin_array();
    object.begin_object();
    object.key("functionDeclarations");
    object.begin_array();
    for tool in tools {
        object.begin_object();
        tooling::describe_with_parameters(tool, object);
        object.end_object();
    }
    object.end_array();
    object.end_object();
    object.end_array();
}

pub(super) fn turn<'a>(
    record: &Record<'a>,
    content: Value<'a>,
    index: usize,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let role = match content.get("role") {
        // Google's own samples omit the role of tool results.
        None if holds_result(content) => Role::Tool,
        // The role may be omitted: contents alternate, starting with the user.
        None if content.kind() == Kind::Object => {
            if index.is_multiple_of(2) {
                Role::User
            } else {
                Role::Model
            }
        }
        _ => {
            let named = turn_text(content, "role", mismatches)?;
            let name = named.as_str().unwrap_or_default();
            let known = record.role_aliases.role(name, role_called(name));
            let Some(role) = known else {
                unknown_role("role", named, &ROLES, mismatches);
                return None;
            };
            role
        }
    };
    parts(content, role, mismatches)
}

/// The role that the layout calls `name`.
fn role_called(name: &str) -> Option<Role> {
    match name {
        "user" => Some(Role::User),
        "model" => Some(Role::Model),
        "function" | "tool" => Some(Role::Tool),
        "system" => Some(Role::System),
        _ => None,
    }
}

fn holds_result(content: Value<'_>) -> bool {
    let mut keys = content
        .get("parts")
        .into_iter()
        .flat_map(Value::items)
        .flat_map(Value::entries);
    keys.any(|entry| part_kind(entry.key) == Some(PartKind::Result))
}

/// Reads the parts of a content: texts, calls and results, media.
fn parts<'a>(content: Value<'a>, role: Role, mismatches: &mut Mismatches) -> Option<Turn<'a>> {
    let list = match content.get("parts") {
        Some(list) if list.kind() == Kind::Array => list,
        Some(other) => {
            not_a(Expected::Parts, "parts", other, mismatches);
            return None;
        }
        None if content.kind() != Kind::Object => {
            not_a(
                Expected::ObjectWithParts,
                "systemInstruction",
                content,
                mismatches,
            );
            return None;
        }
        None => {
            missing_in(content, "parts", mismatches);
            return None;
        }
    };
    let mut turn = Turn {
        role,
        texts: SmallVec::new(),
        span: content.span(),
        parts: Vec::new(),
    };
    for item in list.items() {
        let other = item
            .entries()
            .filter(|entry| entry.value.raw() != "false")
            .find_map(|entry| Some((entry, part_kind(entry.key)?)));
        match other {
            Some((entry, kind)) => {
                turn.parts.push(Part {
                    kind,
                    key: entry.key,
                    raw: item.raw(),
                    span: item.span(),
                });
            }
            None => {
                turn.texts
                    .push(turn_text(item, "text", mismatches)?.text()?);
                turn.parts.extend(inner_notes(item, &["text"]));
            }
        }
    }
    turn.parts.extend(notes(content, &["role", "parts"]));
    Some(turn)
}

fn part_kind(key: &str) -> Option<PartKind> {
    match key {
        "functionCall" | "function_call" => Some(PartKind::Call),
        "functionResponse" | "function_response" => Some(PartKind::Result),
        "fileData" | "file_data" | "inlineData" | "inline_data" => Some(PartKind::Media),
        // The text of such a part is reasoning.
        "thought" => Some(PartKind::Reasoning),
        _ => None,
    }
}

/// Writes the parts of a content in order; calls and media only if the record is in this layout
/// (`own`), because other layouts write them differently.
pub(super) fn encode_parts(
    turn: &Turn<'_>,
    own: bool,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let copied = |part: &Part<'_>| own && part_kind(part.key) == Some(part.kind);
    tooling::encode_pieces(turn, copied, exchange, object);
    if own {
        return tooling::lose(turn, |part| !copied(part), losses);
    }
    let WrittenTools { calls, outcomes } = tooling::written(turn, exchange, ROOM, losses);
    for call in calls {
        object.begin_object();
        object.key("functionCall");
        object.begin_object();
        object.key("name");
        object.string(call.name.as_deref().unwrap_or_default());
        object.key("args");
        object.raw(tooling::arguments(call));
        object.end_object();
        object.end_object();
    }
    for outcome in outcomes {
        object.begin_object();
        object.key("functionResponse");
        object.begin_object();
        object.key("name");
        object.string(outcome.name.as_deref().unwrap_or_default());
        object.key("response");
        if is_response(&outcome.text) {
            object.raw(&outcome.text);
        } else {
            object.begin_object();
            object.key(WRAPPED);
            object.string(&outcome.text);
            object.end_object();
        }
        object.end_object();
        object.end_object();
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::messages::Messages;
    use super::super::sharegpt::ShareGpt;
    use super::*;

    #[test]
    fn records_round_trip() {
        let line = r#"{"systemInstruction":{"role":"system","parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a\u00e9"}]},{"role":"model","parts":[{"text":"b"}]}]}"#;
        assert_eq!(
            read(&Contents, line).0,
            ["system: s", "user: aé", "model: b"]
        );
        assert_eq!(rewrite(&Contents, &Contents, line), (line.into(), vec![]));
    }

    #[test]
    fn parts_keep_their_order() {
        let line = r#"{"contents":[{"role":"user","parts":[{"text":"see"},{"fileData":{"fileUri":"u"}},{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"}]}]}"#;
        assert_eq!(rewrite(&Contents, &Contents, line), (line.into(), vec![]));
        let more = r#"{"contents":[{"role":"model","parts":[{"text":"c","x":1}],"id":7}]}"#;
        assert_eq!(
            rewrite(&Contents, &Contents, more).1,
            ["field `x` of a content part", "field `id`"]
        );
    }

    #[test]
    fn a_thought_is_not_part_of_the_response() {
        let line = r#"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"r","thought":true},{"text":"b"}]}]}"#;
        assert_eq!(read(&Contents, line).0, ["user: a", "model: b"]);
        assert_eq!(rewrite(&Contents, &Contents, line), (line.into(), vec![]));
        let (text, lost) = rewrite(&Contents, &Messages::Usual, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"r"}]}"#
        );
        assert!(lost.is_empty());
    }

    #[test]
    fn a_result_needs_no_role() {
        let line = r#"{"contents":[{"parts":[{"text":"a"}]},{"parts":[{"functionCall":{}}]},{"parts":[{"functionResponse":{}}]},{"parts":[{"text":"b"}]}]}"#;
        assert_eq!(
            read(&Contents, line).0,
            ["user: a", "model: ", "tool: ", "model: b"]
        );
    }

    #[test]
    fn calls_of_another_layout_are_counted_as_lost() {
        let line = r#"{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"{}"}]}"#;
        let (text, losses) = rewrite(&ShareGpt, &Contents, line);
        assert_eq!(
            text,
            r#"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[]}]}"#
        );
        assert_eq!(losses, ["tool call"]);
    }

    #[test]
    fn messages_become_contents() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":1}]}"#;
        let (text, losses) = rewrite(&Messages::Usual, &Contents, line);
        assert_eq!(
            text,
            r#"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}]}"#
        );
        assert_eq!(losses, ["field `weight`"]);
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&Contents, line).1;
        assert_eq!(
            said(r#"{"systemInstruction":"s","contents":[]}"#),
            [
                "wrong-type@22 /systemInstruction: systemInstruction is Json(String), not ObjectWithParts"
            ]
        );
        assert_eq!(
            said(r#"{"contents":[{"role":"assistant","parts":[{"text":"a"}]}]}"#),
            ["unknown-role@22 /contents/0/role: assistant"]
        );
        assert_eq!(
            said(r#"{"contents":[{"role":"user","parts":[{"text":5}]}]}"#),
            ["wrong-type@46 /contents/0/parts/0/text: text is Number, not text"]
        );
        assert_eq!(
            said(r#"{"contents":[{"role":"user","part":[]}]}"#),
            ["missing-field@14 /contents/0: parts"]
        );
    }
}

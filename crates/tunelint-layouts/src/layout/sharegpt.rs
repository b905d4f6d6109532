//! `sharegpt`: `conversations` of `from` and `value`, the format of the first datasets collected
//! from shared chats; LLaMA-Factory adds tool messages.

use super::mismatch::{Mismatches, unknown_role};
use super::role_field::{SHAREGPT_ROLES, among};
use smallvec::SmallVec;

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has, notes, optional, read_each};
use super::nemo::Nemo;
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::tooling::{self, TurnSupport, WrittenTools};
use super::turns::{is_chat, role_name, turn_list, turn_text};
use crate::example::capacity::Capacity;
use crate::example::tools::{Call, Declaration, ToolParts};
use crate::example::{Example, Part, PartKind, Role, Turn};
use tunelint_data::record::json::Value;
use tunelint_data::record::roles::RoleMeaning;
use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;

/// What messages can hold besides text.
const ROOM: TurnSupport = TurnSupport {
    ids: false,
    names: false,
    weights: false,
    reasoning: false,
};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShareGpt;

const FIELDS: [&str; 6] = [
    "conversations",
    "system",
    "tools",
    "images",
    "videos",
    "audios",
];
/// Nonstandard role names, which few trainers accept.
const NONSTANDARD_ROLES: [(&str, Role); 2] = [("input", Role::User), ("output", Role::Model)];

impl Layout for ShareGpt {
    fn name(&self) -> &'static str {
        "sharegpt"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(RoleField {
            list: "conversations",
            speaker: "from",
            names: &SHAREGPT_ROLES,
            nonstandard: &NONSTANDARD_ROLES,
        })
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let other = has(body, "chosen") || is_chat(body) || Nemo.recognises(body);
        has(body, "conversations") && !other
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "conversations", mismatches)?;
        let mut turns = Vec::with_capacity(4);
        let system = optional(record, "system", mismatches);
        let mut whole = system.is_ok();
        let system = system.ok().flatten().filter(|text| !text.is_blank());
        turns.extend(system.map(|text| Turn::of_text(Role::System, text)));
        whole &= read_each(list.items(), &mut turns, |item| {
            turn_of(record, item, &NONSTANDARD_ROLES, mismatches)
        });
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        example.settings = fields(record, |name| {
            !["conversations", "system"].contains(&name) && FIELDS.contains(&name)
        });
        whole.then_some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = ["sharegpt", "preference-sharegpt"].contains(&example.layout);
        object.key("conversations");
        let mut results = Results::default();
        let exchanges = tooling::foreign(example, own);
        object.begin_array();
        for (index, turn) in example.turns.iter().enumerate() {
            match exchanges.as_ref().and_then(|all| all.get(index)) {
                Some(exchange) => encode_exchange(turn, exchange, &mut results, object, losses),
                None => encode_turn(turn, object, losses),
            }
        }
        results.write(object, losses);
        object.end_array();
        tooling::settings(example, own, &[], object, losses, declare);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            separate_results: true,
            ..Capacity::CONVERSATION
        }
    }
}

/// Reads a message with one of the standard roles.
pub(super) fn turn<'a>(
    record: &Record<'a>,
    item: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    turn_of(record, item, &[], mismatches)
}

/// The same, with additional role names.
fn turn_of<'a>(
    record: &Record<'a>,
    item: Value<'a>,
    nonstandard: &[(&str, Role)],
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let from = role_name(item, "from", &SHAREGPT_ROLES, mismatches);
    let value = turn_text(item, "value", mismatches);
    let (from, value) = (from?, value?);
    let name = from.as_str().unwrap_or_default();
    let known = || {
        let nonstandard = among(nonstandard, name).map(RoleMeaning::Role);
        speaker_called(name).or(nonstandard)
    };
    let (role, call) = match record.role_aliases.get(name).or_else(known) {
        Some(RoleMeaning::Role(role)) => (role, false),
        Some(RoleMeaning::Call) => (Role::Model, true),
        None => {
            unknown_role("from", from, &SHAREGPT_ROLES, mismatches);
            return None;
        }
    };
    let mut turn = Turn {
        role,
        texts: SmallVec::new(),
        span: item.span(),
        parts: Vec::new(),
    };
    if call {
        turn.parts.push(Part {
            kind: PartKind::Call,
            key: "function_call",
            raw: value.raw(),
            span: value.span(),
        });
    } else {
        turn.texts.push(value.text()?);
    }
    turn.parts.extend(notes(item, &["from", "value"]));
    Some(turn)
}

/// The role that the layout calls `name`, including names that some chat programs export.
fn speaker_called(name: &str) -> Option<RoleMeaning> {
    Some(match name {
        "system" => RoleMeaning::Role(Role::System),
        "human" | "user" => RoleMeaning::Role(Role::User),
        "gpt" | "assistant" | "model" | "chatgpt" | "bing" | "bard" => {
            RoleMeaning::Role(Role::Model)
        }
        "function_call" => RoleMeaning::Call,
        "observation" | "tool" => RoleMeaning::Role(Role::Tool),
        _ => return None,
    })
}

/// Tool results that are still to be written. Consecutive ones become one message: trainers expect
/// one between a message of the model and the next, and skip records that have more.
#[derive(Default)]
struct Results {
    texts: Vec<String>,
    last: Span,
}

impl Results {
    /// Writes them: one as it is, several as a JSON list, like the calls that they belong to.
    fn write(&mut self, object: &mut ObjectWriter, losses: &mut Losses) {
        let texts = std::mem::take(&mut self.texts);
        match texts.as_slice() {
            [] => {}
            [one] => write(object, "observation", |object| object.string(one)),
            many => {
                let list = serde_json::Value::from(many).to_string();
                write(object, "observation", |object| object.string(&list));
                losses.add("separate messages of tool results", self.last);
            }
        }
    }
}

/// Writes a turn with tools from another layout: one message for its text, one for its calls. Its
/// results wait in `results`.
fn encode_exchange(
    turn: &Turn<'_>,
    exchange: &ToolParts,
    results: &mut Results,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let WrittenTools { calls, outcomes } = tooling::written(turn, Some(exchange), ROOM, losses);
    results
        .texts
        .extend(outcomes.iter().map(|of| of.text.clone()));
    if !outcomes.is_empty() {
        results.last = turn.span;
    }
    let beside = turn.parts.iter().any(|part| part.kind == PartKind::Result);
    let is_told = !outcomes.is_empty() && !beside;
    let has_text = !is_told && (!turn.texts.is_empty() || calls.is_empty() && outcomes.is_empty());
    if has_text || !calls.is_empty() {
        results.write(object, losses);
    }
    if has_text {
        let name = role_of(if beside { Role::User } else { turn.role });
        write(object, name, |object| object.texts(&turn.texts));
        if !calls.is_empty() {
            losses.add("text next to a tool call", turn.text_span());
        }
    }
    let called: Vec<String> = calls.iter().map(|call| written_call(call)).collect();
    match called.as_slice() {
        [] => {}
        [one] => write(object, "function_call", |object| object.string(one)),
        many => {
            let list = format!("[{}]", many.join(","));
            write(object, "function_call", |object| object.string(&list));
        }
    }
}

fn write(object: &mut ObjectWriter, from: &str, value: impl FnOnce(&mut ObjectWriter)) {
    object.begin_object();
    object.key("from");
    object.string(from);
    object.key("value");
    value(object);
    object.end_object();
}

/// A call as the JSON that a message contains.
pub(super) fn written_call(call: &Call) -> String {
    let mut object = ObjectWriter::new();
    object.key("name");
    object.string(call.name.as_deref().unwrap_or_default());
    object.key("arguments");
    object.raw(tooling::arguments(call));
    String::from_utf8_lossy(object.finish()).into_owned()
}

/// Writes the declared tools as a string that contains a JSON array.
pub(super) fn declare(tools: &[Declaration], object: &mut ObjectWriter) {
    let described = tools.iter().map(|tool| {
        let mut object = ObjectWriter::new();
        tooling::describe_with_parameters(tool, &mut object);
        String::from_utf8_lossy(object.finish()).into_owned()
    });
    let list = described.collect::<Vec<_>>().join(",");
    object.key("tools");
    object.string(&format!("[{list}]"));
}

fn role_of(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "human",
        Role::Model => "gpt",
        Role::Tool => "observation",
    }
}

pub(super) fn encode_turn(turn: &Turn<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
    // A call read from this layout is a string; in other layouts it is an object.
    let call = turn
        .parts
        .iter()
        .find(|part| part.key == "function_call" && part.raw.starts_with('"'));
    object.begin_object();
    object.key("from");
    object.string(call.map_or(role_of(turn.role), |_| "function_call"));
    object.key("value");
    match call {
        Some(call) => object.raw(call.raw),
        None => object.texts(&turn.texts),
    }
    object.end_object();
    for part in turn.parts.iter().filter(|part| {
        call.is_none_or(|call| call.span != part.span) && !turn.is_refusal_part(part)
    }) {
        losses.add(part.name(), part.span);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn records_round_trip() {
        let line = r#"{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"a"},{"from":"function_call","value":"{}"},{"from":"observation","value":"r"},{"from":"gpt","value":"b"}],"tools":"[]"}"#;
        assert_eq!(
            read(&ShareGpt, line).0,
            ["system: s", "user: a", "model: ", "tool: r", "model: b"]
        );
        assert_eq!(rewrite(&ShareGpt, &ShareGpt, line), (line.into(), vec![]));
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&ShareGpt, line).1;
        assert_eq!(
            said(r#"{"conversations":[{"from":"humn","value":"a"}]}"#),
            ["unknown-role@27 /conversations/0/from: humn"]
        );
        assert_eq!(
            said(r#"{"conversations":[{"role":"user","content":"a"}]}"#).len(),
            2
        );
        assert_eq!(
            said(r#"{"system":5,"conversations":[]}"#),
            ["wrong-type@11 /system: system is Number, not text"]
        );
    }
}

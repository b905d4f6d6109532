//! `sharegpt`: `conversations` of `from` and `value`, as conversations shared from chat programs
//! were first collected; LLaMA-Factory adds tool turns.

use smallvec::SmallVec;

use super::fields::{extras, fields, has, notes, optional};
use super::messages::{turn_list, turn_text, wrong_role};
use super::{Capacity, Layout, Losses, ObjectWriter, part_name};
use crate::example::{Example, Extra, Part, PartKind, Role, Turn};
use crate::finding::Findings;
use crate::json::Value;
use crate::printable::quoted;
use crate::record::{Body, Record};

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
const ROLES: [&str; 7] = [
    "system",
    "human",
    "user",
    "gpt",
    "assistant",
    "function_call",
    "observation",
];

impl Layout for ShareGpt {
    fn name(&self) -> &'static str {
        "sharegpt"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        has(body, "conversations") && !has(body, "chosen")
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let list = turn_list(record, "conversations", findings)?;
        let mut turns = Vec::with_capacity(4);
        let system = optional(record, "system", findings);
        let mut whole = system.is_ok();
        let system = system.ok().flatten().filter(|text| !text.is_blank());
        turns.extend(system.map(|text| Turn::of_text(Role::System, text)));
        for item in list.items() {
            match turn(record, item, findings) {
                Some(turn) => turns.push(turn),
                None => whole = false,
            }
        }
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        example.settings = fields(record, |name| {
            !["conversations", "system"].contains(&name) && FIELDS.contains(&name)
        });
        whole.then_some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        object.key("conversations");
        object.begin_array();
        for turn in &example.turns {
            encode_turn(turn, object, losses);
        }
        object.end_array();
        for Extra { key, raw, span, .. } in &example.settings {
            // Tools of another layout are declared in another way.
            if has(&example.record.body, "conversations") {
                object.key(key);
                object.raw(raw);
            } else {
                losses.add(format!("field {}", quoted(key, 40)), *span);
            }
        }
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            many_turns: true,
            system: true,
        }
    }
}

fn turn<'a>(record: &Record<'a>, item: Value<'a>, findings: &mut Findings<'_>) -> Option<Turn<'a>> {
    let from = turn_text(record, item, "from", findings);
    let value = turn_text(record, item, "value", findings);
    let (from, value) = (from?, value?);
    let (role, call) = match from.as_str().unwrap_or_default() {
        "system" => (Role::System, false),
        "human" | "user" => (Role::User, false),
        "gpt" | "assistant" | "model" | "chatgpt" | "bing" | "bard" => (Role::Model, false),
        "function_call" => (Role::Model, true),
        "observation" | "tool" => (Role::Tool, false),
        _ => {
            wrong_role(record, "from", from, &ROLES, findings);
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

fn encode_turn(turn: &Turn<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
    // A call that came from this layout is a string; in another it is an object.
    let call = turn
        .parts
        .iter()
        .find(|part| part.key == "function_call" && part.raw.starts_with('"'));
    object.begin_object();
    object.key("from");
    object.string(match (call, turn.role) {
        (Some(_), _) => "function_call",
        (None, Role::System) => "system",
        (None, Role::User) => "human",
        (None, Role::Model) => "gpt",
        (None, Role::Tool) => "observation",
    });
    object.key("value");
    match call {
        Some(call) => object.raw(call.raw),
        None => object.texts(&turn.texts),
    }
    object.end_object();
    for part in turn
        .parts
        .iter()
        .filter(|part| call.is_none_or(|call| call.span != part.span))
    {
        losses.add(part_name(part), part.span);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn it_writes_what_it_read() {
        let line = r#"{"conversations":[{"from":"system","value":"s"},{"from":"human","value":"a"},{"from":"function_call","value":"{}"},{"from":"observation","value":"r"},{"from":"gpt","value":"b"}],"tools":"[]"}"#;
        assert_eq!(
            read(&ShareGpt, line).0,
            ["system: s", "user: a", "model: ", "tool: r", "model: b"]
        );
        assert_eq!(rewrite(&ShareGpt, &ShareGpt, line), (line.into(), vec![]));
    }

    #[test]
    fn mistakes_are_placed() {
        let said = |line| read(&ShareGpt, line).1;
        assert_eq!(
            said(r#"{"conversations":[{"from":"humn","value":"a"}]}"#),
            ["wrong-type@27 /conversations/0/from: `from` is `humn`, which is no role"]
        );
        assert_eq!(
            said(r#"{"conversations":[{"role":"user","content":"a"}]}"#).len(),
            2
        );
        assert_eq!(
            said(r#"{"system":5,"conversations":[]}"#),
            ["wrong-type@11 /system: `system` is a number, not text"]
        );
    }
}

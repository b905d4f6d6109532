//! `messages`: a list of `role` and `content`, as OpenAI has it and most providers and trainers
//! took over.

use smallvec::SmallVec;

use super::fields::{
    extra, extras, fields, has, missing, near, not_a, notes, optional, text_is_not_a, wrong_type,
};
use super::{Capacity, Layout, Losses, ObjectWriter, part_name};
use crate::example::{Example, Extra, Part, PartKind, Role, Turn};
use crate::finding::{Findings, Message, Severity};
use crate::json::{Entry, Kind, Value};
use crate::position::Span;
use crate::printable::quoted;
use crate::record::{Body, Field, Record};
use crate::text::Text;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Messages;

const FIELDS: [&str; 6] = [
    "messages",
    "system",
    "tools",
    "functions",
    "parallel_tool_calls",
    "weight",
];
const ROLES: [&str; 6] = [
    "system",
    "user",
    "assistant",
    "developer",
    "tool",
    "function",
];

impl Layout for Messages {
    fn name(&self) -> &'static str {
        "messages"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        has(body, "messages") && !has(body, "schemaVersion")
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let list = turn_list(record, "messages", findings)?;
        let mut turns = Vec::with_capacity(4);
        let system = system(record, findings);
        let mut whole = system.is_ok();
        turns.extend(system.ok().flatten());
        for message in list.items() {
            match turn(record, message, findings) {
                Some(turn) => turns.push(turn),
                None => whole = false,
            }
        }
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        example.settings = fields(record, |name| {
            name != "messages" && name != "system" && FIELDS.contains(&name)
        });
        whole.then_some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = has(&example.record.body, "messages");
        object.key("messages");
        object.begin_array();
        for turn in &example.turns {
            encode_turn(turn, own, object, losses);
        }
        object.end_array();
        for Extra { key, raw, span, .. } in &example.settings {
            // Tools of another layout are declared in another way.
            if own {
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

/// The list of turns under `name`; what is wrong with it is reported.
pub(super) fn turn_list<'a>(
    record: &Record<'a>,
    name: &str,
    findings: &mut Findings<'_>,
) -> Option<Value<'a>> {
    match record.body.field(name) {
        Some(Field::Other(list)) if list.kind() == Kind::Array => Some(list),
        Some(Field::Other(other)) => {
            not_a("a list of turns", record, name, other, findings);
            None
        }
        Some(Field::Text(text)) => {
            text_is_not_a("a list of turns", record, name, &text, findings);
            None
        }
        None => {
            missing(
                record,
                name,
                Span::new(0, 1),
                &super::fields::own_names(record),
                findings,
            );
            None
        }
    }
}

/// The value called `name` of a turn; what is wrong with it is reported.
pub(super) fn turn_text<'a>(
    record: &Record<'a>,
    turn: Value<'a>,
    name: &str,
    findings: &mut Findings<'_>,
) -> Option<Value<'a>> {
    match turn.get(name) {
        Some(value) if value.kind() == Kind::String => Some(value),
        Some(other) => {
            wrong_type(record, name, other, findings);
            None
        }
        None if turn.kind() == Kind::Object => {
            let names: Vec<&str> = turn.entries().map(|entry| entry.key).collect();
            missing(
                record,
                name,
                Span::new(turn.span().start, turn.span().start + 1),
                &names,
                findings,
            );
            None
        }
        None => {
            not_a("an object", record, "a turn", turn, findings);
            None
        }
    }
}

/// Reports a role that the layout does not have.
pub(super) fn wrong_role(
    record: &Record<'_>,
    key: &str,
    role: Value<'_>,
    known: &[&str],
    findings: &mut Findings<'_>,
) {
    findings.report_as(
        "wrong-type",
        record.at(role.span()),
        Severity::Error,
        || {
            let name = role.as_str().unwrap_or_default();
            let aliases = [
                ("human", "user"),
                ("gpt", "assistant"),
                ("model", "assistant"),
                ("bot", "assistant"),
                ("ai", "assistant"),
            ];
            let alias = aliases
                .iter()
                .find(|(alias, _)| alias.eq_ignore_ascii_case(name))
                .map(|(_, role)| *role);
            let message = Message::new(format!(
                "{} is {}, which is no role",
                quoted(key, 20),
                quoted(name, 30)
            ));
            match alias
                .filter(|role| known.contains(role))
                .or_else(|| near(name, known))
            {
                Some(meant) => message.help(format!("did you mean `{meant}`?")),
                None => message.help(format!("the roles are {}", known.join(", "))),
            }
        },
    );
}

fn turn<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    findings: &mut Findings<'_>,
) -> Option<Turn<'a>> {
    let named = turn_text(record, message, "role", findings)?;
    let role = match named.as_str().unwrap_or_default() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Model,
        "tool" | "function" => Role::Tool,
        _ => {
            wrong_role(record, "role", named, &ROLES, findings);
            return None;
        }
    };
    let mut turn = Turn {
        role,
        texts: SmallVec::new(),
        span: message.span(),
        parts: Vec::new(),
    };
    for entry in message.entries() {
        match entry.key {
            "role" | "content" => {}
            "tool_calls" | "function_call" if entry.value.kind() != Kind::Null => {
                turn.parts.push(part(PartKind::Call, &entry))
            }
            _ => turn.parts.push(part(PartKind::Note, &entry)),
        }
    }
    if matches!(named.as_str(), Some("developer" | "function")) {
        turn.parts.push(Part {
            kind: PartKind::Note,
            key: "role",
            raw: named.raw(),
            span: named.span(),
        });
    }
    content(record, message, &mut turn, findings)?;
    Some(turn)
}

fn part<'a>(kind: PartKind, entry: &Entry<'a>) -> Part<'a> {
    let Extra { key, raw, span, .. } = extra(*entry);
    Part {
        kind,
        key,
        raw,
        span,
    }
}

/// Reads the text at the top that stands before all turns: one string, or a list of parts.
fn system<'a>(record: &Record<'a>, findings: &mut Findings<'_>) -> Result<Option<Turn<'a>>, ()> {
    match record.body.field("system") {
        Some(Field::Other(list)) if list.kind() == Kind::Array => {
            let mut turn = Turn {
                role: Role::System,
                texts: SmallVec::new(),
                span: list.span(),
                parts: Vec::new(),
            };
            list.items()
                .try_for_each(|item| content_part(record, item, &mut turn, findings))
                .ok_or(())?;
            Ok(Some(turn))
        }
        _ => {
            Ok(optional(record, "system", findings)?.map(|text| Turn::of_text(Role::System, text)))
        }
    }
}

/// Reads the content: text, nothing beside a tool call, or a list of parts.
fn content<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    turn: &mut Turn<'a>,
    findings: &mut Findings<'_>,
) -> Option<()> {
    let calls = turn.parts.iter().any(|part| part.kind == PartKind::Call);
    match message.get("content") {
        None if calls => Some(()),
        Some(value) if value.kind() == Kind::Null && calls => Some(()),
        Some(value) if value.kind() == Kind::Array => value
            .items()
            .try_for_each(|item| content_part(record, item, turn, findings)),
        _ => {
            let text: Text<'a> = turn_text(record, message, "content", findings)?.text()?;
            turn.texts.push(text);
            Some(())
        }
    }
}

fn content_part<'a>(
    record: &Record<'a>,
    item: Value<'a>,
    turn: &mut Turn<'a>,
    findings: &mut Findings<'_>,
) -> Option<()> {
    let is_text = item.get("type").and_then(Value::as_str) == Some("text");
    if is_text || item.get("text").is_some() {
        turn.texts
            .push(turn_text(record, item, "text", findings)?.text()?);
        turn.parts.extend(notes(item, &["type", "text"]));
        return Some(());
    }
    if item.kind() != Kind::Object {
        not_a("an object", record, "a part of `content`", item, findings);
        return None;
    }
    turn.parts.push(Part {
        kind: PartKind::Media,
        key: "content",
        raw: item.raw(),
        span: item.span(),
    });
    Some(())
}

/// Writes a turn. What it carries besides text is copied only where the record is this layout's
/// `own`: another layout means something else by the same keys.
fn encode_turn(turn: &Turn<'_>, own: bool, object: &mut ObjectWriter, losses: &mut Losses) {
    let own_role = turn
        .parts
        .iter()
        .find(|part| own && part.key == "role" && part.kind == PartKind::Note);
    object.begin_object();
    object.key("role");
    match (own_role, turn.role) {
        (Some(role), _) => object.raw(role.raw),
        (None, Role::System) => object.string("system"),
        (None, Role::User) => object.string("user"),
        (None, Role::Model) => object.string("assistant"),
        (None, Role::Tool) => object.string("tool"),
    }
    object.key("content");
    let carries = |kind| own && turn.parts.iter().any(|part| part.kind == kind);
    if own && (carries(PartKind::Media) || text_runs(&turn.texts).count() > 1) {
        encode_parts(turn, object);
    } else if turn.texts.is_empty() && carries(PartKind::Call) {
        object.raw("null");
    } else {
        object.texts(&turn.texts);
    }
    for part in turn
        .parts
        .iter()
        .filter(|part| !own || part.key != "role" && part.key != "content")
    {
        if own && CARRIED.contains(&part.key) {
            object.key(part.key);
            object.raw(part.raw);
        } else {
            losses.add(part_name(part), part.span);
        }
    }
    object.end_object();
}

/// Keys of a message that are written as they were read.
const CARRIED: [&str; 12] = [
    "name",
    "weight",
    "train",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "refusal",
    "reasoning",
    "reasoning_content",
    "thinking",
    "audio",
    "prefix",
];

/// Texts and media in the order in which they stood.
fn encode_parts(turn: &Turn<'_>, object: &mut ObjectWriter) {
    object.begin_array();
    for item in in_order(turn, |part| part.kind == PartKind::Media) {
        match item {
            Item::Part(part) => object.raw(part.raw),
            Item::Texts(texts) => {
                object.begin_object();
                object.key("type");
                object.string("text");
                object.key("text");
                object.texts(texts);
                object.end_object();
            }
        }
    }
    object.end_array();
}

/// What a list of parts is made of.
pub(super) enum Item<'t, 'a> {
    /// Texts that are one part.
    Texts(&'t [Text<'a>]),
    /// Something else, to be copied.
    Part(&'t Part<'a>),
}

/// The texts of a turn and the parts that are `wanted`, in the order in which they stood.
pub(super) fn in_order<'t, 'a>(
    turn: &'t Turn<'a>,
    wanted: impl Fn(&Part<'_>) -> bool,
) -> impl Iterator<Item = Item<'t, 'a>> {
    let start = |texts: &[Text<'_>]| texts.last().map_or(0, |text| text.span().start);
    let texts = text_runs(&turn.texts).map(|texts| (start(texts), Item::Texts(texts)));
    let parts = turn
        .parts
        .iter()
        .filter(|part| wanted(part))
        .map(|part| (part.span.start, Item::Part(part)));
    // Most turns are one text.
    let mut items: SmallVec<[(usize, Item<'t, 'a>); 2]> = texts.chain(parts).collect();
    items.sort_by_key(|(start, _)| *start);
    items.into_iter().map(|(_, item)| item)
}

/// Texts as they stood in parts: one that was put together belongs to its neighbour's.
fn text_runs<'t, 'a>(texts: &'t [Text<'a>]) -> impl Iterator<Item = &'t [Text<'a>]> {
    texts.chunk_by(|one, next| one.raw_json().is_none() || next.raw_json().is_none())
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::sharegpt::ShareGpt;
    use super::*;

    #[test]
    fn turns_are_read_in_order() {
        let line = r#"{"messages":[{"role":"developer","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","content":"r","tool_call_id":"1"},{"role":"assistant","content":"z"}]}"#;
        let (turns, said) = read(&Messages, line);
        assert_eq!(
            turns,
            ["system: s", "user: ab", "model: ", "tool: r", "model: z"]
        );
        assert!(said.is_empty());
    }

    #[test]
    fn it_writes_what_it_read() {
        let line = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"\u00e9"},{"role":"assistant","content":"z","weight":0}],"tools":[{"type":"function"}]}"#;
        assert_eq!(rewrite(&Messages, &Messages, line), (line.into(), vec![]));
        let image = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":"z"}]}"#;
        assert_eq!(rewrite(&Messages, &Messages, image), (image.into(), vec![]));
        let parts = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"z"}]}"#;
        assert_eq!(rewrite(&Messages, &Messages, parts), (parts.into(), vec![]));
    }

    #[test]
    fn keys_of_another_layout_are_not_taken_for_its_own() {
        let line = r#"{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"{}"},{"from":"gpt","value":"b","role":"x"}],"tools":"[]"}"#;
        let (text, losses) = rewrite(&ShareGpt, &Messages, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":""},{"role":"assistant","content":"b"}]}"#
        );
        assert_eq!(losses, ["tool call", "field `role`", "field `tools`"]);
    }

    #[test]
    fn a_system_text_at_the_top_stands_first() {
        let turns = r#""messages":[{"role":"user","content":"a"}]"#;
        for system in [r#""s""#, r#"[{"type":"text","text":"s"}]"#] {
            let line = format!(r#"{{"system":{system},{turns}}}"#);
            assert_eq!(
                read(&Messages, &line),
                (vec!["system: s".into(), "user: a".into()], vec![])
            );
        }
        let said = read(&Messages, &format!(r#"{{"system":5,{turns}}}"#)).1;
        assert_eq!(
            said,
            ["wrong-type@11 /system: `system` is a number, not text"]
        );
    }

    #[test]
    fn what_stands_beside_a_text_is_counted() {
        let line = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{}}]}]}"#;
        assert_eq!(
            rewrite(&Messages, &Messages, line).1,
            ["field `cache_control`"]
        );
        let empty = r#"{"messages":[{"role":"user","content":[]}]}"#;
        assert_eq!(
            rewrite(&Messages, &Messages, empty).0,
            r#"{"messages":[{"role":"user","content":""}]}"#
        );
        let no_text = r#"{"messages":[{"role":"user","content":[{"type":"text","txt":"a"}]}]}"#;
        assert_eq!(
            read(&Messages, no_text).1,
            ["missing-field@40 /messages/0/content/0: the field `text` is missing"]
        );
    }

    #[test]
    fn mistakes_are_placed() {
        let said = |line| read(&Messages, line).1;
        assert_eq!(
            said(r#"{"messages":[{"role":"gpt","content":"a"}]}"#),
            ["wrong-type@22 /messages/0/role: `role` is `gpt`, which is no role"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user"}]}"#),
            ["missing-field@14 /messages/0: the field `content` is missing"]
        );
        assert_eq!(
            said(r#"{"messages":"a"}"#),
            ["wrong-type@13 /messages: `messages` is a string, not a list of turns"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user","content":null}]}"#).len(),
            1
        );
    }
}

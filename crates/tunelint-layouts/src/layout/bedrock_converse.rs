//! `bedrock-converse`: Amazon Bedrock's `bedrock-conversation-2024`, messages made of content
//! blocks, as in the Converse API.

use super::mismatch::{Expected, Mismatches, unknown_role};
use smallvec::SmallVec;

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, first_part, has, inner_notes, not_a, notes, read_each};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::tooling::{self, TurnSupport, WrittenTools};
use super::turns::{list_of, role_name, turn_list, turn_text};
use crate::example::capacity::Capacity;
use crate::example::tools::{Declaration, ToolParts};
use crate::example::{Example, Extra, Part, PartKind, Role, Turn, reasoning};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Field, Record};

/// What messages can hold besides text.
const ROOM: TurnSupport = TurnSupport {
    ids: true,
    names: false,
    weights: false,
    reasoning: true,
};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct BedrockConverse;

/// The value of `schemaVersion`.
const VERSION: &str = "bedrock-conversation-2024";
const FIELDS: [&str; 4] = ["schemaVersion", "system", "messages", "toolConfig"];
const ROLES: [&str; 2] = ["user", "assistant"];
/// The content blocks other than text.
const BLOCKS: [(&str, PartKind); 6] = [
    ("toolUse", PartKind::Call),
    ("toolResult", PartKind::Result),
    ("image", PartKind::Media),
    ("video", PartKind::Media),
    ("document", PartKind::Media),
    ("reasoningContent", PartKind::Reasoning),
];

/// Whether a record is in this layout, which shares `messages` with others.
pub(super) fn is_converse(body: &Body<'_>) -> bool {
    if has(body, "schemaVersion") || has(body, "toolConfig") {
        return has(body, "messages");
    }
    // The content parts of `messages` have a `type`.
    first_part(body).is_some_and(|block| {
        let is_block = |key: &str| key == "text" || BLOCKS.iter().any(|(name, _)| *name == key);
        block.get("type").is_none() && block.entries().any(|entry| is_block(entry.key))
    })
}

/// The last message, if it has candidates for comparison.
pub(super) fn compared<'a>(body: &Body<'a>) -> Option<Value<'a>> {
    let Field::Other(list) = body.field("messages")? else {
        return None;
    };
    let last = list.items().last()?;
    last.get("candidates").is_some().then_some(last)
}

impl Layout for BedrockConverse {
    fn name(&self) -> &'static str {
        "bedrock-converse"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(RoleField::of("messages", "role", &ROLES))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        is_converse(body) && compared(body).is_none()
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "messages", mismatches)?;
        let turns = turns(record, list.items(), mismatches);
        let mut example = Example::new(*record, turns?);
        example.extras = extras(record, &FIELDS);
        example.settings = settings(record);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = is_converse(&example.record.body);
        let exchanges = tooling::foreign(example, own);
        encode_head(example, own, object, losses);
        object.key("messages");
        object.begin_array();
        encode_turns(&example.turns, own, exchanges.as_deref(), object, losses);
        object.end_array();
        tooling::settings(example, own, &["schemaVersion"], object, losses, declare);
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

/// The system prompt, then the turns of `messages`.
pub(super) fn turns<'a>(
    record: &Record<'a>,
    messages: impl Iterator<Item = Value<'a>>,
    mismatches: &mut Mismatches,
) -> Option<Vec<Turn<'a>>> {
    let mut turns = Vec::with_capacity(4);
    let mut whole = true;
    match record.body.field("system") {
        None => {}
        Some(Field::Other(blocks)) if blocks.kind() == Kind::Array => {
            match turn(blocks, blocks, Role::System, mismatches) {
                Some(system) if system.texts.is_empty() && system.parts.is_empty() => {}
                Some(system) => turns.push(system),
                None => whole = false,
            }
        }
        Some(_) => {
            list_of(Expected::Texts, record, "system", mismatches)?;
        }
    }
    whole &= read_each(messages, &mut turns, |message| {
        message_turn(record, message, mismatches)
    });
    whole.then_some(turns)
}

/// The fields other than the turns; the default version need not be kept.
pub(super) fn settings<'a>(record: &Record<'a>) -> Vec<Extra<'a>> {
    let mut settings = fields(record, |name| {
        ["schemaVersion", "toolConfig"].contains(&name)
    });
    let usual = |raw: &str| raw.trim_matches('"') == VERSION;
    settings.retain(|setting| setting.key != "schemaVersion" || !usual(setting.raw));
    settings
}

/// Writes the version and the system prompt.
pub(super) fn encode_head(
    example: &Example<'_>,
    own: bool,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let mut settings = example.settings.iter();
    object.key("schemaVersion");
    match settings.find(|setting| own && setting.key == "schemaVersion") {
        Some(version) => object.raw(version.raw),
        None => object.string(VERSION),
    }
    let systems = || {
        example
            .turns
            .iter()
            .filter(|turn| turn.role == Role::System)
    };
    if systems().next().is_some() {
        object.key("system");
        object.begin_array();
        systems().for_each(|turn| encode_blocks(turn, own, None, object, losses));
        object.end_array();
    }
    tooling::lose_system_places(&example.turns, losses);
}

/// Writes turns as messages into the open array; the system prompt is written elsewhere.
pub(super) fn encode_turns(
    turns: &[Turn<'_>],
    own: bool,
    exchanges: Option<&[ToolParts]>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let mut open = None;
    for (index, turn) in turns.iter().enumerate() {
        if turn.role == Role::System {
            continue;
        }
        // Results of one round share a message.
        if !(turn.role == Role::Tool && open == Some(Role::Tool) && !own) {
            end_message(open, object);
            object.begin_object();
            object.key("role");
            object.string(if turn.role == Role::Model {
                "assistant"
            } else {
                "user"
            });
            object.key("content");
            object.begin_array();
        }
        open = Some(turn.role);
        let exchange = exchanges.and_then(|all| all.get(index));
        encode_blocks(turn, own, exchange, object, losses);
    }
    end_message(open, object);
}

fn end_message(open: Option<Role>, object: &mut ObjectWriter) {
    if open.is_some() {
        object.end_array();
        object.end_object();
    }
}

fn message_turn<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let named = role_name(message, "role", &ROLES, mismatches)?;
    let name = named.as_str().unwrap_or_default();
    let known = match name {
        "user" => Some(Role::User),
        "assistant" => Some(Role::Model),
        _ => None,
    };
    let Some(role) = record.role_aliases.role(name, known) else {
        unknown_role("role", named, &ROLES, mismatches);
        return None;
    };
    let Some(content) = message.get("content").filter(|of| of.kind() == Kind::Array) else {
        match message.get("content") {
            Some(other) => not_a(Expected::Blocks, "content", other, mismatches),
            None => drop(turn_text(message, "content", mismatches)),
        }
        return None;
    };
    let results = content
        .items()
        .any(|block| block.get("toolResult").is_some());
    let role = if results { Role::Tool } else { role };
    let mut turn = turn(message, content, role, mismatches)?;
    turn.parts.extend(notes(message, &["role", "content"]));
    Some(turn)
}

/// Reads the content blocks of a turn whose span is `whole`.
pub(super) fn turn<'a>(
    whole: Value<'a>,
    blocks: Value<'a>,
    role: Role,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let mut turn = Turn {
        role,
        texts: SmallVec::new(),
        span: whole.span(),
        parts: Vec::new(),
    };
    for block in blocks.items() {
        let other = BLOCKS.iter().find(|(key, _)| block.get(key).is_some());
        match other {
            Some((key, kind)) => turn.parts.push(Part {
                kind: *kind,
                key,
                raw: block.raw(),
                span: block.span(),
            }),
            None => {
                turn.texts
                    .push(turn_text(block, "text", mismatches)?.text()?);
                turn.parts.extend(inner_notes(block, &["text"]));
            }
        }
    }
    Some(turn)
}

/// Writes the content blocks of a turn in order.
pub(super) fn encode_blocks(
    turn: &Turn<'_>,
    own: bool,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let copied = |part: &Part<'_>| own && BLOCKS.iter().any(|(key, _)| *key == part.key);
    for thought in reasoning::of_turn(turn).iter().filter(|_| !own) {
        encode_reasoning(thought, object);
    }
    tooling::encode_pieces(turn, copied, exchange, object);
    if own {
        return tooling::lose(turn, |part| !copied(part), losses);
    }
    let WrittenTools { calls, outcomes } = tooling::written(turn, exchange, ROOM, losses);
    for call in calls {
        object.begin_object();
        object.key("toolUse");
        object.begin_object();
        object.key("toolUseId");
        object.string(call.id.as_deref().unwrap_or_default());
        object.key("name");
        object.string(call.name.as_deref().unwrap_or_default());
        object.key("input");
        object.raw(tooling::arguments(call));
        object.end_object();
        object.end_object();
    }
    for outcome in outcomes {
        object.begin_object();
        object.key("toolResult");
        object.begin_object();
        object.key("toolUseId");
        object.string(outcome.id.as_deref().unwrap_or_default());
        object.key("content");
        object.begin_array();
        object.begin_object();
        object.key("text");
        object.string(&outcome.text);
        object.end_object();
        object.end_array();
        object.end_object();
        object.end_object();
    }
}

fn encode_reasoning(text: &str, object: &mut ObjectWriter) {
    object.begin_object();
    object.key("reasoningContent");
    object.begin_object();
    object.key("reasoningText");
    object.begin_object();
    object.key("text");
    object.string(text);
    object.end_object();
    object.end_object();
    object.end_object();
}

fn declare(tools: &[Declaration], object: &mut ObjectWriter) {
    object.key("toolConfig");
    object.begin_object();
    object.key("tools");
    object.begin_array();
    for tool in tools {
        object.begin_object();
        object.key("toolSpec");
        object.begin_object();
        tooling::describe(tool, object);
        if let Some(schema) = &tool.parameters {
            object.key("inputSchema");
            object.begin_object();
            object.key("json");
            object.raw(schema);
            object.end_object();
        }
        object.end_object();
        object.end_object();
    }
    object.end_array();
    object.end_object();
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::messages::Messages;
    use super::*;

    const TOOLS: &str = r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"s"}],"messages":[{"role":"user","content":[{"text":"Weather?"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"call00001","name":"weather","input":{"city":"Bonn"}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"call00001","content":[{"text":"rain"}]}}]},{"role":"assistant","content":[{"text":"Rain."}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"d","inputSchema":{"json":{"type":"object"}}}}]}}"#;

    #[test]
    fn it_writes_what_it_read() {
        assert_eq!(
            read(&BedrockConverse, TOOLS).0,
            [
                "system: s",
                "user: Weather?",
                "model: ",
                "tool: ",
                "model: Rain."
            ]
        );
        assert_eq!(
            rewrite(&BedrockConverse, &BedrockConverse, TOOLS),
            (TOOLS.into(), vec![])
        );
    }

    #[test]
    fn tools_go_to_messages_and_back() {
        let (there, lost) = rewrite(&BedrockConverse, &Messages::Usual, TOOLS);
        assert_eq!(lost, ["field `schemaVersion`"; 0]);
        assert!(there.contains(r#""tool_calls":[{"id":"call00001","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}]"#), "{there}");
        let (back, lost) = rewrite(&Messages::Usual, &BedrockConverse, &there);
        assert_eq!((back.as_str(), lost.len()), (TOOLS, 0));
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&BedrockConverse, line).1;
        assert_eq!(
            said(r#"{"messages":[{"role":"tool","content":[]}]}"#),
            ["unknown-role@22 /messages/0/role: tool"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user","content":"a"}]}"#),
            ["wrong-type@39 /messages/0/content: content is Json(String), not Blocks"]
        );
    }
}

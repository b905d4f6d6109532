//! `messages`: a list of `role` and `content`, OpenAI's format, which most providers and trainers
//! accept; and the same list under other names, each a separate layout.

use smallvec::SmallVec;
use tunelint_data::record::json::{Entry, Kind, Value};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;
use tunelint_data::text::printable::field_name;

use super::bedrock_converse::is_converse;
use super::contract::{Layout, Losses};
use super::fields::{extra, extras, fields, has, inner_notes, not_an_object, optional, read_each};
use super::mismatch::{Item, Mismatches};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::shared::{WEIGHT, write_weight};
use super::tooling::{self, TurnSupport, WrittenTools};
use super::turns::{
    ContentPiece, first_of, in_order, is_chat, is_chat_list, opened, role_of, text_runs, turn_list,
    turn_text,
};
use crate::example::capacity::Capacity;
use crate::example::tools::{DECLARING, Declaration, ToolParts};
use crate::example::{Example, Extra, Part, PartKind, REFUSAL, Role, Turn, WEIGHT_KEYS, reasoning};

/// What messages can hold besides text.
const ROOM: TurnSupport = TurnSupport {
    ids: true,
    names: false,
    weights: true,
    reasoning: true,
};

/// The layouts: the same messages under three names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Messages {
    /// `messages`, OpenAI's name.
    Usual,
    /// `conversations` of `role` and `content`, as in Unsloth and many datasets.
    Conversations,
    /// `interactions` with `available_tools`, as in Mistral's own trainer.
    Interactions,
}

const FIELDS: [&str; 6] = [
    "messages",
    "system",
    "tools",
    "functions",
    "parallel_tool_calls",
    "weight",
];
pub(super) const ROLES: [&str; 6] = [
    "system",
    "user",
    "assistant",
    "developer",
    "tool",
    "function",
];
/// The standard key of the content.
const CONTENT: &str = "content";
/// Nonstandard role names, which few trainers accept.
const NONSTANDARD_ROLES: [(&str, Role); 7] = [
    ("human", Role::User),
    ("gpt", Role::Model),
    ("input", Role::User),
    ("output", Role::Model),
    ("ipython", Role::Tool),
    (CALL_ROLE, Role::Model),
    ("tool_response", Role::Tool),
];
/// The role of a message whose content is a tool call as JSON, as in ms-swift.
const CALL_ROLE: &str = "tool_call";

impl Messages {
    pub(super) const ALL: [Self; 3] = [Self::Usual, Self::Conversations, Self::Interactions];

    /// The layout among these whose message format an example was read in.
    fn of(example: &Example<'_>) -> Option<Self> {
        match example.layout {
            "anthropic-messages" => Some(Self::Usual),
            // Their lists hold the same messages.
            "prompt-only"
            | "prompt-only-messages"
            | "preference"
            | "preference-messages"
            | "preference-ms-swift"
            | "preference-openpipe"
            | "preference-conversations"
            | "preference-lists"
            | "kto"
            | "kto-messages" => Some(Self::Usual),
            "bare-conversations" => is_chat_list(&example.record.body).then_some(Self::Usual),
            "classifier" => has(&example.record.body, "messages").then_some(Self::Usual),
            name => Self::ALL.into_iter().find(|layout| layout.name() == name),
        }
    }

    /// The same, unless messages that are calls have to be rebuilt as `tool_calls`, which every
    /// reader knows.
    fn copied_from(example: &Example<'_>) -> Option<Self> {
        let rebuilt = example.turns.iter().any(is_call_message);
        Self::of(example).filter(|_| !rebuilt)
    }

    /// The field of the system prompt outside the list.
    fn system(self) -> &'static str {
        match self {
            Self::Usual | Self::Conversations => "system",
            Self::Interactions => "system_prompt",
        }
    }

    /// The keys of a message's content, the standard one first.
    fn content(self) -> &'static [&'static str] {
        match self {
            Self::Usual | Self::Conversations => &[CONTENT],
            Self::Interactions => &[CONTENT, "text"],
        }
    }

    /// The field that declares tools.
    fn tools(self) -> &'static str {
        match self {
            Self::Usual | Self::Conversations => "tools",
            Self::Interactions => "available_tools",
        }
    }
}

/// Whether a record has a system prompt next to its `messages`, as in Anthropic's API.
pub(super) fn has_system_beside(body: &Body<'_>) -> bool {
    has(body, "system") && has(body, "messages") && !is_converse(body)
}

impl Layout for Messages {
    fn name(&self) -> &'static str {
        match self {
            Self::Usual => "messages",
            Self::Conversations => "conversations",
            Self::Interactions => "interactions",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Usual => &FIELDS,
            Self::Conversations => &["conversations", "system", "tools"],
            Self::Interactions => &[
                "interactions",
                "system_prompt",
                "available_tools",
                "tools",
                "only_last",
            ],
        }
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(role_field_of(self.name()))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let foreign = || match self {
            Self::Usual => has_system_beside(body),
            Self::Conversations => false,
            Self::Interactions => has(body, "messages"),
        };
        self.reads(body) && !has(body, "chosen") && !foreign()
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        match self {
            Self::Usual => has(body, "messages") && !is_converse(body),
            Self::Conversations => is_chat(body),
            Self::Interactions => {
                first_of(body, "interactions").is_some_and(|turn| turn.get("role").is_some())
            }
        }
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, self.name(), mismatches)?;
        let known = self.fields();
        let mut turns = Vec::with_capacity(4);
        let system = system(record, self.system(), mismatches);
        let mut whole = system.is_ok();
        turns.extend(system.ok().flatten());
        whole &= read_each(list.items(), &mut turns, |message| {
            turn_of(
                record,
                message,
                &NONSTANDARD_ROLES,
                self.content(),
                mismatches,
            )
        });
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, known);
        example.settings = fields(record, |field| {
            field != self.name() && field != self.system() && known.contains(&field)
        });
        whole.then_some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        // Messages and tools are the same in all three; other fields have other names or are lost.
        object.key(self.name());
        let from = encode_list(example, object, losses);
        let own = from == Some(*self);
        let mut there: Vec<&str> = Vec::new();
        if !own && *self == Self::Usual {
            write_weight(example, object);
            there.push(WEIGHT);
        }
        if let Some(from) = from.filter(|_| !own) {
            let declaring = example
                .settings
                .iter()
                .filter(|of| DECLARING.contains(&of.key));
            if let Some(tools) = declaring.clone().find(|of| of.key == from.tools()) {
                object.key(self.tools());
                object.raw(tools.raw);
                for other in declaring.filter(|of| of.key != from.tools()) {
                    losses.add(field_name(other.key), other.span);
                }
                there.extend(DECLARING);
            }
        }
        tooling::settings(example, own, &there, object, losses, |tools, object| {
            declare(self.tools(), tools, object);
        });
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

/// Where the messages of the list `list` have their role.
pub(super) fn role_field_of(list: &'static str) -> RoleField {
    RoleField {
        list,
        speaker: "role",
        names: &ROLES,
        nonstandard: &NONSTANDARD_ROLES,
    }
}

/// Whether the messages of an example can be copied with all their keys.
pub(super) fn copies(example: &Example<'_>) -> bool {
    Messages::copied_from(example).is_some()
}

/// Writes the list of messages. Returns the layout of which they were copied; `None` if they were
/// rebuilt.
pub(super) fn encode_list(
    example: &Example<'_>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) -> Option<Messages> {
    let from = Messages::copied_from(example);
    tooling::encode_list(example, from.is_some(), object, |turn, exchange, object| {
        encode_turn(turn, from.is_some(), exchange, object, losses);
    });
    from
}

/// Reads a message with one of the standard roles.
pub(super) fn turn<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    turn_of(record, message, &[], &[CONTENT], mismatches)
}

/// The same, with a standard or a nonstandard role.
pub(super) fn any_turn<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    turn_of(record, message, &NONSTANDARD_ROLES, &[CONTENT], mismatches)
}

/// The same, with additional role names and other keys for the content.
fn turn_of<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    nonstandard: &[(&str, Role)],
    content_keys: &[&'static str],
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let (mut turn, named) = opened(record, message, &ROLES, nonstandard, mismatches)?;
    let mut there = content_keys.iter().filter(|key| message.get(key).is_some());
    let key = there.next().copied().unwrap_or(CONTENT);
    for entry in message.entries() {
        match entry.key {
            "role" => {}
            content if content == key => {}
            "tool_calls" | "function_call" if entry.value.kind() != Kind::Null => {
                turn.parts.push(part(PartKind::Call, &entry))
            }
            key if reasoning::KEYS.contains(&key) && entry.value.kind() != Kind::Null => {
                turn.parts.push(part(PartKind::Reasoning, &entry));
            }
            _ => turn.parts.push(part(PartKind::Note, &entry)),
        }
    }
    if named.as_str() == Some(CALL_ROLE) && !nonstandard.is_empty() {
        return call_turn(turn, message, key, mismatches);
    }
    if matches!(named.as_str(), Some("developer" | "function")) {
        turn.parts.push(Part {
            kind: PartKind::Note,
            key: "role",
            raw: named.raw(),
            span: named.span(),
        });
    }
    content(message, key, &mut turn, mismatches)?;
    Some(turn)
}

/// Completes a turn whose whole content is a call: JSON in a string, or an object.
fn call_turn<'a>(
    mut turn: Turn<'a>,
    message: Value<'a>,
    key: &'static str,
    mismatches: &mut Mismatches,
) -> Option<Turn<'a>> {
    let call = match message.get(key) {
        Some(object) if object.kind() == Kind::Object => object,
        _ => turn_text(message, key, mismatches)?,
    };
    turn.parts.push(Part {
        kind: PartKind::Call,
        key: CALL_ROLE,
        raw: call.raw(),
        span: call.span(),
    });
    Some(turn)
}

/// Whether a turn was read from a message of the role [`CALL_ROLE`].
fn is_call_message(turn: &Turn<'_>) -> bool {
    let mut parts = turn.parts.iter();
    parts.any(|part| part.kind == PartKind::Call && part.key == CALL_ROLE)
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

/// Reads the top-level system prompt, which precedes all messages: a string, or a list of parts.
fn system<'a>(
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Result<Option<Turn<'a>>, ()> {
    match record.body.field(name) {
        Some(Field::Other(list)) if list.kind() == Kind::Array => {
            let mut turn = Turn {
                role: Role::System,
                texts: SmallVec::new(),
                span: list.span(),
                parts: Vec::new(),
            };
            list.items()
                .try_for_each(|item| content_part(item, &mut turn, mismatches))
                .ok_or(())?;
            Ok(Some(turn))
        }
        _ => Ok(optional(record, name, mismatches)?.map(|text| Turn::of_text(Role::System, text))),
    }
}

/// Reads the content: text, null next to a tool call, or a list of parts.
fn content<'a>(
    message: Value<'a>,
    key: &str,
    turn: &mut Turn<'a>,
    mismatches: &mut Mismatches,
) -> Option<()> {
    let calls = turn.parts.iter().any(|part| part.kind == PartKind::Call);
    let written = message.get(key).filter(|value| value.kind() != Kind::Null);
    let refusal = message.get(REFUSAL).and_then(Value::text);
    match (written, refusal) {
        // OpenAI's `refusal` replaces the content.
        (None, Some(refusal)) if turn.role == Role::Model => {
            turn.texts.push(refusal);
            Some(())
        }
        (None, _) if calls => Some(()),
        (Some(value), _) if value.kind() == Kind::Array => value
            .items()
            .try_for_each(|item| content_part(item, turn, mismatches)),
        _ => {
            let text: Text<'a> = turn_text(message, key, mismatches)?.text()?;
            turn.texts.push(text);
            Some(())
        }
    }
}

fn content_part<'a>(
    item: Value<'a>,
    turn: &mut Turn<'a>,
    mismatches: &mut Mismatches,
) -> Option<()> {
    let named = item.get("type").and_then(Value::as_str);
    let is_text = named == Some("text");
    let is_reasoning = named.is_some_and(|named| reasoning::TYPES.contains(&named));
    if is_text || item.get("text").is_some() && !is_reasoning {
        turn.texts
            .push(turn_text(item, "text", mismatches)?.text()?);
        let known: &[&str] = match is_text {
            true => &["type", "text"],
            false => &["text"],
        };
        turn.parts.extend(inner_notes(item, known));
        return Some(());
    }
    if item.kind() != Kind::Object {
        not_an_object(Item::ContentPart, item, mismatches);
        return None;
    }
    turn.parts.push(Part {
        kind: match is_reasoning {
            true => PartKind::Reasoning,
            false => PartKind::Media,
        },
        key: CONTENT,
        raw: item.raw(),
        span: item.span(),
    });
    Some(())
}

/// Writes a message. Its other keys are copied only if the record is in this layout (`own`): other
/// layouts use the same keys with other meanings.
pub(super) fn encode_turn(
    turn: &Turn<'_>,
    own: bool,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    if !own {
        return encode_foreign(turn, exchange, object, losses);
    }
    let own_role = turn
        .parts
        .iter()
        .find(|part| part.key == "role" && part.kind == PartKind::Note);
    object.begin_object();
    object.key("role");
    match own_role {
        Some(role) => object.raw(role.raw),
        None => object.string(role_of(turn.role)),
    }
    object.key("content");
    let carries = |kind| turn.parts.iter().any(|part| part.kind == kind);
    if turn.parts.iter().any(is_content_part) || text_runs(&turn.texts).count() > 1 {
        encode_parts(turn, object);
    } else if (turn.texts.is_empty() && carries(PartKind::Call)) || turn.refuses() {
        object.raw("null");
    } else {
        object.texts(&turn.texts);
    }
    for part in turn
        .parts
        .iter()
        .filter(|part| part.kind.is_inner() || !["role", "content"].contains(&part.key))
    {
        if is_carried(part) {
            object.key(part.key);
            object.raw(part.raw);
        } else {
            losses.add(part.name(), part.span);
        }
    }
    object.end_object();
}

/// Writes a message from another layout: its text, with calls and results rebuilt.
fn encode_foreign(
    turn: &Turn<'_>,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let WrittenTools { calls, outcomes } = tooling::written(turn, exchange, ROOM, losses);
    for outcome in outcomes {
        object.begin_object();
        object.key("role");
        object.string("tool");
        if let Some(id) = &outcome.id {
            object.key("tool_call_id");
            object.string(id);
        }
        object.key("content");
        object.string(&outcome.text);
        object.end_object();
    }
    // Text that the user writes next to a result becomes a separate message.
    let beside = turn.parts.iter().any(|part| part.kind == PartKind::Result);
    if !outcomes.is_empty() && (!beside || turn.texts.is_empty()) {
        return;
    }
    object.begin_object();
    object.key("role");
    object.string(role_of(if beside { Role::User } else { turn.role }));
    object.key("content");
    if turn.texts.is_empty() && !calls.is_empty() {
        object.raw("null");
    } else {
        object.texts(&turn.texts);
    }
    if !calls.is_empty() {
        object.key("tool_calls");
        object.begin_array();
        for call in calls {
            object.begin_object();
            object.key("id");
            object.string(call.id.as_deref().unwrap_or_default());
            object.key("type");
            object.string("function");
            object.key("function");
            object.begin_object();
            object.key("name");
            object.string(call.name.as_deref().unwrap_or_default());
            object.key("arguments");
            object.string(tooling::arguments(call));
            object.end_object();
            object.end_object();
        }
        object.end_array();
    }
    let reasoning = reasoning::of_turn(turn);
    if !reasoning.is_empty() {
        object.key("reasoning_content");
        object.string(&reasoning.join("\n\n"));
    }
    for weight in turn.parts.iter().filter(|part| part.is_weight()) {
        object.key(weight.key);
        object.raw(weight.raw);
    }
    object.end_object();
}

/// Writes the declarations of tools as the field `key`.
pub(super) fn declare(key: &str, tools: &[Declaration], object: &mut ObjectWriter) {
    object.key(key);
    object.begin_array();
    for tool in tools {
        object.begin_object();
        object.key("type");
        object.string("function");
        object.key("function");
        object.begin_object();
        tooling::describe_with_parameters(tool, object);
        object.end_object();
        object.end_object();
    }
    object.end_array();
}

/// Message keys that are copied as written, besides weights and reasoning.
const CARRIED: [&str; 7] = [
    "name",
    "tool_calls",
    "tool_call_id",
    "function_call",
    "refusal",
    "audio",
    "prefix",
];

fn is_carried(part: &Part<'_>) -> bool {
    let mut keys = CARRIED.iter().chain(&WEIGHT_KEYS).chain(&reasoning::KEYS);
    !part.kind.is_inner() && keys.any(|key| *key == part.key)
}

/// Whether a part belongs to the content rather than being a key next to it.
fn is_content_part(part: &Part<'_>) -> bool {
    match part.kind {
        PartKind::Media => true,
        PartKind::Reasoning => part.key == CONTENT,
        _ => false,
    }
}

/// Writes texts, media and reasoning in their original order.
fn encode_parts(turn: &Turn<'_>, object: &mut ObjectWriter) {
    object.begin_array();
    for item in in_order(turn, is_content_part) {
        match item {
            ContentPiece::Part(part) => object.raw(part.raw),
            ContentPiece::Texts(texts) => {
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

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::sharegpt::ShareGpt;
    use super::*;

    #[test]
    fn a_message_that_is_a_call_is_rebuilt() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"tool_call","content":"{\"name\":\"f\",\"arguments\":{\"x\":1}}","loss":false},{"role":"tool_response","content":"1"},{"role":"assistant","content":"b"}],"tools":"[{\"name\":\"f\"}]"}"#;
        let (turns, said) = read(&Messages::Usual, line);
        assert_eq!(turns, ["user: a", "model: ", "tool: 1", "model: b"]);
        assert!(said.is_empty());
        let (text, lost) = rewrite(&Messages::Usual, &Messages::Usual, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"call00001","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}],"loss":false},{"role":"tool","tool_call_id":"call00001","content":"1"},{"role":"assistant","content":"b"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#
        );
        assert!(lost.is_empty());
    }

    #[test]
    fn a_part_weight_is_not_a_message_weight() {
        let line = r#"{"messages":[{"role":"assistant","content":[{"type":"text","text":"a","train":true},{"type":"text","text":"b","weight":0}]}]}"#;
        let (text, lost) = rewrite(&Messages::Usual, &Messages::Usual, line);
        assert!(
            !text.contains("train") && !text.contains("weight"),
            "{text}"
        );
        assert_eq!(
            lost,
            [
                "field `train` of a content part",
                "field `weight` of a content part"
            ]
        );
    }

    #[test]
    fn turns_are_read_in_order() {
        let line = r#"{"messages":[{"role":"developer","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","content":"r","tool_call_id":"1"},{"role":"assistant","content":"z"}]}"#;
        let (turns, said) = read(&Messages::Usual, line);
        assert_eq!(
            turns,
            ["system: s", "user: ab", "model: ", "tool: r", "model: z"]
        );
        assert!(said.is_empty());
    }

    #[test]
    fn three_names_hold_the_same_messages() {
        let of = |list: &str, tools: &str| {
            format!(
                r#"{{"{list}":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"z","weight":0}}],"{tools}":[{{"type":"function","function":{{"name":"f"}}}}]}}"#
            )
        };
        let named = Messages::ALL.map(|layout| (layout, of(layout.name(), layout.tools())));
        for (from, line) in &named {
            for (to, wanted) in &named {
                let there = rewrite(from, to, line);
                assert_eq!(there, (wanted.clone(), vec![]), "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn a_numeric_field_does_not_change_the_layout() {
        let line = r#"{"messages":[{"role":"user","content":"a"}],"interactions":4}"#;
        let mut parser = tunelint_data::record::json::Parser::new();
        let body = Body::Json(parser.parse(line).unwrap());
        assert!(Messages::Usual.recognises(&body) && !Messages::Interactions.recognises(&body));
    }

    #[test]
    fn interactions_have_different_field_names() {
        let line = r#"{"system_prompt":"s","interactions":[{"role":"user","text":"a"},{"role":"assistant","content":"b"}],"only_last":true}"#;
        let turns = ["system: s", "user: a", "model: b"];
        assert_eq!(read(&Messages::Interactions, line).0, turns);
        let (text, lost) = rewrite(&Messages::Interactions, &Messages::Usual, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#
        );
        assert_eq!(lost, ["field `only_last`"]);
    }

    #[test]
    fn a_refusal_replaces_the_content() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"refusal":"No."}]}"#;
        assert_eq!(read(&Messages::Usual, line).0, ["user: a", "model: No."]);
        let own = rewrite(&Messages::Usual, &Messages::Usual, line);
        assert_eq!(own, (line.into(), vec![]));
        let (text, lost) = rewrite(&Messages::Usual, &ShareGpt, line);
        assert!(text.contains(r#"{"from":"gpt","value":"No."}"#), "{text}");
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn nonstandard_roles_become_standard_ones() {
        let line =
            r#"{"conversations":[{"role":"human","content":"a"},{"role":"gpt","content":"b"}]}"#;
        let (text, lost) = rewrite(&Messages::Conversations, &Messages::Usual, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#
        );
        assert!(lost.is_empty());
    }

    #[test]
    fn records_round_trip() {
        let line = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"\u00e9"},{"role":"assistant","content":"z","weight":0}],"tools":[{"type":"function"}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Messages::Usual, line),
            (line.into(), vec![])
        );
        let image = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":"z"}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Messages::Usual, image),
            (image.into(), vec![])
        );
        let parts = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"z"}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Messages::Usual, parts),
            (parts.into(), vec![])
        );
    }

    #[test]
    fn keys_of_other_layouts_are_not_copied() {
        let line = r#"{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"{}"},{"from":"gpt","value":"b","role":"x"}],"tools":"[]"}"#;
        let (text, losses) = rewrite(&ShareGpt, &Messages::Usual, line);
        assert_eq!(
            text,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":""},{"role":"assistant","content":"b"}],"tools":[]}"#
        );
        assert_eq!(losses, ["tool call", "field `role`"]);
    }

    #[test]
    fn a_top_level_system_prompt_comes_first() {
        let turns = r#""messages":[{"role":"user","content":"a"}]"#;
        for system in [r#""s""#, r#"[{"type":"text","text":"s"}]"#] {
            let line = format!(r#"{{"system":{system},{turns}}}"#);
            assert_eq!(
                read(&Messages::Usual, &line),
                (vec!["system: s".into(), "user: a".into()], vec![])
            );
        }
        let said = read(&Messages::Usual, &format!(r#"{{"system":5,{turns}}}"#)).1;
        assert_eq!(said, ["wrong-type@11 /system: system is Number, not text"]);
    }

    #[test]
    fn extra_keys_of_a_text_part_are_lost() {
        let line = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{}}]}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Messages::Usual, line).1,
            ["field `cache_control` of a content part"]
        );
        let empty = r#"{"messages":[{"role":"user","content":[]}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Messages::Usual, empty).0,
            r#"{"messages":[{"role":"user","content":""}]}"#
        );
        let no_text = r#"{"messages":[{"role":"user","content":[{"type":"text","txt":"a"}]}]}"#;
        assert_eq!(
            read(&Messages::Usual, no_text).1,
            ["missing-field@40 /messages/0/content/0: text"]
        );
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&Messages::Usual, line).1;
        assert_eq!(
            said(r#"{"messages":[{"role":"bot","content":"a"}]}"#),
            ["unknown-role@22 /messages/0/role: bot"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user"}]}"#),
            ["missing-field@14 /messages/0: content"]
        );
        assert_eq!(
            said(r#"{"messages":"a"}"#),
            ["wrong-type@13 /messages: messages is Json(String), not Messages"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user","content":null}]}"#).len(),
            1
        );
    }
}

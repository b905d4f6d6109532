//! Tool use in a conversation, independent of the layout: declarations, calls and results.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::example::{Example, Extra, Part, PartKind, Role, Turn};
use tunelint_data::record::json::{Kind, Parser, Value};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::field_name;

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The JSON Schema of its arguments, as written.
    pub parameters: Option<String>,
    /// The names of its other fields.
    pub others: Vec<String>,
}

/// The content of a field that declares tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// The tools.
    pub tools: Vec<Declaration>,
    /// The names of other settings, such as which tool must be called.
    pub others: Vec<String>,
}

/// A tool call by the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The id that its result refers to; generated if there was none.
    pub id: Option<String>,
    /// Whether the id was in the record.
    pub has_id: bool,
    /// The name of the tool.
    pub name: Option<String>,
    /// The arguments.
    pub arguments: Option<Arguments>,
    /// Whether it is written in the format of `messages`.
    pub is_of_messages: bool,
    /// Whether its own layout would write it differently.
    pub is_unusual: bool,
    /// Its span in the record.
    pub span: Span,
}

/// The arguments of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// The JSON text; the raw value if it is not JSON.
    pub json: String,
    /// Whether it was a string that contains JSON.
    pub is_string: bool,
    /// Whether it is a JSON object.
    pub is_object: bool,
}

/// The result of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolResult {
    /// The id of the call.
    pub id: Option<String>,
    /// The name of the tool.
    pub name: Option<String>,
    /// The output of the tool.
    pub text: String,
    /// Whether it is more than text, so that it does not survive a round trip.
    pub is_structured: bool,
    /// Whether a preceding call matches it.
    pub answers: bool,
    /// Whether it names another tool than that call.
    pub is_misnamed: bool,
    /// Whether an earlier call is still open.
    pub is_early: bool,
}

/// A field in or next to a call or a result that other layouts cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its name in the loss report.
    pub what: String,
    /// Its span, or that of the call or the result that it belongs to.
    pub span: Span,
}

/// The calls and results of a turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolParts {
    /// The calls.
    pub calls: Vec<Call>,
    /// The results.
    pub outcomes: Vec<ToolResult>,
    /// The other fields.
    pub others: Vec<Other>,
}

/// The calls and results of every turn, with missing ids and names filled in from each other;
/// `None` if no turn has any.
pub fn exchanges(example: &Example<'_>) -> Option<Vec<ToolParts>> {
    let uses = |turn: &Turn<'_>| {
        let is_tool_part = |part: &Part<'_>| matches!(part.kind, PartKind::Call | PartKind::Result);
        turn.role == Role::Tool || turn.parts.iter().any(is_tool_part)
    };
    if !example.turns.iter().any(uses) {
        return None;
    }
    let mut open = Open::default();
    let mut made_up = 0_u32;
    let mut all = Vec::with_capacity(example.turns.len());
    for turn in &example.turns {
        let mut exchange = of_turn(turn);
        for call in &mut exchange.calls {
            if call.id.is_none() {
                made_up += 1;
                // Nine characters, the format that the strictest provider requires.
                call.id = Some(format!("call{made_up:05}"));
            }
            open.push(call);
        }
        for outcome in &mut exchange.outcomes {
            if let Some(asked) = open.take(outcome) {
                outcome.answers = true;
                outcome.is_early = asked.is_early;
                outcome.is_misnamed = outcome.name.as_ref().is_some_and(|own| *own != asked.name);
                outcome.id.get_or_insert(asked.id);
                outcome.name.get_or_insert(asked.name);
            }
        }
        all.push(exchange);
    }
    Some(all)
}

/// Calls without a result so far, in order. A record may have very many, so all lookups are by id,
/// name or number.
#[derive(Default)]
struct Open {
    /// By the number of the call.
    calls: BTreeMap<u64, (String, String)>,
    /// The numbers of calls by id and by name, including answered ones.
    by_id: HashMap<String, VecDeque<u64>>,
    by_name: HashMap<String, VecDeque<u64>>,
    next: u64,
}

/// The call that a result belongs to.
struct Asked {
    id: String,
    name: String,
    /// Whether an earlier call is still open.
    is_early: bool,
}

impl Open {
    fn push(&mut self, call: &Call) {
        let id = call.id.clone().unwrap_or_default();
        let name = call.name.clone().unwrap_or_default();
        self.by_id
            .entry(id.clone())
            .or_default()
            .push_back(self.next);
        self.by_name
            .entry(name.clone())
            .or_default()
            .push_back(self.next);
        self.calls.insert(self.next, (id, name));
        self.next += 1;
    }

    /// Takes the first open call with the id of a result, else with its name, else the first.
    fn take(&mut self, outcome: &ToolResult) -> Option<Asked> {
        let first = *self.calls.first_key_value()?.0;
        let numbers = match (&outcome.id, &outcome.name) {
            (Some(id), _) => Some(self.by_id.get_mut(id)?),
            (None, Some(name)) => Some(self.by_name.get_mut(name)?),
            (None, None) => None,
        };
        let number = match numbers {
            Some(numbers) => loop {
                let number = numbers.pop_front()?;
                if self.calls.contains_key(&number) {
                    break number;
                }
            },
            None => first,
        };
        let (id, name) = self.calls.remove(&number)?;
        let is_early = number != first;
        Some(Asked { id, name, is_early })
    }
}

/// The calls and results of one turn, as written.
pub fn of_turn(turn: &Turn<'_>) -> ToolParts {
    let mut exchange = ToolParts::default();
    for part in &turn.parts {
        let read = match part.kind {
            PartKind::Call => read_calls(part, &mut exchange),
            PartKind::Result => read_outcome(part, &mut exchange),
            _ => continue,
        };
        if read.is_none() {
            exchange.others.push(Other {
                what: part.name(),
                span: part.span,
            });
        }
    }
    if turn.role == Role::Tool && exchange.outcomes.is_empty() {
        let note = |key: &str| {
            let is_note = |part: &&Part<'_>| part.kind == PartKind::Note && part.key == key;
            let part = turn.parts.iter().find(is_note)?;
            let text = with_json(part.raw, |value| value.as_str().map(str::to_owned))?;
            Some((text, part.span))
        };
        let mut named = |key: &str| match note(key)? {
            (Some(text), _) => Some(text),
            (None, span) => {
                exchange.others.push(Other::field(key, span));
                None
            }
        };
        let (id, name) = (named("tool_call_id"), named("name"));
        exchange.outcomes.push(ToolResult {
            id,
            name,
            text: turn.joined().into_owned(),
            ..ToolResult::default()
        });
    }
    exchange
}

impl Other {
    fn field(key: &str, span: Span) -> Self {
        Self {
            what: field_name(key),
            span,
        }
    }
}

/// The fields of `value`, except strings under one of `texts` and anything under one of `any`.
fn others<'n>(
    value: Value<'n>,
    texts: &'n [&str],
    any: &'n [&str],
) -> impl Iterator<Item = &'n str> {
    value
        .entries()
        .map(|entry| (entry.key, entry.value.kind()))
        .filter_map(|(key, kind)| {
            let is_text = kind == Kind::String && texts.contains(&key);
            (!is_text && !any.contains(&key)).then_some(key)
        })
}

/// The tools that an example declares; `None` if there are none, or in an unknown format.
pub fn declarations(example: &Example<'_>) -> Option<Vec<Declaration>> {
    let mut declaring = example
        .settings
        .iter()
        .filter(|setting| DECLARING.contains(&setting.key));
    declaring.find_map(|setting| Some(declared_by(setting)?.tools))
}

/// The tools that a field declares; `None` if their format is unknown.
pub fn declared_by(setting: &Extra<'_>) -> Option<Declared> {
    with_json(setting.raw, |value| match value.as_str() {
        Some(text) => with_json(text, declared)?,
        None => declared(value),
    })?
}

/// The fields in which layouts declare tools.
pub const DECLARING: [&str; 4] = ["tools", "functions", "toolConfig", "available_tools"];

fn declared(value: Value<'_>) -> Option<Declared> {
    let mut all = Declared::default();
    let list = match value.get("tools") {
        Some(list) => {
            all.others.extend(owned(others(value, &[], &["tools"])));
            list
        }
        None => value,
    };
    if list.kind() != Kind::Array {
        return None;
    }
    for item in list.items() {
        match item.get("functionDeclarations") {
            Some(several) if several.kind() == Kind::Array => {
                let beside = others(item, &[], &["functionDeclarations"]);
                all.others.extend(owned(beside));
                for one in several.items() {
                    all.tools.push(declaration(one)?);
                }
            }
            Some(_) => return None,
            None => all.tools.push(declaration(item)?),
        }
    }
    Some(all)
}

fn owned<'n>(names: impl Iterator<Item = &'n str>) -> impl Iterator<Item = String> {
    names.map(str::to_owned)
}

/// The only kind of tool; layouts that have a kind write it next to the tool or inside.
const FUNCTION: &str = "function";

/// Whether neither object declares another kind of tool.
fn is_function(outer: Value<'_>, inner: Value<'_>) -> bool {
    let kinds = [outer.get("type"), inner.get("type")];
    let mut kinds = kinds.into_iter().flatten();
    kinds.all(|kind| kind.as_str() == Some(FUNCTION))
}

fn declaration(item: Value<'_>) -> Option<Declaration> {
    let wrapper = [FUNCTION, "toolSpec"]
        .into_iter()
        .find_map(|key| Some((key, item.get(key)?)));
    let inner = wrapper.map_or(item, |(_, inner)| inner);
    let mut unread = Vec::new();
    if let Some((key, _)) = wrapper {
        unread.extend(owned(others(item, &[], &[key, "type"])));
    }
    let texts = &["name", "description"];
    let key = match inner.get("parameters") {
        Some(_) => "parameters",
        None => "inputSchema",
    };
    unread.extend(owned(others(inner, texts, &[key, "type"])));
    if !is_function(item, inner) {
        unread.push("type".to_owned());
    }
    let schema = inner.get(key).map(|schema| match schema.get("json") {
        Some(json) if key == "inputSchema" => {
            unread.extend(owned(others(schema, &[], &["json"])));
            json
        }
        _ => schema,
    });
    Some(Declaration {
        name: string(inner, "name")?,
        description: string(inner, "description"),
        parameters: schema.map(|schema| schema.raw().to_owned()),
        others: unread,
    })
}

/// Reads the calls of a part; `None` if it has none.
fn read_calls(part: &Part<'_>, exchange: &mut ToolParts) -> Option<()> {
    let mut read = |value: Value<'_>, offset: Option<usize>| {
        let mut one = |value: Value<'_>| {
            let span = match offset {
                Some(offset) => Span::new(value.span().start + offset, value.span().end + offset),
                None => part.span,
            };
            read_call(value, part, span, exchange);
        };
        match value.kind() {
            Kind::Array => value.items().for_each(one),
            Kind::Object => one(value),
            _ => return None,
        }
        Some(())
    };
    with_json(part.raw, |value| match string_of(value) {
        // The call is inside a string: fields in it have no span.
        Some(text) => with_json(text, |value| read(value, None))?,
        None => read(value, Some(part.span.start)),
    })?
}

/// The string that contains a call; a typed part has it in its value.
fn string_of<'v>(value: Value<'v>) -> Option<&'v str> {
    value.get("value").unwrap_or(value).as_str()
}

fn read_call(value: Value<'_>, part: &Part<'_>, span: Span, exchange: &mut ToolParts) {
    let wrapper = ["function", "functionCall", "function_call", "toolUse"]
        .into_iter()
        .find_map(|key| Some((key, value.get(key)?)))
        .filter(|(_, inner)| inner.kind() == Kind::Object);
    let inner = wrapper.map_or(value, |(_, inner)| inner);
    let id = string(value, "id")
        .or_else(|| string(inner, "id"))
        .or_else(|| string(inner, "toolUseId"));
    let arguments = ["arguments", "args", "input"]
        .into_iter()
        .find_map(|key| Some((key, inner.get(key)?)));
    let mut lose = |key: &str| exchange.others.push(Other::field(key, span));
    if let Some((key, _)) = wrapper {
        others(value, &["id"], &[key, "type"]).for_each(&mut lose);
    }
    let key = arguments.map_or("arguments", |(key, _)| key);
    others(inner, &["id", "toolUseId", "name"], &[key, "type"]).for_each(&mut lose);
    let ids = [value.get("id"), inner.get("id"), inner.get("toolUseId")];
    let mut ids = ids.into_iter().flatten().filter_map(Value::as_str);
    if !ids.all(|other| Some(other) == id.as_deref()) {
        lose("id");
    }
    if !is_function(value, inner) {
        lose("type");
    }
    let arguments = arguments.map(|(_, value)| Arguments::of(value));
    let is_string = arguments.as_ref().map(|of| of.is_string);
    exchange.calls.push(Call {
        has_id: id.is_some(),
        id,
        name: string(inner, "name"),
        arguments,
        is_of_messages: part.key == "tool_calls",
        is_unusual: match (part.key, part.raw.starts_with('{')) {
            ("tool_calls", _) => is_string == Some(false),
            // The old key of `messages`; the same key of `contents` is inside the part.
            ("function_call", true) => !part.raw.contains("\"function_call\""),
            ("function_call", false) => is_string == Some(true),
            _ => false,
        },
        span,
    });
}

impl Arguments {
    fn of(value: Value<'_>) -> Self {
        match value.as_str() {
            Some(text) => Self {
                json: text.to_owned(),
                is_string: true,
                is_object: with_json(text, |value| value.kind()) == Some(Kind::Object),
            },
            None => Self {
                json: value.raw().to_owned(),
                is_string: false,
                is_object: value.kind() == Kind::Object,
            },
        }
    }
}

/// Reads a tool result from a part; `None` if it is not one.
fn read_outcome(part: &Part<'_>, exchange: &mut ToolParts) -> Option<()> {
    with_json(part.raw, |value| {
        let (key, inner) = ["functionResponse", "function_response", "toolResult"]
            .into_iter()
            .find_map(|key| Some((key, value.get(key)?)))?;
        let of_tool = key == "toolResult";
        let (outcome, texts, any) = if of_tool {
            let any: &[&str] = &["content", "status"];
            (tool_result(inner)?, ["toolUseId"].as_slice(), any)
        } else {
            let any: &[&str] = &["response"];
            (function_response(inner)?, ["id", "name"].as_slice(), any)
        };
        let beside = others(value, &[], std::slice::from_ref(&key));
        let unread = beside.chain(others(inner, texts, any));
        let unread = unread.map(|key| Other::field(key, part.span));
        exchange.others.extend(unread);
        exchange.outcomes.push(outcome);
        Some(())
    })?
}

/// A result in Gemini's format.
fn function_response(inner: Value<'_>) -> Option<ToolResult> {
    Some(ToolResult {
        id: string(inner, "id"),
        name: string(inner, "name"),
        text: response(inner.get("response")?),
        ..ToolResult::default()
    })
}

/// A result in Bedrock's format.
fn tool_result(inner: Value<'_>) -> Option<ToolResult> {
    let content = inner.get("content")?;
    let is_list = content.kind() == Kind::Array;
    let texts = content
        .items()
        .map(|item| string(item, "text").unwrap_or_else(|| item.raw().to_owned()));
    let is_text = |item: Value<'_>| {
        item.entries().count() == 1
            && item
                .get("text")
                .is_some_and(|text| text.kind() == Kind::String)
    };
    Some(ToolResult {
        id: string(inner, "toolUseId"),
        name: None,
        text: if is_list {
            texts.collect()
        } else {
            content.raw().to_owned()
        },
        is_structured: inner.get("status").is_some()
            || content.items().count() != 1
            || !content.items().all(is_text),
        ..ToolResult::default()
    })
}

/// The key of a text where a result must be an object.
pub const WRAPPED: &str = "output";

/// The text of a response object: the wrapped text, or the JSON.
fn response(value: Value<'_>) -> String {
    let only = value.entries().count() == 1;
    let wrapped = string(value, WRAPPED).filter(|_| only);
    wrapped.unwrap_or_else(|| value.raw().to_owned())
}

/// Whether `text` is a JSON object that can be a response itself, not one that wraps a text.
pub fn is_response(text: &str) -> bool {
    let is_plain = |value: Value<'_>| {
        let wraps = value.entries().count() == 1 && string(value, WRAPPED).is_some();
        value.kind() == Kind::Object && !wraps
    };
    // Surrounding whitespace would not survive.
    text.starts_with('{') && text.ends_with('}') && with_json(text, is_plain) == Some(true)
}

fn string(value: Value<'_>, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// Applies `take` to a JSON text; `None` if it is not JSON.
fn with_json<R>(text: &str, take: impl FnOnce(Value<'_>) -> R) -> Option<R> {
    let mut parser = Parser::new();
    let json = parser.parse(text).ok()?;
    Some(take(json.root()))
}

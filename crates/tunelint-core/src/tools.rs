//! Tools as a conversation uses them, whatever layout they were written in: what is declared,
//! what is called, what came of it.

use std::collections::VecDeque;

use crate::example::{Example, Extra, Part, PartKind, Role, Turn};
use crate::json::{Kind, Parser, Value};
use crate::position::Span;

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// What it is called with: a JSON Schema, as written.
    pub parameters: Option<String>,
    /// What else is said about it.
    pub others: Vec<String>,
}

/// A call, as the model makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// By what its result is told; made up where there was none.
    pub id: Option<String>,
    /// Whether the id was written.
    pub has_id: bool,
    /// The tool.
    pub name: Option<String>,
    /// What it is called with.
    pub arguments: Option<Arguments>,
    /// Where it was written.
    pub span: Span,
}

/// What a tool is called with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// The JSON text; what stands in its place where it is none.
    pub json: String,
    /// Whether it was written as a string that holds JSON.
    pub is_string: bool,
    /// Whether it is an object.
    pub is_object: bool,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The id of the call.
    pub id: Option<String>,
    /// The tool.
    pub name: Option<String>,
    /// What the tool gave.
    pub text: String,
    /// Whether it is more than text, so that it does not come back as it was.
    pub is_structured: bool,
}

/// The calls of a turn and the results that stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What the model calls.
    pub calls: Vec<Call>,
    /// What tools gave.
    pub outcomes: Vec<Outcome>,
}

/// The exchanges of each turn, with ids and names filled in from one another; `None` where no
/// turn has any.
pub fn exchanges(example: &Example<'_>) -> Option<Vec<Exchange>> {
    let uses = |turn: &Turn<'_>| {
        let speaks = |part: &Part<'_>| matches!(part.kind, PartKind::Call | PartKind::Result);
        turn.role == Role::Tool || turn.parts.iter().any(speaks)
    };
    if !example.turns.iter().any(uses) {
        return None;
    }
    let mut open: VecDeque<(String, String)> = VecDeque::new();
    let mut made_up = 0_u32;
    let mut all = Vec::with_capacity(example.turns.len());
    for turn in &example.turns {
        let mut exchange = of_turn(turn);
        for call in &mut exchange.calls {
            if call.id.is_none() {
                made_up += 1;
                // Nine characters, which is what the strictest provider takes.
                call.id = Some(format!("call{made_up:05}"));
            }
            let name = call.name.clone().unwrap_or_default();
            open.push_back((call.id.clone().unwrap_or_default(), name));
        }
        for outcome in &mut exchange.outcomes {
            let asked = |(id, name): &(String, String)| match (&outcome.id, &outcome.name) {
                (Some(wanted), _) => id == wanted,
                (None, Some(wanted)) => name == wanted,
                (None, None) => true,
            };
            if let Some((id, name)) = open.iter().position(asked).and_then(|at| open.remove(at)) {
                outcome.id.get_or_insert(id);
                outcome.name.get_or_insert(name);
            }
        }
        all.push(exchange);
    }
    Some(all)
}

/// The calls and results of one turn, as they were written.
pub fn of_turn(turn: &Turn<'_>) -> Exchange {
    let of_kind = |kind| turn.parts.iter().filter(move |part| part.kind == kind);
    let mut outcomes: Vec<Outcome> = of_kind(PartKind::Result).filter_map(outcome).collect();
    if turn.role == Role::Tool && outcomes.is_empty() {
        let note = |key: &str| {
            let part = turn.parts.iter().find(|part| part.key == key)?;
            with_json(part.raw, |value| value.as_str().map(str::to_owned))?
        };
        outcomes.push(Outcome {
            id: note("tool_call_id"),
            name: note("name"),
            text: turn.joined().into_owned(),
            is_structured: false,
        });
    }
    Exchange {
        calls: of_kind(PartKind::Call).flat_map(calls).collect(),
        outcomes,
    }
}

/// The tools that an example declares; `None` where it declares none, or in no known way.
pub fn declarations(example: &Example<'_>) -> Option<Vec<Declaration>> {
    let mut declaring = example
        .settings
        .iter()
        .filter(|setting| DECLARING.contains(&setting.key));
    declaring.find_map(declared_by)
}

/// The tools that a field declares; `None` where it declares them in no known way.
pub fn declared_by(setting: &Extra<'_>) -> Option<Vec<Declaration>> {
    with_json(setting.raw, |value| match value.as_str() {
        Some(text) => with_json(text, declared)?,
        None => declared(value),
    })?
}

/// The fields in which layouts declare tools.
pub const DECLARING: [&str; 3] = ["tools", "functions", "toolConfig"];

fn declared(value: Value<'_>) -> Option<Vec<Declaration>> {
    let list = value.get("tools").unwrap_or(value);
    if list.kind() != Kind::Array {
        return None;
    }
    let mut all = Vec::new();
    for item in list.items() {
        match item.get("functionDeclarations") {
            Some(several) => {
                for one in several.items() {
                    all.push(declaration(one)?);
                }
            }
            None => all.push(declaration(item)?),
        }
    }
    Some(all)
}

fn declaration(item: Value<'_>) -> Option<Declaration> {
    let inner = ["function", "toolSpec"]
        .iter()
        .find_map(|key| item.get(key))
        .unwrap_or(item);
    let schema = inner.get("parameters").or_else(|| {
        let schema = inner.get("inputSchema")?;
        Some(schema.get("json").unwrap_or(schema))
    });
    let known = ["name", "description", "parameters", "inputSchema", "type"];
    let others = inner.entries().filter(|entry| !known.contains(&entry.key));
    Some(Declaration {
        name: string(inner, "name")?,
        description: string(inner, "description"),
        parameters: schema.map(|schema| schema.raw().to_owned()),
        others: others.map(|entry| entry.key.to_owned()).collect(),
    })
}

/// The calls that a part holds.
pub fn calls(part: &Part<'_>) -> Vec<Call> {
    let read = |value: Value<'_>, offset: Option<usize>| {
        let span = |value: Value<'_>| match offset {
            Some(offset) => Span::new(value.span().start + offset, value.span().end + offset),
            None => part.span,
        };
        match value.kind() {
            Kind::Array => value.items().map(|item| call(item, span(item))).collect(),
            Kind::Object => vec![call(value, span(value))],
            _ => Vec::new(),
        }
    };
    let calls = with_json(part.raw, |value| match string_of(value) {
        // A string that holds the call: what stands in it has no place of its own.
        Some(text) => with_json(text, |value| read(value, None)).unwrap_or_default(),
        None => read(value, Some(part.span.start)),
    });
    calls.unwrap_or_default()
}

/// The string that holds a call; a typed part has it in its value.
fn string_of<'v>(value: Value<'v>) -> Option<&'v str> {
    value.get("value").unwrap_or(value).as_str()
}

fn call(value: Value<'_>, span: Span) -> Call {
    let inner = ["function", "functionCall", "function_call", "toolUse"]
        .iter()
        .find_map(|key| value.get(key))
        .filter(|inner| inner.kind() == Kind::Object)
        .unwrap_or(value);
    let id = string(value, "id")
        .or_else(|| string(inner, "id"))
        .or_else(|| string(inner, "toolUseId"));
    let arguments = ["arguments", "args", "input"]
        .iter()
        .find_map(|key| inner.get(key));
    Call {
        has_id: id.is_some(),
        id,
        name: string(inner, "name"),
        arguments: arguments.map(Arguments::of),
        span,
    }
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

/// What a part says that came of a call.
fn outcome(part: &Part<'_>) -> Option<Outcome> {
    with_json(part.raw, |value| {
        if let Some(inner) = ["functionResponse", "function_response"]
            .iter()
            .find_map(|key| value.get(key))
        {
            return Some(Outcome {
                id: string(inner, "id"),
                name: string(inner, "name"),
                text: response(inner.get("response")?),
                is_structured: false,
            });
        }
        let inner = value.get("toolResult")?;
        let content = inner.get("content")?;
        let texts = content
            .items()
            .map(|item| string(item, "text").unwrap_or_else(|| item.raw().to_owned()));
        Some(Outcome {
            id: string(inner, "toolUseId"),
            name: None,
            text: texts.collect(),
            is_structured: inner.get("status").is_some()
                || content.items().count() != 1
                || content.items().any(|item| item.get("text").is_none()),
        })
    })?
}

/// The key under which text stands where a result must be an object.
pub const WRAPPED: &str = "output";

/// What a response in an object says: its text where it is wrapped, else its JSON.
fn response(value: Value<'_>) -> String {
    let only = value.entries().count() == 1;
    let wrapped = string(value, WRAPPED).filter(|_| only);
    wrapped.unwrap_or_else(|| value.raw().to_owned())
}

/// Whether `text` is a JSON object that is a response by itself, not one that wraps a text.
pub fn is_response(text: &str) -> bool {
    let is_plain = |value: Value<'_>| {
        let wraps = value.entries().count() == 1 && string(value, WRAPPED).is_some();
        value.kind() == Kind::Object && !wraps
    };
    // Blanks around it would not come back.
    text.starts_with('{') && text.ends_with('}') && with_json(text, is_plain) == Some(true)
}

fn string(value: Value<'_>, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// What `take` makes of a JSON text; `None` where it is none.
fn with_json<R>(text: &str, take: impl FnOnce(Value<'_>) -> R) -> Option<R> {
    let mut parser = Parser::new();
    let json = parser.parse(text).ok()?;
    Some(take(json.root()))
}

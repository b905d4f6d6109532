//! Reasoning: what the model writes before its response, in whatever form a layout has it.

use crate::example::{Part, PartKind, Turn};
use tunelint_data::record::json::{Kind, Parser, Value};

/// The keys of a message that hold reasoning: those of vLLM and Qwen, of OpenRouter, and of
/// Harmony, the format of gpt-oss.
pub const KEYS: [&str; 3] = ["reasoning_content", "reasoning", "thinking"];
/// The types of content parts that hold reasoning.
pub(crate) const TYPES: [&str; 3] = ["reasoning", "thinking", "redacted_thinking"];
/// The keys under which a part has its text, from the outside to the inside.
const TEXT_KEYS: [&str; 7] = [
    "reasoningContent",
    "reasoningText",
    "thinking",
    "reasoning",
    "text",
    "value",
    "summary",
];

/// The text of a part that is reasoning; `None` if it has none, for example because it is encrypted.
///
/// ```
/// use tunelint_data::text::position::Span;
/// use tunelint_layouts::example::{Part, PartKind, reasoning};
/// let part = |raw| Part {
///     kind: PartKind::Reasoning,
///     key: "reasoning_content",
///     raw,
///     span: Span::at(0),
/// };
/// assert_eq!(reasoning::text(&part(r#""Two.""#)).as_deref(), Some("Two."));
/// let block = r#"{"type":"thinking","thinking":"Two.","signature":"x"}"#;
/// assert_eq!(reasoning::text(&part(block)).as_deref(), Some("Two."));
/// assert_eq!(reasoning::text(&part(r#"{"redactedContent":"eA=="}"#)), None);
/// ```
pub fn text(part: &Part<'_>) -> Option<String> {
    let mut parser = Parser::new();
    let json = parser.parse(part.raw).ok()?;
    text_of(json.root())
}

fn text_of(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::String => Some(value.text()?.as_str().to_owned()),
        Kind::Object => TEXT_KEYS.iter().find_map(|key| text_of(value.get(key)?)),
        Kind::Array => {
            let texts: Vec<String> = value.items().filter_map(text_of).collect();
            (!texts.is_empty()).then(|| texts.join("\n\n"))
        }
        _ => None,
    }
}

/// The names of what a part that is reasoning has besides its text, such as a signature.
pub fn others(part: &Part<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut parser = Parser::new();
    if let Ok(json) = parser.parse(part.raw) {
        others_of(json.root(), &mut names);
    }
    names
}

fn others_of(value: Value<'_>, names: &mut Vec<String>) {
    value.items().for_each(|item| others_of(item, names));
    let read = TEXT_KEYS
        .iter()
        .find(|key| value.get(key).and_then(text_of).is_some());
    for entry in value.entries() {
        if Some(&entry.key) == read {
            others_of(entry.value, names);
        } else if !["type", "thought"].contains(&entry.key) {
            names.push(entry.key.to_owned());
        }
    }
}

/// The texts of the reasoning of a turn, in order.
pub fn of_turn(turn: &Turn<'_>) -> Vec<String> {
    let parts = turn.parts.iter();
    let parts = parts.filter(|part| part.kind == PartKind::Reasoning);
    parts.filter_map(text).collect()
}

//! What of a record does not appear in its rendering: each part is marked with a number that occurs
//! nowhere else, and the numbers are searched in the rendering.

use std::collections::HashSet;

use crate::conversation::Conversation;
use crate::json_tree::JsonTree;
use crate::render::RenderOptions;
use crate::template::{Template, TemplateError};

/// What a marked part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentKind {
    /// The text of a system or developer message.
    SystemPrompt,
    /// The text of a user message, or of a message with another role.
    UserContent,
    /// The text of an assistant message.
    AssistantContent,
    /// The reasoning of an assistant message after the last user message.
    Reasoning,
    /// The reasoning of an earlier assistant message.
    EarlierReasoning,
    /// A tool call of an assistant message.
    ToolCall,
    /// The text of a tool message.
    ToolResult,
    /// The name of a tool message.
    ToolName,
    /// The name of another message.
    Name,
    /// A tool of the record.
    Tool,
}

/// A part that does not appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// What it is.
    pub kind: ContentKind,
    /// The index of its message; of its tool in the list of tools, if it is one.
    pub index: usize,
}

/// What the template drops of a conversation, in the order of tools and messages.
///
/// # Errors
/// The template fails for the marked conversation, which it may do where it compares texts: nothing
/// is known then.
pub fn dropped(
    template: &Template,
    conversation: &Conversation,
    options: &RenderOptions,
) -> Result<Vec<Dropped>, TemplateError> {
    let mut marks = Marks::new(conversation);
    let marked = marks.mark(conversation);
    let rendered = template.render(&marked, options)?;
    let seen = marks.seen(&rendered.text);
    let all = marks.parts.iter().enumerate();
    let missing = all
        .filter(|(number, _)| !seen.contains(number))
        .map(|(_, part)| *part);
    Ok(missing.collect())
}

/// The digits after the prefix of a mark.
const DIGITS: usize = 7;

struct Marks {
    prefix: String,
    parts: Vec<Dropped>,
    last_user: Option<usize>,
}

impl Marks {
    fn new(conversation: &Conversation) -> Self {
        // Digits: neither case, escapes nor trimming change them.
        let prefixes = (90_210_776u64..).map(|number| number.to_string());
        let mut free = prefixes.filter(|prefix| !conversation.contains(prefix));
        let is_user = |message: &JsonTree| role(message) == "user";
        Self {
            prefix: free.next().unwrap_or_default(),
            parts: Vec::new(),
            last_user: conversation.messages.iter().rposition(is_user),
        }
    }

    /// The next mark, for this part.
    fn next(&mut self, kind: ContentKind, index: usize) -> String {
        let number = self.parts.len();
        self.parts.push(Dropped { kind, index });
        format!("{}{number:0DIGITS$}", self.prefix)
    }

    /// Which marks appear in a text.
    fn seen(&self, text: &str) -> HashSet<usize> {
        let found = text.match_indices(&self.prefix);
        let digits = found.filter_map(|(at, prefix)| {
            let start = at + prefix.len();
            text.get(start..start + DIGITS)?.parse().ok()
        });
        digits.collect()
    }

    fn mark(&mut self, conversation: &Conversation) -> Conversation {
        let mut marked = conversation.clone();
        if let Some(JsonTree::List(tools)) = &mut marked.tools {
            for (index, tool) in tools.iter_mut().enumerate() {
                self.mark_tool(tool, index);
            }
        }
        for (index, message) in marked.messages.iter_mut().enumerate() {
            self.mark_message(message, index);
        }
        marked
    }

    fn mark_tool(&mut self, tool: &mut JsonTree, index: usize) {
        let described = |tool: &JsonTree| tool.get("description").is_some_and(has_text);
        let target = match tool.get("function") {
            Some(_) => tool.get_mut("function"),
            None => Some(tool),
        };
        let Some(target) = target else { return };
        let key = if described(target) {
            "description"
        } else {
            "name"
        };
        self.mark_key(target, key, ContentKind::Tool, index);
    }

    fn mark_message(&mut self, message: &mut JsonTree, index: usize) {
        let (content, name) = match role(message) {
            "system" | "developer" => (ContentKind::SystemPrompt, ContentKind::Name),
            "assistant" => (ContentKind::AssistantContent, ContentKind::Name),
            "tool" | "function" | "ipython" => (ContentKind::ToolResult, ContentKind::ToolName),
            _ => (ContentKind::UserContent, ContentKind::Name),
        };
        let reasoning = match self.last_user {
            Some(last) if index < last => ContentKind::EarlierReasoning,
            _ => ContentKind::Reasoning,
        };
        if content == ContentKind::AssistantContent {
            self.mark_reasoning(message, reasoning, index);
        }
        match message.get_mut("content") {
            Some(JsonTree::List(parts)) => {
                for part in parts {
                    self.mark_key(part, "text", content, index);
                }
            }
            _ => self.mark_key(message, "content", content, index),
        }
        self.mark_key(message, "name", name, index);
        if let Some(JsonTree::List(calls)) = message.get_mut("tool_calls") {
            for call in calls {
                let target = match call.get("function") {
                    Some(_) => call.get_mut("function"),
                    None => Some(call),
                };
                if let Some(target) = target {
                    self.mark_key(target, "name", ContentKind::ToolCall, index);
                }
            }
        }
    }

    /// Reasoning in a field of the message, or in the text between `<think>` and `</think>`.
    fn mark_reasoning(&mut self, message: &mut JsonTree, kind: ContentKind, index: usize) {
        let fields = ["reasoning_content", "thinking", "reasoning"];
        let given = fields.into_iter().filter_map(|field| message.get(field));
        let given = given
            .filter(|value| has_text(value))
            .map(Clone::clone)
            .next();
        if let Some(given) = given {
            let mark = self.next(kind, index);
            for field in fields {
                if let Some(JsonTree::Text(text)) = message.get_mut(field)
                    && given.as_str() == Some(text)
                {
                    append(text, &mark);
                }
            }
        }
        if let Some(JsonTree::Text(text)) = message.get_mut("content")
            && let Some(start) = text.find("<think>")
            && let Some(end) = text.find("</think>")
            && let Some(thought) = text.get(start + "<think>".len()..end)
            && !thought.trim().is_empty()
        {
            let at = start + "<think>".len() + thought.trim_end().len();
            let mark = self.next(kind, index);
            text.insert_str(at, &mark);
        }
    }

    /// Marks the text under `key`, if there is one.
    fn mark_key(&mut self, object: &mut JsonTree, key: &str, kind: ContentKind, index: usize) {
        if let Some(JsonTree::Text(text)) = object.get_mut(key)
            && !answer(text).trim().is_empty()
        {
            let mark = self.next(kind, index);
            append(text, &mark);
        }
    }
}

/// What follows reasoning in a text.
fn answer(text: &str) -> &str {
    text.rsplit_once("</think>")
        .map_or(text, |(_, answer)| answer)
}

fn has_text(value: &JsonTree) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// Puts a mark after the text, before whitespace at its end.
fn append(text: &mut String, mark: &str) {
    text.insert_str(text.trim_end().len(), mark);
}

fn role(message: &JsonTree) -> &str {
    message
        .get("role")
        .and_then(JsonTree::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::PrimitiveDateTime;

    use super::*;

    fn kinds(template: &str, record: &str) -> Vec<ContentKind> {
        let template = Template::parse(template, PrimitiveDateTime::MIN).unwrap();
        let conversation = Conversation::from_record(record).unwrap();
        let dropped = dropped(&template, &conversation, &RenderOptions::default()).unwrap();
        dropped.into_iter().map(|part| part.kind).collect()
    }

    #[test]
    fn what_is_not_rendered_is_found_by_its_kind() {
        let record = r#"{"messages":[
            {"role":"system","content":"Be brief."},
            {"role":"user","content":"90210776","name":"ann"},
            {"role":"assistant","content":"<think>\nhm\n</think>\n\nyes"},
            {"role":"user","content":[{"type":"text","text":"and"},{"type":"image"}]},
            {"role":"assistant","content":"","reasoning_content":"r",
             "tool_calls":[{"function":{"name":"f","arguments":{}}}]},
            {"role":"tool","name":"f","content":"{\"a\":1}"}],
            "tools":[{"type":"function","function":{"name":"f","description":"d"}}]}"#;
        let none = "{% for m in messages %}{{ m.role }}{% endfor %}";
        let all = [
            ContentKind::Tool,
            ContentKind::SystemPrompt,
            ContentKind::UserContent,
            ContentKind::Name,
            ContentKind::EarlierReasoning,
            ContentKind::AssistantContent,
            ContentKind::UserContent,
            ContentKind::Reasoning,
            ContentKind::ToolCall,
            ContentKind::ToolResult,
            ContentKind::ToolName,
        ];
        assert_eq!(kinds(none, record), all);
        let everything = "{{ tools|tojson }}{{ messages|tojson }}";
        assert_eq!(kinds(everything, record), []);
        let answers = "{{ tools|tojson }}{% for m in messages %}{{ m.role ~ m.name|upper }}\
            {{ m.content.split('</think>')[-1] if m.content is string else m.content }}\
            {{ m.reasoning_content }}{{ m.tool_calls }}{% endfor %}";
        assert_eq!(kinds(answers, record), [ContentKind::EarlierReasoning]);
    }
}

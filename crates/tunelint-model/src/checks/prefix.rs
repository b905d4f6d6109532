//! Whether the rendering of the first messages is the beginning of the rendering of all.

use crate::conversation::Conversation;
use crate::json_tree::JsonTree;
use crate::render::{RenderOptions, Rendered};
use crate::template::{Template, TemplateError};

/// A conversation is rendered at most this often, so that the work stays linear in its size.
pub(super) const MAX_PREFIXES: usize = 32;

/// How the renderings of the beginnings of a conversation relate to that of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefixes {
    /// Each is the beginning of the whole.
    Preserved,
    /// The rendering of the first `messages` messages is not. They are equal up to character `at`.
    Broken {
        /// The number of messages.
        messages: usize,
        /// The first character that differs.
        at: usize,
    },
}

/// Compares the renderings that end after an assistant message, and those before one, with the
/// whole. Beginnings at which the template raises are passed over.
pub fn prefixes(
    template: &Template,
    conversation: &Conversation,
    options: &RenderOptions,
    rendered: &Rendered,
) -> Prefixes {
    let ends = (1..conversation.messages.len()).filter(|end| {
        let role = |at: usize| conversation.messages.get(at).and_then(|m| m.get("role"));
        let assistant = |at| role(at).and_then(JsonTree::as_str) == Some("assistant");
        assistant(*end) || assistant(end - 1)
    });
    // The latest first: what is stripped is stripped from all but the last turn.
    let ends: Vec<usize> = ends.collect();
    for end in ends.into_iter().rev().take(MAX_PREFIXES) {
        let Ok(part) = template.render(&conversation.prefix(end), options) else {
            continue;
        };
        if !rendered.text.starts_with(&part.text) {
            let at = common_chars(&rendered.text, &part.text);
            return Prefixes::Broken { messages: end, at };
        }
    }
    Prefixes::Preserved
}

/// Where the part of each message starts in the rendering, in characters: where the rendering of the
/// messages before it ends, if the whole begins with that. Further messages than are rendered have
/// none.
pub fn message_starts(
    template: &Template,
    conversation: &Conversation,
    options: &RenderOptions,
    rendered: &Rendered,
) -> Vec<Option<usize>> {
    let start = |at: usize| {
        if at == 0 {
            return Some(0);
        }
        if at > MAX_PREFIXES {
            return None;
        }
        let part = template.render(&conversation.prefix(at), options).ok()?;
        rendered
            .text
            .starts_with(&part.text)
            .then(|| part.text.chars().count())
    };
    (0..conversation.messages.len()).map(start).collect()
}

fn common_chars(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// Whether the template renders an assistant message with a tool call the same where a tool's result
/// follows, as TRL asks before it trains with tools.
///
/// # Errors
/// The template fails for this conversation.
pub fn template_preserves_prefix(
    template: &Template,
    options: &RenderOptions,
) -> Result<bool, TemplateError> {
    let compared = |arguments: &str| {
        let conversation = conversation(&format!(
            r#"[{{"role":"user","content":"dummy"}},{{"role":"assistant","content":"","tool_calls":
            [{{"type":"function","function":{{"name":"dummy","arguments":{arguments}}}}}]}},
            {{"role":"tool","name":"dummy","content":"dummy"}}]"#
        ));
        let prompted = RenderOptions {
            generation_prompt: true,
            ..options.clone()
        };
        let before = template.render(&conversation.prefix(2), options)?;
        let after = template.render(&conversation, &prompted)?;
        Ok(after.text.starts_with(&before.text))
    };
    compared("{}").or_else(|_: TemplateError| compared(r#""{}""#))
}

/// A conversation of messages that are written here.
pub(super) fn conversation(messages: &str) -> Conversation {
    let messages = match JsonTree::parse(messages) {
        Ok(JsonTree::List(messages)) => messages,
        _ => Vec::new(),
    };
    Conversation {
        messages,
        tools: None,
        arguments: Vec::new(),
        prompt: 0,
    }
}

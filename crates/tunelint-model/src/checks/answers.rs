//! Where the answers of a conversation stand in its rendering, for a template that marks nothing.

use std::ops::Range;

use crate::checks::prefix::MAX_PREFIXES;
use crate::conversation::Conversation;
use crate::json_tree::JsonTree;
use crate::render::{RenderOptions, Rendered};
use crate::template::Template;

/// An answer: the index of its message, and the characters of the rendering from the end of the
/// generation prompt to the end of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The index of the message.
    pub message: usize,
    /// Its characters in the rendering, with the token that ends it.
    pub range: Range<usize>,
}

/// The answers, in order; of a prompt with a completion, those of the completion. They are found by rendering what is before each, as trainers that mask by
/// prefixes do. `None` where that does not tell: the rendering of the beginning is not the beginning
/// of the rendering, or an answer is beyond the messages that are rendered.
pub fn answers(
    template: &Template,
    conversation: &Conversation,
    options: &RenderOptions,
    rendered: &Rendered,
) -> Option<Vec<Answer>> {
    let prompted = RenderOptions {
        generation_prompt: true,
        ..options.clone()
    };
    let end_of = |count: usize, options: &RenderOptions| {
        let part = template.render(&conversation.prefix(count), options).ok()?;
        let is_start = rendered.text.starts_with(&part.text);
        is_start.then(|| part.text.chars().count())
    };
    let count = conversation.messages.len();
    let mut found = Vec::new();
    let messages = conversation.messages.iter().enumerate();
    for (message, of) in messages.skip(conversation.prompt) {
        if of.get("role").and_then(JsonTree::as_str) != Some("assistant") {
            continue;
        }
        if message > MAX_PREFIXES {
            return None;
        }
        let start = match message {
            0 => 0,
            _ => end_of(message, &prompted).or_else(|| end_of(message, options))?,
        };
        let end = match message + 1 {
            all if all == count => rendered.text.chars().count(),
            next => end_of(next, options)?,
        };
        let range = start..end.max(start);
        found.push(Answer { message, range });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use time::PrimitiveDateTime;

    use super::*;

    const RECORD: &str = r#"{"messages":[{"role":"user","content":"a"},
        {"role":"assistant","content":"b"},{"role":"user","content":"c"},
        {"role":"assistant","content":"d"}]}"#;

    fn found(template: &str) -> Option<Vec<String>> {
        let template = Template::parse(template, PrimitiveDateTime::MIN).unwrap();
        let conversation = Conversation::from_record(RECORD).unwrap();
        let options = RenderOptions::default();
        let rendered = template.render(&conversation, &options).unwrap();
        let answers = answers(&template, &conversation, &options, &rendered)?;
        let text = |answer: Answer| rendered.text.get(answer.range).unwrap().to_owned();
        Some(answers.into_iter().map(text).collect())
    }

    #[test]
    fn answers_start_after_the_generation_prompt() {
        let template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}\
            {% if add_generation_prompt %}<assistant>{% endif %}";
        assert_eq!(found(template).unwrap(), ["b</>", "d</>"]);
    }

    #[test]
    fn nothing_is_known_where_earlier_answers_change() {
        let template = "{% for m in messages %}{{ m.content if loop.last else '-' }}{% endfor %}";
        assert_eq!(found(template), None);
    }
}

//! A record as the model sees it.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::Value;

use crate::conversation::{Conversation, normalized};
use crate::folder::SpecialTokens;
use crate::json_tree::JsonTree;
use crate::python::value_of;
use crate::template::{Template, TemplateError, TemplateErrorKind, run};

/// What a rendering needs besides the record.
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// Special tokens, which templates use as variables.
    pub special_tokens: SpecialTokens,
    /// Arguments of the template; those of the record come first.
    pub arguments: Vec<(String, JsonTree)>,
    /// Whether the text ends with the beginning of an answer.
    pub generation_prompt: bool,
}

/// The text of a record, and what of it the template marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// What `{% generation %}` blocks wrote, in characters, in the order of the blocks' ends.
    pub trained: Vec<Range<usize>>,
}

impl Template {
    /// Renders a conversation as `apply_chat_template(…, tokenize=False)` does.
    ///
    /// # Errors
    /// Where transformers has one: messages that are no objects, none at all, and what the template
    /// raises or fails at; and where the template exceeds a limit.
    pub fn render(
        &self,
        conversation: &Conversation,
        options: &RenderOptions,
    ) -> Result<Rendered, TemplateError> {
        let refused = |message: &str| TemplateError::new(TemplateErrorKind::Conversation, message);
        if conversation.messages.is_empty() {
            return Err(refused("the conversation is empty"));
        }
        let mut messages = Vec::with_capacity(conversation.messages.len());
        for message in &conversation.messages {
            let message =
                normalized(message).ok_or_else(|| refused("a message is not an object"))?;
            messages.push(value_of(&message));
        }
        let tools = conversation.tools.as_ref();
        let no_object = |tool: &JsonTree| !matches!(tool, JsonTree::Object(_));
        if tools
            .and_then(JsonTree::as_list)
            .unwrap_or_default()
            .iter()
            .any(no_object)
        {
            return Err(refused("a tool is not an object"));
        }
        let mut variables = BTreeMap::new();
        let tokens = options.special_tokens.iter();
        variables.extend(tokens.map(|(name, token)| (name.to_owned(), Value::from(token))));
        for (name, value) in options.arguments.iter().chain(&conversation.arguments) {
            variables.insert(name.clone(), value_of(value));
        }
        variables.insert("messages".to_owned(), Value::from(messages));
        variables.insert("tools".to_owned(), tools.map_or(Value::from(()), value_of));
        variables.insert("documents".to_owned(), Value::from(()));
        let prompt = Value::from(options.generation_prompt);
        variables.insert("add_generation_prompt".to_owned(), prompt);
        let output = run(self.environment(), variables, conversation.size())?;
        Ok(Rendered {
            text: output.text,
            trained: output.trained,
        })
    }
}

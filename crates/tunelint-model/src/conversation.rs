//! What is rendered: the messages and tools of a record, as they are.

use std::fmt;

use tunelint_data::record::fault::Fault;

use crate::json_tree::JsonTree;

/// Variables of every rendering; no template argument can have these names.
pub const RESERVED: [&str; 4] = ["messages", "tools", "documents", "add_generation_prompt"];

/// Names that reasoning is given under; the first that has a value is taken.
const REASONING: [&str; 3] = ["reasoning_content", "thinking", "reasoning"];

/// The messages and tools of a record, and the arguments that it has for the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The messages, unchanged.
    pub messages: Vec<JsonTree>,
    /// The tools, if the record has any; an empty list is not the same as none.
    pub tools: Option<JsonTree>,
    /// `chat_template_kwargs` of the record.
    pub arguments: Vec<(String, JsonTree)>,
    /// The number of messages in a `prompt` that a `completion` follows; 0 for a list of messages.
    pub prompt: usize,
}

/// Why a record cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordError {
    /// It is not valid JSON.
    Json(Fault),
    /// It has neither `messages` nor lists `prompt` and `completion`.
    NoMessages,
    /// `tools` is neither a list nor JSON of one.
    Tools,
}

impl Conversation {
    /// The conversation of a record: `messages`, or `prompt` followed by `completion`; `tools` as a
    /// list or, as trainers accept it, as JSON in a string; `chat_template_kwargs`.
    ///
    /// # Errors
    /// Malformed JSON; a record without messages; `tools` that are no list.
    pub fn from_record(text: &str) -> Result<Self, RecordError> {
        let record = JsonTree::parse(text).map_err(RecordError::Json)?;
        Self::from_tree(&record)
    }

    /// The same, of a record that has been parsed.
    ///
    /// # Errors
    /// As [`Conversation::from_record`].
    pub fn from_tree(record: &JsonTree) -> Result<Self, RecordError> {
        let list = |key| record.get(key).and_then(JsonTree::as_list);
        let (messages, prompt) = match (list("messages"), list("prompt"), list("completion")) {
            (Some(messages), _, _) => (messages.to_vec(), 0),
            (None, Some(prompt), Some(completion)) => ([prompt, completion].concat(), prompt.len()),
            _ => return Err(RecordError::NoMessages),
        };
        let tools = match record.get("tools") {
            None | Some(JsonTree::Null) => None,
            Some(JsonTree::Text(text)) => {
                Some(JsonTree::parse(text).map_err(|_| RecordError::Tools)?)
            }
            Some(tools) => Some(tools.clone()),
        };
        if tools
            .as_ref()
            .is_some_and(|tools| tools.as_list().is_none())
        {
            return Err(RecordError::Tools);
        }
        let arguments = match record.get("chat_template_kwargs") {
            Some(JsonTree::Object(entries)) => entries.clone(),
            _ => Vec::new(),
        };
        Ok(Self {
            messages,
            tools,
            arguments,
            prompt,
        })
    }

    /// The first `count` messages, with the same tools and arguments.
    pub fn prefix(&self, count: usize) -> Self {
        Self {
            messages: self.messages.iter().take(count).cloned().collect(),
            tools: self.tools.clone(),
            arguments: self.arguments.clone(),
            prompt: self.prompt.min(count),
        }
    }

    /// The bytes of all that a template sees of it.
    pub(crate) fn size(&self) -> usize {
        let messages: usize = self.messages.iter().map(JsonTree::size).sum();
        messages + self.tools.as_ref().map_or(0, JsonTree::size)
    }

    /// Whether any text of it contains `needle`.
    pub(crate) fn contains(&self, needle: &str) -> bool {
        self.messages
            .iter()
            .chain(&self.tools)
            .any(|tree| tree.contains(needle))
    }
}

/// A message as the template sees it: keys without a value vanish, and reasoning is given under the
/// names that templates read. `None` for anything but an object.
pub fn normalized(message: &JsonTree) -> Option<JsonTree> {
    let JsonTree::Object(entries) = message else {
        return None;
    };
    let present = entries.iter().filter(|(_, value)| *value != JsonTree::Null);
    let mut entries: Vec<_> = present.cloned().collect();
    let value_of = |key: &str| entries.iter().find(|(name, _)| name == key);
    let reasoning = REASONING
        .into_iter()
        .find_map(value_of)
        .map(|(_, value)| value.clone());
    if let Some(reasoning) = reasoning {
        let thinking = match entries.iter().position(|(name, _)| name == "thinking") {
            Some(at) => entries.remove(at).1,
            None => reasoning.clone(),
        };
        entries.insert(0, ("thinking".to_owned(), thinking));
        match entries
            .iter_mut()
            .find(|(name, _)| name == "reasoning_content")
        {
            Some(entry) => entry.1 = reasoning,
            None => entries.push(("reasoning_content".to_owned(), reasoning)),
        }
    }
    Some(JsonTree::Object(entries))
}

/// A template argument `NAME=VALUE`. A value that is JSON is that value, Python's `True`, `False`
/// and `None` are what they mean, anything else is a string.
///
/// # Errors
/// In words: no `=`, or a name that each rendering sets.
pub fn parse_argument(text: &str) -> Result<(String, JsonTree), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(format!("expected NAME=VALUE, found `{text}`"));
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        return Err(format!("`{name}` is not a name that a template can use"));
    }
    if RESERVED.contains(&name) {
        return Err(format!(
            "`{name}` is set by each record, not by an argument"
        ));
    }
    let value = match value {
        "True" => JsonTree::Bool(true),
        "False" => JsonTree::Bool(false),
        "None" => JsonTree::Null,
        text => JsonTree::parse(text).unwrap_or_else(|_| JsonTree::Text(text.to_owned())),
    };
    Ok((name.to_owned(), value))
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "the record is not valid JSON",
            Self::NoMessages => "the record has no list `messages`",
            Self::Tools => "`tools` is not a list",
        })
    }
}

impl std::error::Error for RecordError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasoning_is_given_under_both_names() {
        let shown = |text: &str| {
            let message = normalized(&JsonTree::parse(text).unwrap()).unwrap();
            let JsonTree::Object(entries) = message else {
                return String::new();
            };
            let shown = entries
                .iter()
                .map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or("?")));
            shown.collect::<Vec<_>>().join(" ")
        };
        let cases = [
            (r#"{"role":"a","content":null}"#, "role=a"),
            (
                r#"{"role":"a","reasoning":"r"}"#,
                "thinking=r role=a reasoning=r reasoning_content=r",
            ),
            (
                r#"{"role":"a","reasoning_content":"r","thinking":"t"}"#,
                "thinking=t role=a reasoning_content=r",
            ),
            (
                r#"{"thinking":null,"reasoning_content":"r"}"#,
                "thinking=r reasoning_content=r",
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(shown(message), expected);
        }
    }

    #[test]
    fn arguments_are_json_or_text() {
        let parsed = |text: &str| parse_argument(text).unwrap().1;
        assert_eq!(parsed("a=false"), JsonTree::Bool(false));
        assert_eq!(parsed("a=False"), JsonTree::Bool(false));
        assert_eq!(parsed("a=low"), JsonTree::Text("low".to_owned()));
        assert_eq!(parsed("a=1=2"), JsonTree::Text("1=2".to_owned()));
        assert!(parse_argument("messages=[]").is_err());
        assert!(parse_argument("thinking").is_err());
    }

    #[test]
    fn tools_may_be_json_in_a_string() {
        let record = r#"{"messages":[],"tools":"[{\"name\":\"f\"}]"}"#;
        let tools = Conversation::from_record(record).unwrap().tools.unwrap();
        assert_eq!(tools.as_list().unwrap().len(), 1);
        let record = r#"{"messages":[],"tools":"f"}"#;
        assert_eq!(Conversation::from_record(record), Err(RecordError::Tools));
        let record = r#"{"text":"a"}"#;
        assert_eq!(
            Conversation::from_record(record),
            Err(RecordError::NoMessages)
        );
    }
}

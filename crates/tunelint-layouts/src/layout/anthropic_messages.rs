//! `anthropic-messages`: `messages` with a top-level system prompt, the format for tuning Claude 3
//! Haiku on Amazon Bedrock.

use super::contract::{Layout, Losses};
use super::messages::{Messages, has_system_beside};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::shared::lose_parts;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnthropicMessages;

const FIELDS: [&str; 2] = ["system", "messages"];

impl Layout for AnthropicMessages {
    fn name(&self) -> &'static str {
        "anthropic-messages"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn turn_fields(&self) -> Option<&'static [&'static str]> {
        Some(&["role", "content"])
    }

    fn role_field(&self) -> Option<RoleField> {
        let names = &["user", "assistant"];
        Some(RoleField {
            names,
            ..Messages::Usual.role_field()?
        })
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        has_system_beside(body)
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        Messages::Usual.reads(body)
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        Messages::Usual.decode(record, mismatches)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let systems = || {
            example
                .turns
                .iter()
                .filter(|turn| turn.role == Role::System)
        };
        if let Some(first) = systems().next() {
            object.key("system");
            object.texts(&first.texts);
        }
        for turn in systems().skip(1) {
            losses.add("additional system prompt", turn.span);
        }
        object.key("messages");
        object.begin_array();
        for turn in &example.turns {
            let role = match turn.speaker() {
                Role::System => continue,
                Role::User => "user",
                Role::Model => "assistant",
                Role::Tool => {
                    losses.add("tool result", turn.span);
                    continue;
                }
            };
            object.begin_object();
            object.key("role");
            object.string(role);
            object.key("content");
            object.texts(&turn.texts);
            object.end_object();
        }
        object.end_array();
        lose_parts(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Messages::Usual.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn records_round_trip() {
        let line = r#"{"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
        assert_eq!(
            read(&AnthropicMessages, line).0,
            ["system: s", "user: a", "model: b"]
        );
        assert_eq!(
            rewrite(&AnthropicMessages, &AnthropicMessages, line),
            (line.into(), vec![])
        );
    }

    #[test]
    fn a_system_message_becomes_the_system_field() {
        let line = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":1}]}"#;
        let (text, losses) = rewrite(&Messages::Usual, &AnthropicMessages, line);
        assert_eq!(
            text,
            r#"{"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#
        );
        assert_eq!(losses, ["field `weight`"]);
    }
}

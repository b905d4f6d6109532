//! `cohere`: `messages` of `System`, `User` and `Chatbot`, the format of Cohere's own tuning
//! service.

use super::contract::{Layout, Losses};
use super::fields::{all_of, extras, has};
use super::messages;
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::plain::Plain;
use super::role_field::RoleField;
use super::shared::lose_settings;
use super::turns::turn_list;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cohere;

const FIELDS: [&str; 1] = ["messages"];
/// The format of its messages.
const TURNS: Plain = Plain {
    list: "messages",
    speaker: "role",
    text: "content",
    names: &["System", "User", "Chatbot"],
    roles: &[Role::System, Role::User, Role::Model],
};

impl Layout for Cohere {
    fn name(&self) -> &'static str {
        "cohere"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(TURNS.role_field())
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        TURNS.is_meant(body, &messages::ROLES)
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        has(body, "messages")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "messages", mismatches)?;
        let turns = all_of(list.items(), |message| {
            TURNS.turn(record, message, mismatches)
        });
        let mut example = Example::new(*record, turns?);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        TURNS.encode(example, object, losses);
        lose_settings(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    const LINE: &str = r#"{"messages":[{"role":"System","content":"s"},{"role":"User","content":"a"},{"role":"Chatbot","content":"b"}]}"#;

    #[test]
    fn records_round_trip() {
        assert_eq!(read(&Cohere, LINE).0, ["system: s", "user: a", "model: b"]);
        assert_eq!(rewrite(&Cohere, &Cohere, LINE), (LINE.into(), vec![]));
        let messages = by_name("messages").unwrap();
        let (usual, lost) = rewrite(&Cohere, &*messages, LINE);
        assert!(usual.contains(r#"{"role":"assistant","content":"b"}"#) && lost.is_empty());
        assert_eq!(rewrite(&*messages, &Cohere, &usual), (LINE.into(), vec![]));
    }

    #[test]
    fn a_typo_in_a_role_does_not_change_the_layout() {
        let line = |user: &str, model: &str| {
            format!(
                r#"{{"messages":[{{"role":"{user}","content":"a"}},{{"role":"{model}","content":"b"}}]}}"#
            )
        };
        let recognised = |user: &str, model: &str| {
            let line = line(user, model);
            let mut parser = tunelint_data::record::json::Parser::new();
            Cohere.recognises(&Body::Json(parser.parse(&line).unwrap()))
        };
        assert!(recognised("User", "Chatbot") && recognised("User", "Chatbott"));
        assert!(recognised("Usr", "Chatbot"));
        assert!(!recognised("Person", "Chatbot") && !recognised("User", "Assistant"));
        assert!(!recognised("User", "assistant"));
        assert!(!recognised("user", "Chatbot") && !recognised("human", "bot"));
        assert_eq!(
            read(&Cohere, &line("User", "Chatbott")).1,
            ["unknown-role@52 /messages/1/role: Chatbott"]
        );
    }

    #[test]
    fn other_names_are_unknown_roles() {
        assert_eq!(
            read(
                &Cohere,
                r#"{"messages":[{"role":"assistant","content":"a"}]}"#
            )
            .1,
            ["unknown-role@22 /messages/0/role: assistant"]
        );
    }
}

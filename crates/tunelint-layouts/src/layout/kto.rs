//! `kto`: a prompt, a completion, and whether the completion is desirable; `kto-messages`: messages,
//! and whether the last of them is.

use super::contract::{Layout, Losses};
use super::fields::{all_of, extras, fields, has, missing, not_a, own_names, text_is_not_a};
use super::mismatch::{Expected, Mismatches};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::shared::lose_settings;
use super::turns::turn_list;
use super::{messages, side, tooling};
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Role};
use tunelint_data::record::json::Kind;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::position::Span;

/// The layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kto {
    /// `prompt`, `completion` and `label`, TRL's format.
    Prompt,
    /// `messages` and `label`, the format of ms-swift and LLaMA-Factory.
    Messages,
}

impl Layout for Kto {
    fn name(&self) -> &'static str {
        match self {
            Self::Prompt => "kto",
            Self::Messages => "kto-messages",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Prompt => &["prompt", "completion", "label"],
            Self::Messages => &["messages", "label", "tools"],
        }
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        match self {
            Self::Prompt => self.fields().iter().all(|name| has(body, name)),
            Self::Messages => {
                has(body, "messages")
                    && matches!(body.field("label"), Some(Field::Other(of)) if of.kind() == Kind::Bool)
            }
        }
    }

    fn role_field(&self) -> Option<RoleField> {
        (*self == Self::Messages).then(|| messages::role_field_of("messages"))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let turns = match self {
            Self::Prompt => {
                let prompt = side::read(record, "prompt", Role::User, mismatches);
                let completion = side::read(record, "completion", Role::Model, mismatches);
                prompt.zip(completion).map(|of| <[_; 2]>::from(of).concat())
            }
            Self::Messages => turn_list(record, "messages", mismatches).and_then(|list| {
                all_of(list.items(), |message| {
                    messages::any_turn(record, message, mismatches)
                })
            }),
        };
        let label = label(record, mismatches);
        let mut example = Example::new(*record, turns?);
        example.desirable = Some(label?);
        example.extras = extras(record, self.fields());
        example.settings = fields(record, |name| *self == Self::Messages && name == "tools");
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        match self {
            Self::Prompt => {
                write_completion(example, object, losses);
                lose_settings(example, losses);
            }
            Self::Messages => {
                object.key("messages");
                messages::encode_list(example, object, losses);
                let own = example.layout == self.name();
                tooling::settings(example, own, &[], object, losses, |tools, object| {
                    messages::declare("tools", tools, object);
                });
            }
        }
        object.key("label");
        object.raw(if example.desirable == Some(false) {
            "false"
        } else {
            "true"
        });
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Judgement,
            ..Capacity::CONVERSATION
        }
    }
}

/// Writes the messages as `prompt`, and the last response as `completion`.
fn write_completion(example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
    let own = messages::copies(example);
    let turns = example.turns.as_slice();
    let completion_at = turns
        .iter()
        .rposition(|turn| turn.role == Role::Model)
        .unwrap_or(turns.len());
    let (prompt, completion) = turns.split_at(completion_at);
    let as_text = side::are_texts(&[(prompt, Role::User), (completion, Role::Model)]);
    side::write("prompt", prompt, as_text, own, object, losses);
    side::write("completion", completion, as_text, own, object, losses);
}

/// Whether the completion is desirable; an invalid label is reported.
fn label(record: &Record<'_>, mismatches: &mut Mismatches) -> Option<bool> {
    match record.body.field("label") {
        Some(Field::Other(value)) if value.kind() == Kind::Bool => Some(value.raw() == "true"),
        Some(Field::Other(value)) => {
            not_a(Expected::Bool, "label", value, mismatches);
            None
        }
        Some(Field::Text(text)) => {
            text_is_not_a(Expected::Bool, "label", &text, mismatches);
            None
        }
        None => {
            let names = own_names(record);
            missing("label", Span::new(0, 1), &names, mismatches);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn records_round_trip() {
        for line in [
            r#"{"prompt":"a","completion":"b","label":false}"#,
            r#"{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"}],"label":true}"#,
        ] {
            assert_eq!(
                rewrite(&Kto::Prompt, &Kto::Prompt, line),
                (line.into(), vec![])
            );
        }
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"label":false}"#;
        for to in [Kto::Messages, Kto::Prompt] {
            let (there, lost) = rewrite(&Kto::Messages, &to, line);
            assert_eq!(rewrite(&to, &Kto::Messages, &there), (line.into(), vec![]));
            assert!(lost.is_empty());
        }
    }

    #[test]
    fn a_label_is_true_or_false() {
        assert_eq!(
            read(
                &Kto::Prompt,
                r#"{"prompt":"a","completion":"b","label":"yes"}"#
            )
            .1,
            ["wrong-type@40 /label: label is Json(String), not Bool"]
        );
    }
}

//! `kto`: a prompt, a completion, and whether the completion is desirable.

use super::contract::{Layout, Losses};
use super::fields::{extras, has, missing, not_a, own_names, text_is_not_a};
use super::mismatch::{Expected, Mismatches};
use super::object::ObjectWriter;
use super::shared::lose_settings;
use super::side;
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Role};
use tunelint_data::record::json::Kind;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::position::Span;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kto;

const FIELDS: [&str; 3] = ["prompt", "completion", "label"];

impl Layout for Kto {
    fn name(&self) -> &'static str {
        "kto"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        FIELDS.iter().all(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let prompt = side::read(record, "prompt", Role::User, mismatches);
        let completion = side::read(record, "completion", Role::Model, mismatches);
        let label = label(record, mismatches);
        let mut turns = prompt?;
        turns.extend(completion?);
        let mut example = Example::new(*record, turns);
        example.desirable = Some(label?);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = side::is_own(&example.record, &["label"]);
        let turns = example.turns.as_slice();
        let completion_at = turns
            .iter()
            .rposition(|turn| turn.role == Role::Model)
            .unwrap_or(turns.len());
        let (prompt, completion) = turns.split_at(completion_at);
        let as_text = side::are_texts(&[(prompt, Role::User), (completion, Role::Model)]);
        side::write("prompt", prompt, as_text, own, object, losses);
        side::write("completion", completion, as_text, own, object, losses);
        lose_settings(example, losses);
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
            assert_eq!(rewrite(&Kto, &Kto, line), (line.into(), vec![]));
        }
    }

    #[test]
    fn a_label_is_true_or_false() {
        assert_eq!(
            read(&Kto, r#"{"prompt":"a","completion":"b","label":"yes"}"#).1,
            ["wrong-type@40 /label: label is Json(String), not Bool"]
        );
    }
}

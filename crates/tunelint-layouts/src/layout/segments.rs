//! `segments`: consecutive segments of one text, each with a `label`: whether it is
//! trained on, Axolotl's format for training without a template (`input_output`).

use super::contract::{Layout, Losses};
use super::fields::{all_of, extras, has, missing_in, not_a, not_an_object, notes};
use super::mismatch::{Expected, Item, Mismatches};
use super::object::ObjectWriter;
use super::shared::lose_settings;
use super::tooling;
use super::turns::{turn_list, turn_text};
use crate::example::capacity::Capacity;
use crate::example::{Example, PartKind, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Field, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segments;

const FIELDS: [&str; 1] = ["segments"];
/// The key of the label: whether a segment is trained on.
const LABEL: &str = "label";

impl Layout for Segments {
    fn name(&self) -> &'static str {
        "segments"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    /// Transcripts have `segments` too; only those with boolean labels are meant here.
    fn recognises(&self, body: &Body<'_>) -> bool {
        let Some(Field::Other(list)) = body.field("segments") else {
            return false;
        };
        let others = [
            "text",
            "prompt",
            "completion",
            "instruction",
            "output",
            "messages",
        ];
        let is_labelled = |item: Value<'_>| {
            let label = item.get(LABEL);
            label.is_some_and(|label| label.kind() == Kind::Bool)
        };
        list.items().any(is_labelled) && !others.iter().any(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "segments", mismatches)?;
        let turns = all_of(list.items(), |item| segment(item, mismatches));
        let mut example = Example::new(*record, turns?);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        object.key("segments");
        object.begin_array();
        for turn in &example.turns {
            let label = match turn.speaker() {
                Role::Model if turn.is_skipped() => {
                    losses.add(
                        "role of an assistant message that is not trained on",
                        turn.span,
                    );
                    "false"
                }
                Role::Model => "true",
                Role::User | Role::System => "false",
                Role::Tool => {
                    losses.add("tool result", turn.span);
                    tooling::lose(turn, |part| part.kind != PartKind::Result, losses);
                    continue;
                }
            };
            object.begin_object();
            object.key(LABEL);
            object.raw(label);
            object.key("text");
            object.texts(&turn.texts);
            object.end_object();
            // The label already records whether the segment is trained on.
            tooling::lose(turn, |part| !part.skips(), losses);
        }
        object.end_array();
        if example.layout != self.name() {
            losses.add("separators between messages", example.record.span());
        }
        lose_settings(example, losses);
    }

    /// Segments have no roles and no separators: a system prompt is prepended to the input.
    fn capacity(&self) -> Capacity {
        Capacity {
            system: false,
            verbatim: true,
            ..Capacity::CONVERSATION
        }
    }
}

/// Reads a segment: one that is trained on becomes a model turn.
fn segment<'a>(item: Value<'a>, mismatches: &mut Mismatches) -> Option<Turn<'a>> {
    if item.kind() != Kind::Object {
        not_an_object(Item::Segment, item, mismatches);
        return None;
    }
    let text = turn_text(item, "text", mismatches);
    let role = match item.get(LABEL) {
        Some(label) if label.kind() == Kind::Bool => Some(if label.raw() == "true" {
            Role::Model
        } else {
            Role::User
        }),
        Some(label) => {
            not_a(Expected::Bool, LABEL, label, mismatches);
            None
        }
        None => {
            missing_in(item, LABEL, mismatches);
            None
        }
    };
    let mut turn = Turn::of_text(role?, text?.text()?);
    turn.span = item.span();
    turn.parts.extend(notes(item, &[LABEL, "text"]));
    Some(turn)
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    const LINE: &str =
        r#"{"segments":[{"label":false,"text":"Q: a\nA:"},{"label":true,"text":" b</s>"}]}"#;

    #[test]
    fn records_round_trip() {
        assert_eq!(read(&Segments, LINE).0, ["user: Q: a\nA:", "model:  b</s>"]);
        assert_eq!(rewrite(&Segments, &Segments, LINE), (LINE.into(), vec![]));
        let messages = by_name("messages").unwrap();
        let (turns, lost) = rewrite(&Segments, &*messages, LINE);
        assert!(
            turns.contains(r#"{"role":"user","content":"Q: a\nA:"}"#),
            "{turns}"
        );
        assert!(lost.is_empty());
        assert_eq!(
            rewrite(&*messages, &Segments, &turns),
            (LINE.into(), vec!["separators between messages".into()])
        );
    }

    #[test]
    fn a_zero_weight_becomes_a_false_label() {
        let messages = by_name("messages").unwrap();
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}"#;
        let (text, lost) = rewrite(&*messages, &Segments, line);
        assert!(text.ends_with(r#"{"label":false,"text":"b"}]}"#), "{text}");
        assert_eq!(
            lost[0],
            "role of an assistant message that is not trained on"
        );
    }

    #[test]
    fn invalid_segments_are_reported() {
        let line =
            r#"{"segments":["a",{"text":"b"},{"label":"yes","text":"c"},{"label":1,"text":"d"}]}"#;
        assert_eq!(
            read(&Segments, line).1,
            [
                "wrong-type@14 /segments/0: NotAnObject { item: Segment, found: String }",
                "missing-field@18 /segments/1: label",
                "wrong-type@40 /segments/2/label: label is Json(String), not Bool",
                "wrong-type@67 /segments/3/label: label is Json(Number), not Bool"
            ]
        );
    }
}

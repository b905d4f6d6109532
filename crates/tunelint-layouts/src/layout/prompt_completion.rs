//! `prompt-completion`: `prompt` and `completion`, the format of the first fine-tuning services and
//! of many trainers; `response` is accepted for `completion`, and Together reads a `weight` for the
//! example.

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::shared::{WEIGHT, flat_texts, lose_parts_of_turns, lose_settings_but, write_weight};
use super::side;
use crate::example::capacity::Capacity;
use crate::example::{Example, Extra, Role};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct PromptCompletion;

const FIELDS: [&str; 4] = ["prompt", "completion", "response", WEIGHT];

impl Layout for PromptCompletion {
    fn name(&self) -> &'static str {
        "prompt-completion"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn could_be(&self, body: &Body<'_>) -> bool {
        has(body, "prompt") && (has(body, "completion") || has(body, "response"))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let chosen = has(body, "chosen") || has(body, "messages") || has(body, "label");
        (has(body, "prompt") || has(body, "completion")) && !chosen
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let completion_name =
            match has(&record.body, "response") && !has(&record.body, "completion") {
                true => "response",
                false => "completion",
            };
        let prompt = side::read(record, "prompt", Role::User, mismatches);
        let completion = side::read(record, completion_name, Role::Model, mismatches);
        let mut turns = prompt?;
        turns.extend(completion?);
        let mut example = Example::new(*record, turns);
        example.settings = weight(record);
        example.extras = match example.settings.is_empty() {
            true => extras(record, &["prompt", completion_name]),
            false => extras(record, &["prompt", completion_name, WEIGHT]),
        };
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat_texts(example, ["prompt", "completion"], object);
        write_weight(example, object);
        lose_parts_of_turns(example, losses);
        lose_settings_but(&[WEIGHT], example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::PAIR
    }

    fn columns(&self) -> &'static [&'static str] {
        &["prompt", "completion"]
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        has("prompt") && has("completion")
    }
}

/// The weight of the example, if the field is a number; otherwise it is an extra field.
fn weight<'a>(record: &Record<'a>) -> Vec<Extra<'a>> {
    let mut fields = fields(record, |name| name == WEIGHT);
    if matches!(record.body, Body::Row(_)) {
        for cell in &mut fields {
            let quoted = cell
                .raw
                .strip_prefix('"')
                .and_then(|raw| raw.strip_suffix('"'));
            cell.raw = quoted.unwrap_or(cell.raw).trim();
            cell.key = WEIGHT;
        }
    }
    fields.retain(|weight| weight.raw.parse::<serde_json::Number>().is_ok());
    fields
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{left_over, read, rewrite};
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let line = r#"{"prompt":"1 + 1 =","completion":" 2"}"#;
        assert_eq!(
            rewrite(&PromptCompletion, &PromptCompletion, line),
            (line.into(), vec![])
        );
    }

    #[test]
    fn the_weight_of_an_example_is_kept() {
        let line = r#"{"prompt":"a","completion":"b","weight":0.5}"#;
        let own = rewrite(&PromptCompletion, &PromptCompletion, line);
        assert_eq!(own, (line.into(), vec![]));
        let messages = by_name("messages").unwrap();
        let (turns, lost) = rewrite(&PromptCompletion, &*messages, line);
        assert!(turns.ends_with(r#"],"weight":0.5}"#), "{turns}");
        assert!(lost.is_empty());
        let back = rewrite(&*messages, &PromptCompletion, &turns);
        assert_eq!(back, (line.into(), vec![]));
        let pairs = by_name("pairs").unwrap();
        assert_eq!(
            rewrite(&PromptCompletion, &*pairs, line).1,
            ["field `weight`"]
        );
    }

    #[test]
    fn a_second_output_is_an_extra_field() {
        let line = r#"{"prompt":"a","completion":"b","response":"c"}"#;
        assert_eq!(left_over(&PromptCompletion, line), ["response"]);
    }

    #[test]
    fn a_misspelled_field_is_reported() {
        let said = read(&PromptCompletion, r#"{"promt":"a","completion":7}"#).1;
        assert_eq!(said[0], "missing-field@1 : prompt");
        assert_eq!(
            said[1],
            "wrong-type@27 /completion: completion is Number, not text"
        );
    }
}

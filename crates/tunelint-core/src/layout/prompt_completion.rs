//! `prompt-completion`: `prompt` and `completion`, the form of the first fine-tuning services and
//! of many trainers; `response` is read for `completion` too.

use super::fields::{extras, has};
use super::{Capacity, Layout, Losses, ObjectWriter, flat, side};
use crate::example::{Example, Role};
use crate::finding::Findings;
use crate::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct PromptCompletion;

const FIELDS: [&str; 3] = ["prompt", "completion", "response"];

impl Layout for PromptCompletion {
    fn name(&self) -> &'static str {
        "prompt-completion"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let chosen = has(body, "chosen") || has(body, "messages") || has(body, "label");
        (has(body, "prompt") || has(body, "completion")) && !chosen
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let answer = match has(&record.body, "response") && !has(&record.body, "completion") {
            true => "response",
            false => "completion",
        };
        let prompt = side::read(record, "prompt", Role::User, findings);
        let completion = side::read(record, answer, Role::Model, findings);
        let mut turns = prompt?;
        turns.extend(completion?);
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &["prompt", answer]);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat(example, ["prompt", "completion"], object, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::PAIR
    }
}

#[cfg(test)]
mod tests {
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
    fn a_second_answer_is_left_over() {
        let line = r#"{"prompt":"a","completion":"b","response":"c"}"#;
        assert_eq!(left_over(&PromptCompletion, line), ["response"]);
    }

    #[test]
    fn a_near_name_is_named() {
        let said = read(&PromptCompletion, r#"{"promt":"a","completion":7}"#).1;
        assert_eq!(said[0], "missing-field@1 : the field `prompt` is missing");
        assert_eq!(
            said[1],
            "wrong-type@27 /completion: `completion` is a number, not text"
        );
    }
}

//! `prompt-completion`: `prompt` and `completion`, the form of the first fine-tuning services and
//! of many trainers; `response` is read for `completion` too.

use super::fields::{extras, has, required};
use super::{Capacity, Layout, Losses, ObjectWriter, flat, pair};
use crate::example::Example;
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
        let chosen = has(body, "chosen") || has(body, "messages");
        (has(body, "prompt") || has(body, "completion")) && !chosen
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let prompt = required(record, &["prompt"], findings);
        let completion = required(record, &["completion", "response"], findings);
        let mut example = pair(record, prompt?, completion?);
        let answer = if has(&record.body, "completion") {
            "completion"
        } else {
            "response"
        };
        example.extras = extras(record, &["prompt", answer]);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat(example, ["prompt", "completion"], object, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            many_turns: false,
            system: false,
        }
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

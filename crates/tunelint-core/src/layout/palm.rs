//! `palm`: `input_text` and `output_text`, the form of Vertex AI's tuning of text-bison.

use super::fields::{extras, has, required};
use super::{Capacity, Layout, Losses, ObjectWriter, flat, pair};
use crate::example::Example;
use crate::finding::Findings;
use crate::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palm;

const FIELDS: [&str; 2] = ["input_text", "output_text"];

impl Layout for Palm {
    fn name(&self) -> &'static str {
        "palm"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        FIELDS.iter().any(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let (input, output) = (
            required(record, &["input_text"], findings),
            required(record, &["output_text"], findings),
        );
        let mut example = pair(record, input?, output?);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat(example, FIELDS, object, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::PAIR
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn it_reads_what_it_writes() {
        let line = r#"{"input_text":"Summarize: …","output_text":"short"}"#;
        assert_eq!(rewrite(&Palm, &Palm, line), (line.into(), vec![]));
        assert_eq!(
            read(&Palm, r#"{"input_text":"a"}"#).1,
            ["missing-field@1 : the field `output_text` is missing"]
        );
    }
}

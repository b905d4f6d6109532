//! `text`: one text that is trained on as a whole, for continued pretraining.

use super::contract::{Layout, Losses};
use super::fields::{extras, has, required};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::shared::lose_parts;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role, Turn};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainText;

/// The name of the layout of examples that are one text, roles included.
pub const TEXT: &str = "text";

const FIELDS: [&str; 1] = ["text"];

impl Layout for PlainText {
    fn name(&self) -> &'static str {
        TEXT
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        // With a label it is a classification example; with other fields, a row of a table.
        let foreign = [
            "label",
            "labels",
            "output",
            "completion",
            "response",
            "answer",
        ];
        has(body, "text") && !foreign.iter().any(|name| has(body, name))
    }

    fn could_be(&self, body: &Body<'_>) -> bool {
        has(body, "text")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let text = required(record, &FIELDS, mismatches)?;
        let mut example = Example::new(*record, vec![Turn::of_text(Role::Model, text)]);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        object.key("text");
        object.texts(
            example
                .output()
                .map(|turn| turn.texts.as_slice())
                .unwrap_or_default(),
        );
        lose_parts(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::TEXT
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, count: usize) -> bool {
        has("text") && count == 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn records_round_trip() {
        let line = r#"{"text":"Once upon a time"}"#;
        assert_eq!(read(&PlainText, line).0, ["model: Once upon a time"]);
        assert_eq!(rewrite(&PlainText, &PlainText, line), (line.into(), vec![]));
    }
}

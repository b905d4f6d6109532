//! One prompt and its response under names that only one provider or trainer reads; each pair of
//! names is a separate layout.

use super::contract::{Layout, Losses};
use super::fields::{extras, has, required};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::shared::{flat, pair};
use crate::example::Example;
use crate::example::capacity::Capacity;
use tunelint_data::record::{Body, Record};

/// The layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedPair {
    /// `input_text` and `output_text`, Vertex AI's format for tuning text-bison.
    Palm,
    /// `input` and `output`, as watsonx, NeMo and torchtune read them. `pairs` reads these names
    /// too, so this layout must be asked for: it writes the names that these tools accept.
    InputOutput,
}

impl NamedPair {
    fn names(self) -> &'static [&'static str; 2] {
        match self {
            Self::Palm => &["input_text", "output_text"],
            Self::InputOutput => &["input", "output"],
        }
    }
}

impl Layout for NamedPair {
    fn name(&self) -> &'static str {
        match self {
            Self::Palm => "palm",
            Self::InputOutput => "input-output",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        self.names()
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        *self == Self::Palm && self.reads(body)
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        self.names().iter().any(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let [input, output] = self.names();
        let input = required(record, &[input], mismatches);
        let output = required(record, &[output], mismatches);
        let mut example = pair(record, input?, output?);
        example.extras = extras(record, self.names());
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        flat(example, *self.names(), object, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::PAIR
    }

    fn columns(&self) -> &'static [&'static str] {
        self.names()
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        // `pairs`, which is tried first, claims `input` and `output`.
        *self == Self::Palm && self.names().iter().all(|name| has(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn records_round_trip() {
        for (layout, line) in [
            (
                NamedPair::Palm,
                r#"{"input_text":"Summarize: …","output_text":"short"}"#,
            ),
            (
                NamedPair::InputOutput,
                r#"{"input":"Summarize: …","output":"short"}"#,
            ),
        ] {
            assert_eq!(rewrite(&layout, &layout, line), (line.into(), vec![]));
        }
        assert_eq!(
            read(&NamedPair::Palm, r#"{"input_text":"a"}"#).1,
            ["missing-field@1 : output_text"]
        );
    }
}

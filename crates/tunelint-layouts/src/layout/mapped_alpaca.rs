//! `alpaca` and `preference` with other field names, as an entry of LLaMA-Factory's
//! `dataset_info.json` gives them.

use super::alpaca::{Alpaca, history, prompt};
use super::contract::{Layout, Losses};
use super::fields::{extras, has, optional, required};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::preference::Preference;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role, Turn};
use tunelint_data::record::{Body, Record};

/// The names of the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlpacaColumns {
    /// The instruction.
    pub prompt: String,
    /// The input, which follows the instruction on a new line.
    pub query: Option<String>,
    /// The output.
    pub response: String,
    /// The system prompt.
    pub system: Option<String>,
    /// The earlier turns, in pairs.
    pub history: Option<String>,
}

/// The layout. It is written with the usual names.
#[derive(Debug, Clone)]
pub struct MappedAlpaca {
    columns: AlpacaColumns,
}

impl MappedAlpaca {
    /// The layout with these field names.
    pub fn new(columns: AlpacaColumns) -> Self {
        Self { columns }
    }
}

impl Layout for MappedAlpaca {
    fn name(&self) -> &'static str {
        Alpaca.name()
    }

    fn fields(&self) -> &'static [&'static str] {
        Alpaca.fields()
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        has(body, &self.columns.prompt)
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let AlpacaColumns {
            prompt: instruction,
            query,
            response,
            system,
            history: earlier,
        } = &self.columns;
        let mut text = |name: &Option<String>| match name {
            Some(name) => optional(record, name, mismatches),
            None => Ok(None),
        };
        let (system_text, input) = (text(system), text(query));
        let instruction_text = required(record, &[instruction], mismatches);
        let output = required(record, &[response], mismatches);
        let mut turns = Vec::with_capacity(2);
        let system_text = system_text.ok()?.filter(|text| !text.is_blank());
        turns.extend(system_text.map(|text| Turn::of_text(Role::System, text)));
        if let Some(name) = earlier {
            history(record, name, &mut turns, mismatches)?;
        }
        turns.push(prompt(instruction_text?, input.ok()?));
        turns.push(Turn::of_text(Role::Model, output?));
        let optional_names = [query, system, earlier].into_iter().flatten();
        let names = [instruction, response].into_iter().chain(optional_names);
        let names: Vec<&str> = names.map(String::as_str).collect();
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &names);
        example.is_renamed = true;
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        Alpaca.encode(example, object, losses);
    }

    fn capacity(&self) -> Capacity {
        Alpaca.capacity()
    }

    fn columns(&self) -> &'static [&'static str] {
        Alpaca.columns()
    }
}

/// The layout with a rejected response besides the chosen one. It is written as `preference`.
#[derive(Debug, Clone)]
pub struct MappedPreference {
    /// The prompt and the chosen response.
    chosen: MappedAlpaca,
    rejected: String,
}

impl MappedPreference {
    /// The layout with these field names. The response of `columns` is the chosen one.
    pub fn new(columns: AlpacaColumns, rejected: String) -> Self {
        let chosen = MappedAlpaca::new(columns);
        Self { chosen, rejected }
    }
}

impl Layout for MappedPreference {
    fn name(&self) -> &'static str {
        Preference::Trl.name()
    }

    fn fields(&self) -> &'static [&'static str] {
        Preference::Trl.fields()
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        self.chosen.recognises(body)
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let rejected = required(record, &[&self.rejected], mismatches);
        let mut example = self.chosen.decode(record, mismatches)?;
        example.extras.retain(|extra| extra.key != self.rejected);
        example.rejected = vec![Turn::of_text(Role::Model, rejected?)];
        example.answer_turns = 1;
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        Preference::Trl.encode(example, object, losses);
    }

    fn capacity(&self) -> Capacity {
        Preference::Trl.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{left_over, read, rewrite};
    use super::*;

    fn dolly() -> MappedAlpaca {
        MappedAlpaca::new(AlpacaColumns {
            prompt: "q".to_owned(),
            query: Some("context".to_owned()),
            response: "a".to_owned(),
            system: Some("s".to_owned()),
            history: Some("before".to_owned()),
        })
    }

    #[test]
    fn fields_are_read_under_their_names() {
        let line = r#"{"q":"c","context":"d","a":"e","s":"s","before":[["a","b"]]}"#;
        let turns = ["system: s", "user: a", "model: b", "user: c\nd", "model: e"];
        assert_eq!(read(&dolly(), line).0, turns);
        let usual =
            r#"{"instruction":"c","input":"d","output":"e","system":"s","history":[["a","b"]]}"#;
        assert_eq!(rewrite(&dolly(), &Alpaca, line), (usual.into(), vec![]));
    }

    #[test]
    fn preferences_are_read_under_their_names() {
        let columns = AlpacaColumns {
            prompt: "question".to_owned(),
            query: None,
            response: "good".to_owned(),
            system: None,
            history: None,
        };
        let layout = MappedPreference::new(columns, "bad".to_owned());
        let line = r#"{"question":"a","good":"b","bad":"c"}"#;
        let usual = r#"{"prompt":"a","chosen":"b","rejected":"c"}"#;
        assert_eq!(
            rewrite(&layout, &Preference::Trl, line),
            (usual.into(), vec![])
        );
        let said = read(&layout, r#"{"question":"a","good":"b"}"#).1;
        assert_eq!(said, ["missing-field@1 : bad"]);
    }

    #[test]
    fn a_field_under_its_usual_name_is_extra() {
        let line = r#"{"q":"a","a":"b","input":"c"}"#;
        assert_eq!(left_over(&dolly(), line), ["input"]);
        let said = read(&dolly(), r#"{"q":"a","input":"c"}"#).1;
        assert_eq!(said, ["missing-field@1 : a"]);
    }
}

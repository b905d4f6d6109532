//! `alpaca`: `instruction`, perhaps an `input`, and `output`, as Stanford Alpaca had it and many
//! trainers read it; LLaMA-Factory adds `system` and `history`.

use smallvec::SmallVec;

use super::fields::{extras, has, not_a, optional, required};
use super::{Capacity, Layout, Losses, ObjectWriter, lose_parts};
use crate::example::{Example, Role, Turn};
use crate::finding::Findings;
use crate::json::Kind;
use crate::record::{Body, Field, Record};
use crate::text::Text;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alpaca;

const FIELDS: [&str; 6] = [
    "instruction",
    "input",
    "output",
    "response",
    "system",
    "history",
];
/// What stands between instruction and input where they are one text (LLaMA-Factory's way).
const BETWEEN: &str = "\n";

impl Layout for Alpaca {
    fn name(&self) -> &'static str {
        "alpaca"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        // Self-Instruct keeps its answers in a list of `instances`, which is no layout of ours.
        has(body, "instruction") && !has(body, "instances")
    }

    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>> {
        let mut turns = Vec::with_capacity(2);
        let system = optional(record, "system", findings);
        let instruction = required(record, &["instruction"], findings);
        let input = optional(record, "input", findings);
        let output = required(record, &["output", "response"], findings);
        let system = system.ok()?.filter(|text| !text.is_blank());
        turns.extend(system.map(|text| Turn::of_text(Role::System, text)));
        history(record, &mut turns, findings)?;
        let mut prompt = Turn::of_text(Role::User, instruction?);
        if let Some(input) = input.ok()?.filter(|text| !text.as_str().is_empty()) {
            prompt
                .texts
                .push(Text::composed(BETWEEN.to_owned(), input.span()));
            prompt.texts.push(input);
        }
        turns.push(prompt);
        turns.push(Turn::of_text(Role::Model, output?));
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let last_prompt = example
            .turns
            .iter()
            .rposition(|turn| turn.role == Role::User);
        let prompt = last_prompt.and_then(|at| example.turns.get(at));
        let texts = prompt.map(|turn| turn.texts.as_slice()).unwrap_or_default();
        let (instruction, input) = split(texts);
        object.key("instruction");
        object.texts(&instruction);
        object.key("input");
        object.texts(&input);
        object.key("output");
        object.texts(
            example
                .output()
                .map(|turn| turn.texts.as_slice())
                .unwrap_or_default(),
        );
        if let Some(system) = example.turns.iter().find(|turn| turn.role == Role::System) {
            object.key("system");
            object.texts(&system.texts);
        }
        let earlier = example
            .turns
            .get(..last_prompt.unwrap_or(0))
            .unwrap_or_default();
        write_history(earlier, object, losses);
        lose_parts(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            many_turns: true,
            system: true,
        }
    }
}

/// Turns before the last prompt, in pairs.
fn history<'a>(
    record: &Record<'a>,
    turns: &mut Vec<Turn<'a>>,
    findings: &mut Findings<'_>,
) -> Option<()> {
    let Some(Field::Other(list)) = record.body.field("history") else {
        return Some(());
    };
    if list.kind() == Kind::Null {
        return Some(());
    }
    if list.kind() != Kind::Array {
        not_a("a list of pairs", record, "history", list, findings);
        return None;
    }
    for pair in list.items() {
        let mut texts = pair.items().map(|item| (item, item.text()));
        match (texts.next(), texts.next(), texts.next()) {
            (Some((_, Some(user))), Some((_, Some(model))), None) => {
                turns.push(Turn::of_text(Role::User, user));
                turns.push(Turn::of_text(Role::Model, model));
            }
            _ => {
                not_a("a pair of texts", record, "history", pair, findings);
                return None;
            }
        }
    }
    Some(())
}

/// An instruction and its input, where the turn was read as these two.
fn split<'a>(texts: &[Text<'a>]) -> (SmallVec<[Text<'a>; 1]>, SmallVec<[Text<'a>; 1]>) {
    match texts {
        [instruction @ .., between, input]
            if between.as_str() == BETWEEN && between.raw_json().is_none() =>
        {
            (
                instruction.iter().cloned().collect(),
                SmallVec::from_iter([input.clone()]),
            )
        }
        all => (all.iter().cloned().collect(), SmallVec::new()),
    }
}

fn write_history(earlier: &[Turn<'_>], object: &mut ObjectWriter, losses: &mut Losses) {
    let spoken: Vec<&Turn<'_>> = earlier
        .iter()
        .filter(|turn| turn.role != Role::System)
        .collect();
    if spoken.is_empty() {
        return;
    }
    object.key("history");
    object.begin_array();
    for pair in spoken.chunks(2) {
        match pair {
            [user, model] if user.role == Role::User && model.role == Role::Model => {
                object.begin_array();
                object.texts(&user.texts);
                object.texts(&model.texts);
                object.end_array();
            }
            turns => turns
                .iter()
                .for_each(|turn| losses.add("a turn out of order", turn.span)),
        }
    }
    object.end_array();
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    #[test]
    fn instruction_and_input_are_one_prompt_and_come_apart_again() {
        let line = r#"{"instruction":"Translate.","input":"Hund","output":"dog"}"#;
        assert_eq!(
            read(&Alpaca, line).0,
            ["user: Translate.\nHund", "model: dog"]
        );
        assert_eq!(rewrite(&Alpaca, &Alpaca, line), (line.into(), vec![]));
    }

    #[test]
    fn system_and_history_are_kept() {
        let line =
            r#"{"instruction":"c","input":"","output":"d","system":"s","history":[["a","b"]]}"#;
        assert_eq!(
            read(&Alpaca, line).0,
            ["system: s", "user: a", "model: b", "user: c", "model: d"]
        );
        assert_eq!(rewrite(&Alpaca, &Alpaca, line), (line.into(), vec![]));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            read(&Alpaca, r#"{"instruction":"a","output":null}"#).1,
            ["wrong-type@29 /output: `output` is null, not text"]
        );
        assert_eq!(
            read(
                &Alpaca,
                r#"{"instruction":"a","output":"b","history":[["x"]]}"#
            )
            .1
            .len(),
            1
        );
    }
}

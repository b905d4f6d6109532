//! `alpaca`: `instruction`, an optional `input`, and `output`, the format of Stanford Alpaca, which
//! many trainers read; Dolly calls the last two `context` and `response`, LLaMA-Factory adds
//! `system` and `history`.

use super::mismatch::{Expected, Mismatches};
use smallvec::SmallVec;

use super::contract::{Layout, Losses};
use super::fields::{extras, has, not_a, optional, required, text_is_not_a};
use super::object::ObjectWriter;
use super::shared::lose_parts;
use crate::example::capacity::Capacity;
use crate::example::{Example, Role, Turn};
use tunelint_data::record::json::Kind;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alpaca;

const FIELDS: [&str; 7] = [
    "instruction",
    "input",
    "context",
    "output",
    "response",
    "system",
    "history",
];
/// The separator between instruction and input when they are joined, as in LLaMA-Factory.
const BETWEEN: &str = "\n";

impl Layout for Alpaca {
    fn name(&self) -> &'static str {
        "alpaca"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        // Self-Instruct has its outputs in a list of `instances`, which is not supported.
        has(body, "instruction") && !has(body, "instances")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let mut turns = Vec::with_capacity(2);
        let system = optional(record, "system", mismatches);
        let instruction = required(record, &["instruction"], mismatches);
        let input_name = first_name(record, ["input", "context"]);
        let input = optional(record, input_name, mismatches);
        let output = required(record, &["output", "response"], mismatches);
        let system = system.ok()?.filter(|text| !text.is_blank());
        turns.extend(system.map(|text| Turn::of_text(Role::System, text)));
        history(record, "history", &mut turns, mismatches)?;
        turns.push(prompt(instruction?, input.ok()?));
        turns.push(Turn::of_text(Role::Model, output?));
        let mut example = Example::new(*record, turns);
        let output_name = first_name(record, ["output", "response"]);
        example.extras = extras(
            record,
            &["instruction", input_name, output_name, "system", "history"],
        );
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let turns = example.turns.as_slice();
        let output_at = turns
            .iter()
            .rposition(|turn| turn.role == Role::Model)
            .unwrap_or(turns.len());
        let before = turns.get(..output_at).unwrap_or_default();
        // A response belongs to the preceding prompt, even if another prompt follows.
        let prompt = before.iter().rposition(|turn| turn.role == Role::User);
        let texts = prompt
            .and_then(|at| turns.get(at))
            .map(|turn| turn.texts.as_slice())
            .unwrap_or_default();
        let (instruction, input) = split(texts);
        object.key("instruction");
        object.texts(&instruction);
        object.key("input");
        object.texts(&input);
        object.key("output");
        object.texts(
            turns
                .get(output_at)
                .map(|turn| turn.texts.as_slice())
                .unwrap_or_default(),
        );
        let system = turns.iter().position(|turn| turn.role == Role::System);
        if let Some(system) = system.and_then(|at| turns.get(at)) {
            object.key("system");
            object.texts(&system.texts);
            if system.is_blank() {
                losses.add("empty system prompt", system.span);
            }
        }
        let history = history_of(turns, prompt.unwrap_or(0));
        write_history(&history, object);
        let written = |at: usize| {
            [Some(output_at), prompt, system].contains(&Some(at))
                || history
                    .iter()
                    .any(|&(user, _)| user == at || user + 1 == at)
        };
        for (_, turn) in turns.iter().enumerate().filter(|(at, _)| !written(*at)) {
            losses.add(turn_name(turn), turn.span);
        }
        lose_parts(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            needs_prompt: true,
            media: false,
            ..Capacity::CONVERSATION
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        &["instruction", "input", "output", "system"]
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        has("instruction") && (has("output") || has("context") && has("response"))
    }
}

/// The first of two names that the record has; the second if it has neither.
fn first_name(record: &Record<'_>, names: [&'static str; 2]) -> &'static str {
    let [usual, other] = names;
    if has(&record.body, usual) {
        usual
    } else {
        other
    }
}

/// The prompt of an instruction and its input.
pub(super) fn prompt<'a>(instruction: Text<'a>, input: Option<Text<'a>>) -> Turn<'a> {
    let mut prompt = Turn::of_text(Role::User, instruction);
    if let Some(input) = input.filter(|text| !text.as_str().is_empty()) {
        let between = Text::composed(BETWEEN.to_owned(), input.span());
        prompt.texts.extend([between, input]);
    }
    prompt
}

/// Reads the turns before the last prompt, in pairs, from the field `name`.
pub(super) fn history<'a>(
    record: &Record<'a>,
    name: &str,
    turns: &mut Vec<Turn<'a>>,
    mismatches: &mut Mismatches,
) -> Option<()> {
    let list = match record.body.field(name) {
        None => return Some(()),
        // An empty cell of a table, or an empty string, is an empty history.
        Some(Field::Text(text)) if text.is_blank() => return Some(()),
        Some(Field::Text(text)) => {
            text_is_not_a(Expected::Pairs, name, &text, mismatches);
            return None;
        }
        Some(Field::Other(list)) if list.kind() == Kind::Null => return Some(()),
        Some(Field::Other(list)) => list,
    };
    if list.kind() != Kind::Array {
        not_a(Expected::Pairs, name, list, mismatches);
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
                not_a(Expected::Pair, name, pair, mismatches);
                return None;
            }
        }
    }
    Some(())
}

/// The instruction and the input, if the turn was read from both.
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

/// The pairs before the turn at `end`: each prompt that a response directly follows, with its
/// index.
fn history_of<'t, 'a>(turns: &'t [Turn<'a>], end: usize) -> Vec<(usize, [&'t Turn<'a>; 2])> {
    let earlier = turns.get(..end).unwrap_or_default();
    let pairs = earlier
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [user, model] if user.role == Role::User && model.role == Role::Model => {
                Some((at, [user, model]))
            }
            _ => None,
        });
    pairs.collect()
}

fn write_history(history: &[(usize, [&Turn<'_>; 2])], object: &mut ObjectWriter) {
    if history.is_empty() {
        return;
    }
    object.key("history");
    object.begin_array();
    for (_, pair) in history {
        object.begin_array();
        pair.iter().for_each(|turn| object.texts(&turn.texts));
        object.end_array();
    }
    object.end_array();
}

/// The name of a lost turn in the loss report.
fn turn_name(turn: &Turn<'_>) -> &'static str {
    match turn.speaker() {
        Role::System => "additional system prompt",
        Role::Tool => "tool result",
        Role::User | Role::Model => "out-of-order message",
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{left_over, read, rewrite};
    use super::super::messages::Messages;
    use super::*;

    #[test]
    fn instruction_and_input_are_joined_and_split_again() {
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
    fn a_response_stays_with_its_prompt() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}"#;
        let (text, losses) = rewrite(&Messages::Usual, &Alpaca, line);
        assert_eq!(text, r#"{"instruction":"a","input":"","output":"b"}"#);
        assert_eq!(losses, ["out-of-order message"]);
    }

    #[test]
    fn turns_that_do_not_fit_are_lost() {
        let line = r#"{"messages":[{"role":"system","content":"s"},{"role":"system","content":"t"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"tool","content":"4"},{"role":"assistant","content":"c"}]}"#;
        let (text, losses) = rewrite(&Messages::Usual, &Alpaca, line);
        assert_eq!(
            text,
            r#"{"instruction":"a","input":"","output":"c","system":"s"}"#
        );
        assert_eq!(
            losses,
            [
                "additional system prompt",
                "out-of-order message",
                "tool result"
            ]
        );
    }

    #[test]
    fn a_second_output_is_an_extra_field() {
        let line = r#"{"instruction":"a","output":"b","response":"c"}"#;
        assert_eq!(left_over(&Alpaca, line), ["response"]);
    }

    #[test]
    fn mismatches_are_reported() {
        let history = r#"{"instruction":"a","output":"b","history":"x"}"#;
        assert_eq!(
            read(&Alpaca, history).1,
            ["wrong-type@43 /history: history is Json(String), not Pairs"]
        );
        assert_eq!(
            read(&Alpaca, r#"{"instruction":"a","output":null}"#).1,
            ["wrong-type@29 /output: output is Null, not text"]
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

//! `preference`: a prompt with a chosen and a rejected response, in the formats of several trainers
//! and providers; each format is a separate layout.

use super::contract::{Layout, Losses};
use super::fields::{all_of, extra, extras, has, missing, not_a, notes, optional, own_names};
use super::mismatch::{Expected, MismatchKind, Mismatches};
use super::object::ObjectWriter;
use super::shared::lose_settings;
use super::turns::turn_list;
use super::{contents, messages, sharegpt, side};
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Extra, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::position::Span;

/// The layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preference {
    /// `prompt`, `chosen`, `rejected`: texts or lists of messages, TRL's format.
    Trl,
    /// `input`, `preferred_output`, `non_preferred_output`, OpenAI's format.
    OpenAi,
    /// `contents` and two `completions` with their scores, Vertex AI's format.
    Vertex,
    /// `conversations`, `chosen`, `rejected`, LLaMA-Factory's format.
    ShareGpt,
}

/// The turns of the prompt, the chosen and the rejected response.
pub(super) struct Sides<'a> {
    pub(super) prompt: Vec<Turn<'a>>,
    pub(super) chosen: Vec<Turn<'a>>,
    pub(super) rejected: Vec<Turn<'a>>,
}

impl<'a> Sides<'a> {
    /// For formats in which each response is one turn.
    fn of_one(prompt: Vec<Turn<'a>>, chosen: Turn<'a>, rejected: Turn<'a>) -> Self {
        Self {
            prompt,
            chosen: vec![chosen],
            rejected: vec![rejected],
        }
    }
}

impl Layout for Preference {
    fn name(&self) -> &'static str {
        match self {
            Self::Trl => "preference",
            Self::OpenAi => "preference-openai",
            Self::Vertex => "preference-vertex",
            Self::ShareGpt => "preference-sharegpt",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Trl => &["prompt", "chosen", "rejected", "system"],
            Self::OpenAi => &["input", "preferred_output", "non_preferred_output"],
            Self::Vertex => &[
                "contents",
                "completions",
                "systemInstruction",
                "system_instruction",
            ],
            Self::ShareGpt => &["conversations", "chosen", "rejected"],
        }
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let all = |names: &[&str]| names.iter().all(|name| has(body, name));
        match self {
            Self::Trl => {
                // Without the rejected response, the names of other layouts decide.
                let has_other = ["completion", "response", "output", "label"];
                let is_meant =
                    all(&["prompt", "chosen"]) && !has_other.iter().any(|name| has(body, name));
                (all(&["chosen", "rejected"]) || is_meant) && !has(body, "conversations")
            }
            Self::OpenAi => has(body, "preferred_output") || has(body, "non_preferred_output"),
            Self::Vertex => all(&["contents", "completions"]),
            Self::ShareGpt => all(&["conversations", "chosen"]),
        }
    }

    fn could_be(&self, body: &Body<'_>) -> bool {
        self.recognises(body) && (*self != Self::Trl || has(body, "rejected"))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let sides = match self {
            Self::Trl => trl(record, mismatches),
            Self::OpenAi => openai(record, mismatches),
            Self::Vertex => vertex(record, mismatches),
            Self::ShareGpt => sharegpt_sides(record, mismatches),
        }?;
        let mut example = compared(record, sides);
        example.extras = extras(record, self.fields());
        example.settings = self.settings(record);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = self.recognises(&example.record.body);
        let sides = sides(example);
        match self {
            Self::Trl => write_trl(sides, own, object, losses),
            Self::OpenAi => write_openai(sides, own, &example.settings, object, losses),
            Self::Vertex => write_vertex(sides, own, object, losses),
            Self::ShareGpt => write_sharegpt(sides, object, losses),
        }
        if !(own && matches!(self, Self::OpenAi)) {
            lose_settings(example, losses);
        }
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Preference,
            ..Capacity::CONVERSATION
        }
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        *self == Self::Trl && has("prompt") && has("chosen") && has("rejected")
    }
}

impl Preference {
    /// The fields other than the turns.
    fn settings<'a>(self, record: &Record<'a>) -> Vec<Extra<'a>> {
        match (self, record.body.field("input")) {
            (Self::OpenAi, Some(Field::Other(input))) => {
                let beside = input.entries().filter(|entry| entry.key != "messages");
                beside.map(extra).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The example of a prompt and two responses.
pub(super) fn compared<'a>(record: &Record<'a>, sides: Sides<'a>) -> Example<'a> {
    let answer_turns = sides.chosen.len();
    let mut turns = sides.prompt;
    turns.extend(sides.chosen);
    let mut example = Example::new(*record, turns);
    example.answer_turns = answer_turns;
    example.rejected = sides.rejected;
    example
}

/// The prompt, the chosen and the rejected response.
pub(super) fn sides<'e, 'a>(example: &'e Example<'a>) -> [&'e [Turn<'a>]; 3] {
    let turns = example.turns.as_slice();
    let start = match example.answer_turns {
        0 => turns.iter().rposition(|turn| turn.role == Role::Model),
        several => turns.len().checked_sub(several),
    };
    let (prompt, chosen) = turns.split_at(start.unwrap_or(turns.len()));
    [prompt, chosen, &example.rejected]
}

/// The first turn of a response, for layouts that hold only one; the others are lost.
pub(super) fn one<'t, 'a>(turns: &'t [Turn<'a>], losses: &mut Losses) -> Option<&'t Turn<'a>> {
    let (first, more) = turns.split_first()?;
    for turn in more {
        losses.add("additional message of a response", turn.span);
    }
    Some(first)
}

/// The prompt may be omitted if both responses start with it; there may be a system prompt too.
fn trl<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let system = optional(record, "system", mismatches)
        .map(|text| text.map(|text| Turn::of_text(Role::System, text)));
    let prompt = match has(&record.body, "prompt") {
        true => side::read(record, "prompt", Role::User, mismatches),
        false => Some(Vec::new()),
    };
    let chosen = side::read(record, "chosen", Role::Model, mismatches);
    let rejected = side::read(record, "rejected", Role::Model, mismatches);
    let mut sides = shared(Sides {
        prompt: prompt?,
        chosen: chosen?,
        rejected: rejected?,
    });
    sides.prompt.splice(0..0, system.ok()?);
    Some(sides)
}

/// Moves what both responses start with to the prompt, if there is none or it is repeated there.
pub(super) fn shared(mut sides: Sides<'_>) -> Sides<'_> {
    let same = |(one, other): &(&Turn<'_>, &Turn<'_>)| {
        let keys = |turn: &Turn<'_>| turn.parts.iter().map(|part| part.raw).collect::<String>();
        one.role == other.role && one.joined() == other.joined() && keys(one) == keys(other)
    };
    let (chosen, rejected) = (&mut sides.chosen, &mut sides.rejected);
    let most = chosen.len().min(rejected.len()).saturating_sub(1);
    let pairs = chosen.iter().zip(rejected.iter()).take(most);
    let shared = pairs.take_while(same).count();
    let start = chosen.get(..shared).unwrap_or_default();
    let repeated = |turn: &Turn<'_>| start.iter().any(|of| same(&(turn, of)));
    if sides.prompt.iter().all(repeated) {
        sides.prompt = chosen.drain(..shared).collect();
        rejected.drain(..shared);
    }
    sides
}

fn openai<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let input = match record.body.field("input") {
        Some(Field::Other(input)) if input.kind() == Kind::Object => Some(input),
        Some(Field::Other(other)) => {
            not_a(Expected::ObjectWithMessages, "input", other, mismatches);
            None
        }
        _ => absent(record, "input", mismatches),
    };
    let list = input.and_then(|input| match input.get("messages") {
        Some(list) if list.kind() == Kind::Array => Some(list),
        Some(other) => {
            not_a(Expected::Messages, "messages", other, mismatches);
            None
        }
        None => absent(record, "messages", mismatches),
    });
    let turns = |list: Option<Value<'a>>, mismatches: &mut Mismatches| {
        all_of(list?.items(), |message| {
            messages::turn(record, message, mismatches)
        })
    };
    let prompt = turns(list, mismatches);
    let mut response = |name| {
        let list = turn_list(record, name, mismatches);
        turns(list, mismatches)
    };
    let chosen = response("preferred_output");
    let rejected = response("non_preferred_output");
    Some(Sides {
        prompt: prompt?,
        chosen: chosen?,
        rejected: rejected?,
    })
}

fn absent<T>(record: &Record<'_>, name: &str, mismatches: &mut Mismatches) -> Option<T> {
    let names = own_names(record);
    missing(name, Span::new(0, 1), &names, mismatches);
    None
}

fn vertex<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let prompt = contents::turns(record, mismatches);
    let list = turn_list(record, "completions", mismatches)?;
    let (mut chosen, mut rejected, mut fits) = (None, None, true);
    for item in list.items() {
        let (turn, is_better) = completion(record, item, mismatches)?;
        let side = if is_better {
            &mut chosen
        } else {
            &mut rejected
        };
        fits &= side.replace(turn).is_none();
    }
    if !fits || chosen.is_none() || rejected.is_none() {
        mismatches.add(list.span(), MismatchKind::NotOnePreferred);
        return None;
    }
    Some(Sides::of_one(prompt?, chosen?, rejected?))
}

/// A completion, and whether it is the preferred one.
fn completion<'a>(
    record: &Record<'a>,
    item: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<(Turn<'a>, bool)> {
    let Some(completion) = item.get("completion") else {
        return absent(record, "completion", mismatches);
    };
    let score = match item.get("score") {
        Some(score) if score.kind() == Kind::Number => score,
        Some(other) => {
            not_a(Expected::Number, "score", other, mismatches);
            return None;
        }
        None => return absent(record, "score", mismatches),
    };
    let mut turn = contents::turn(record, completion, 1, mismatches)?;
    let usual = ["0", "1"].contains(&score.raw());
    let read: &[&str] = match usual {
        true => &["completion", "score"],
        false => &["completion"],
    };
    turn.parts.extend(notes(item, read));
    let is_better = score.raw().parse::<f64>().is_ok_and(|score| score > 0.0);
    Some((turn, is_better))
}

fn sharegpt_sides<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let list = turn_list(record, "conversations", mismatches)?;
    let prompt = all_of(list.items(), |item| {
        sharegpt::turn(record, item, mismatches)
    });
    let mut response = |name| match record.body.field(name) {
        Some(Field::Other(turn)) => sharegpt::turn(record, turn, mismatches),
        Some(Field::Text(text)) => Some(Turn::of_text(Role::Model, text)),
        None => absent(record, name, mismatches),
    };
    let (chosen, rejected) = (response("chosen"), response("rejected"));
    Some(Sides::of_one(prompt?, chosen?, rejected?))
}

fn write_trl(
    [prompt, chosen, rejected]: [&[Turn<'_>]; 3],
    own: bool,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    let as_text = side::are_texts(&[
        (prompt, Role::User),
        (chosen, Role::Model),
        (rejected, Role::Model),
    ]);
    side::write("prompt", prompt, as_text, own, object, losses);
    side::write("chosen", chosen, as_text, own, object, losses);
    side::write("rejected", rejected, as_text, own, object, losses);
}

fn write_openai(
    [prompt, chosen, rejected]: [&[Turn<'_>]; 3],
    own: bool,
    settings: &[Extra<'_>],
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    object.key("input");
    object.begin_object();
    side::write("messages", prompt, false, own, object, losses);
    for Extra { key, raw, .. } in settings.iter().filter(|_| own) {
        object.key(key);
        object.raw(raw);
    }
    object.end_object();
    for (name, turns) in [
        ("preferred_output", chosen),
        ("non_preferred_output", rejected),
    ] {
        let first = one(turns, losses).map(std::slice::from_ref);
        side::write(name, first.unwrap_or_default(), false, own, object, losses);
    }
}

fn write_vertex(
    [prompt, chosen, rejected]: [&[Turn<'_>]; 3],
    own: bool,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    contents::encode_turns(prompt, own, None, object, losses);
    object.key("completions");
    object.begin_array();
    for (turns, score) in [(chosen, "1"), (rejected, "0")] {
        object.begin_object();
        object.key("score");
        object.raw(score);
        object.key("completion");
        contents::begin_turn(Role::Model, object);
        if let Some(turn) = one(turns, losses) {
            contents::encode_parts(turn, own, None, object, losses);
        }
        contents::end_turn(Some(Role::Model), object);
        object.end_object();
    }
    object.end_array();
}

fn write_sharegpt(
    [prompt, chosen, rejected]: [&[Turn<'_>]; 3],
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    object.key("conversations");
    object.begin_array();
    for turn in prompt {
        sharegpt::encode_turn(turn, object, losses);
    }
    object.end_array();
    for (name, turns) in [("chosen", chosen), ("rejected", rejected)] {
        object.key(name);
        if let Some(turn) = one(turns, losses) {
            sharegpt::encode_turn(turn, object, losses);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::preference_bedrock::PreferenceBedrock;
    use super::*;

    const LINES: [(&dyn Layout, &str); 5] = [
        (
            &Preference::Trl,
            r#"{"prompt":"a","chosen":"b","rejected":"c"}"#,
        ),
        (
            &Preference::OpenAi,
            r#"{"input":{"messages":[{"role":"user","content":"a"}]},"preferred_output":[{"role":"assistant","content":"b"}],"non_preferred_output":[{"role":"assistant","content":"c"}]}"#,
        ),
        (
            &Preference::Vertex,
            r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}],"completions":[{"score":1,"completion":{"role":"model","parts":[{"text":"b"}]}},{"score":0,"completion":{"role":"model","parts":[{"text":"c"}]}}]}"#,
        ),
        (
            &Preference::ShareGpt,
            r#"{"conversations":[{"from":"human","value":"a"}],"chosen":{"from":"gpt","value":"b"},"rejected":{"from":"gpt","value":"c"}}"#,
        ),
        (
            &PreferenceBedrock,
            r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","candidates":[{"content":[{"text":"b"}],"preferenceLabel":"preferred"},{"content":[{"text":"c"}],"preferenceLabel":"non-preferred"}]}]}"#,
        ),
    ];

    #[test]
    fn every_format_converts_to_every_other() {
        for (from, line) in LINES {
            assert_eq!(read(from, line).0, ["user: a", "model: b"]);
            for (to, wanted) in LINES {
                assert_eq!(
                    rewrite(from, to, line),
                    (wanted.into(), vec![]),
                    "{from:?} {to:?}"
                );
            }
        }
    }

    #[test]
    fn a_shared_prefix_is_the_prompt() {
        let line = r#"{"chosen":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#;
        let (text, lost) = rewrite(&Preference::Trl, &Preference::Trl, line);
        assert_eq!(text, r#"{"prompt":"a","chosen":"b","rejected":"c"}"#);
        assert!(lost.is_empty());
    }

    #[test]
    fn additional_turns_of_a_response_are_kept_or_lost() {
        let line = r#"{"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"d"},{"role":"user","content":"e"},{"role":"assistant","content":"f"}]}"#;
        let own = rewrite(&Preference::Trl, &Preference::Trl, line);
        assert_eq!(own, (line.to_owned(), vec![]));
        for (to, _) in LINES.into_iter().skip(1) {
            let (text, lost) = rewrite(&Preference::Trl, to, line);
            assert!(!text.contains(r#""e""#), "{to:?}: {text}");
            assert_eq!(lost, ["additional message of a response"; 4], "{to:?}");
        }
    }

    #[test]
    fn two_scores_are_needed() {
        let line = r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}],"completions":[{"score":1,"completion":{"role":"model","parts":[{"text":"b"}]}}]}"#;
        assert_eq!(
            read(&Preference::Vertex, line).1,
            ["wrong-type@68 /completions: NotOnePreferred"]
        );
    }
}

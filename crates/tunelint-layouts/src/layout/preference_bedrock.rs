//! `preference-bedrock`: `messages` whose last one has `candidates`, one preferred and one not,
//! Amazon Bedrock's preference format.

use super::bedrock_converse::{self, compared};
use super::contract::{Layout, Losses};
use super::fields::{extras, missing_in, not_a, notes};
use super::mismatch::{Expected, MismatchKind, Mismatches, beginning, unknown_role};
use super::object::ObjectWriter;
use super::preference::{one, sides};
use super::shared::lose_settings;
use super::turns::{opened, turn_list, turn_text};
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Extra, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct PreferenceBedrock;

const FIELDS: [&str; 4] = ["schemaVersion", "system", "messages", "toolConfig"];
const CANDIDATES: &str = "candidates";
const LABEL: &str = "preferenceLabel";
/// The labels of the preferred and the rejected response.
const LABELS: [&str; 2] = ["preferred", "non-preferred"];

impl Layout for PreferenceBedrock {
    fn name(&self) -> &'static str {
        "preference-bedrock"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        compared(body).is_some()
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "messages", mismatches)?;
        let Some(message) = list.items().last() else {
            not_a(
                Expected::MessagesWithCandidates,
                "messages",
                list,
                mismatches,
            );
            return None;
        };
        let earlier = list.items().take(list.items().count() - 1);
        let turns = bedrock_converse::turns(record, earlier, mismatches);
        let responses = responses(record, message, mismatches);
        let (mut turns, responses) = (turns?, responses?);
        turns.push(responses.chosen);
        let mut example = Example::new(*record, turns);
        example.rejected = vec![responses.rejected];
        example.extras = extras(record, &FIELDS);
        example.settings = bedrock_converse::settings(record);
        example.settings.extend(responses.further);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = self.recognises(&example.record.body);
        let [prompt, chosen, rejected] = sides(example);
        bedrock_converse::encode_head(example, own, object, losses);
        object.key("messages");
        object.begin_array();
        bedrock_converse::encode_turns(prompt, own, None, object, losses);
        object.begin_object();
        object.key("role");
        object.string("assistant");
        object.key(CANDIDATES);
        object.begin_array();
        for (turns, label) in [chosen, rejected].into_iter().zip(LABELS) {
            object.begin_object();
            object.key("content");
            object.begin_array();
            if let Some(turn) = one(turns, losses) {
                bedrock_converse::encode_blocks(turn, own, None, object, losses);
            }
            object.end_array();
            object.key(LABEL);
            object.string(label);
            object.end_object();
        }
        let further = |extra: &&Extra<'_>| extra.key == CANDIDATES;
        for candidate in example.settings.iter().filter(|_| own).filter(further) {
            object.raw(candidate.raw);
        }
        object.end_array();
        object.end_object();
        object.end_array();
        if !own {
            return lose_settings(example, losses);
        }
        for tools in example.settings.iter().filter(|of| of.key == "toolConfig") {
            object.key(tools.key);
            object.raw(tools.raw);
        }
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Preference,
            ..Capacity::CONVERSATION
        }
    }
}

/// The candidates of a message.
struct Responses<'a> {
    chosen: Turn<'a>,
    rejected: Turn<'a>,
    /// Candidates after the first of each label: no other layout can hold them.
    further: Vec<Extra<'a>>,
}

/// Reads the last message.
fn responses<'a>(
    record: &Record<'a>,
    message: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Responses<'a>> {
    let (speaker, named) = opened(record, message, &["assistant"], &[], mismatches)?;
    if speaker.role != Role::Model {
        unknown_role("role", named, &["assistant"], mismatches);
        return None;
    }
    let list = match message.get(CANDIDATES) {
        Some(list) if list.kind() == Kind::Array => list,
        Some(other) => {
            not_a(Expected::Candidates, CANDIDATES, other, mismatches);
            return None;
        }
        None => {
            missing_in(message, CANDIDATES, mismatches);
            return None;
        }
    };
    let mut sides = [None, None];
    let mut further = Vec::new();
    let mut whole = true;
    for item in list.items() {
        let Some((side, turn)) = candidate(item, mismatches) else {
            whole = false;
            continue;
        };
        match sides.get_mut(side) {
            Some(empty @ None) => *empty = Some(turn),
            _ => further.push(carried(item)),
        }
    }
    let [Some(mut chosen), Some(rejected)] = sides else {
        if whole {
            mismatches.add(list.span(), MismatchKind::NotOneOfEachCandidate);
        }
        return None;
    };
    chosen.parts.extend(notes(message, &["role", CANDIDATES]));
    whole.then_some(Responses {
        chosen,
        rejected,
        further,
    })
}

/// Reads a candidate: the index of its label in [`LABELS`], and its turn.
fn candidate<'a>(item: Value<'a>, mismatches: &mut Mismatches) -> Option<(usize, Turn<'a>)> {
    let label = turn_text(item, LABEL, mismatches)?;
    let name = label.as_str().unwrap_or_default();
    let side = LABELS.iter().position(|of| of.eq_ignore_ascii_case(name));
    if side.is_none() {
        let name = beginning(name);
        mismatches.add(label.span(), MismatchKind::UnknownPreference { name });
    }
    let content = match item.get("content") {
        Some(list) if list.kind() == Kind::Array => list,
        Some(other) => {
            not_a(Expected::Blocks, "content", other, mismatches);
            return None;
        }
        None => {
            missing_in(item, "content", mismatches);
            return None;
        }
    };
    let mut turn = bedrock_converse::turn(item, content, Role::Model, mismatches)?;
    turn.parts.extend(notes(item, &["content", LABEL]));
    Some((side?, turn))
}

fn carried(candidate: Value<'_>) -> Extra<'_> {
    Extra {
        key: CANDIDATES,
        key_span: candidate.span(),
        raw: candidate.raw(),
        span: candidate.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    fn candidate(text: &str, label: &str) -> String {
        format!(r#"{{"content":[{{"text":"{text}"}}],"preferenceLabel":"{label}"}}"#)
    }

    fn line(candidates: &[String]) -> String {
        format!(
            r#"{{"schemaVersion":"bedrock-conversation-2024","system":[{{"text":"s"}}],"messages":[{{"role":"user","content":[{{"text":"a"}}]}},{{"role":"assistant","candidates":[{}]}}]}}"#,
            candidates.join(",")
        )
    }

    #[test]
    fn further_candidates_are_kept_or_lost() {
        let three = line(&[
            candidate("b", "preferred"),
            candidate("c", "non-preferred"),
            candidate("d", "non-preferred"),
        ]);
        let own = rewrite(&PreferenceBedrock, &PreferenceBedrock, &three);
        assert_eq!(own, (three.clone(), vec![]));
        let trl = by_name("preference").unwrap();
        let (_, lost) = rewrite(&PreferenceBedrock, &*trl, &three);
        assert_eq!(lost, ["field `candidates`"]);
    }

    #[test]
    fn invalid_candidates_are_reported() {
        let said = |line: &str| read(&PreferenceBedrock, line).1;
        let good = candidate("b", "preferred");
        assert_eq!(
            said(&line(std::slice::from_ref(&good))),
            ["wrong-type@156 /messages/1/candidates: NotOneOfEachCandidate"]
        );
        assert_eq!(
            said(&line(&[good.clone(), candidate("c", "worse")])),
            [
                "wrong-type@258 /messages/1/candidates/1/preferenceLabel: UnknownPreference { name: \"worse\" }"
            ]
        );
        let text = r#"{"content":"c","preferenceLabel":"non-preferred"}"#;
        assert_eq!(
            said(&line(&[good, text.to_owned()])),
            [
                "wrong-type@225 /messages/1/candidates/1/content: content is Json(String), not Blocks"
            ]
        );
        assert_eq!(
            said(r#"{"messages":[]}"#),
            ["wrong-type@13 /messages: messages is Json(Array), not MessagesWithCandidates"]
        );
        assert_eq!(
            said(r#"{"messages":[{"role":"user","candidates":[]}]}"#),
            ["unknown-role@22 /messages/0/role: user"]
        );
    }
}

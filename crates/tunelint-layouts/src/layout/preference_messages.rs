//! `messages` with the rejected response next to them, in the forms of several trainers and
//! providers; each form is a separate layout.

use super::contract::{Layout, Losses};
use super::fields::{all_of, fields, has, missing, not_a, other_fields, own_names};
use super::mismatch::{Expected, Mismatches};
use super::object::ObjectWriter;
use super::preference::{Sides, compared, one, shared, sides};
use super::role_field::RoleField;
use super::turns::{first_of, turn_list};
use super::{messages, side, tooling};
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Role, Turn};
use tunelint_data::record::json::Kind;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::position::Span;

/// The layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PreferenceMessages {
    /// `messages` that end with the user, and a message each in `chosen` and `rejected`: the format
    /// of Bailian, Axolotl and LLaMA-Factory.
    Prompt,
    /// `messages` that end with the chosen response, and a text in `rejected_response` or a whole
    /// conversation in `rejected_messages`: the format of ms-swift.
    MsSwift,
    /// `messages` that end with the chosen response, and a message in `rejected_message`: the format
    /// of OpenPipe.
    OpenPipe,
    /// A whole conversation each in `chosen` and `rejected`: the only format of torchtune, and one
    /// of TRL's.
    Conversations,
    /// The same in `chosen_messages` and `rejected_messages`, as in many datasets.
    Lists,
}

/// Of ms-swift and of [`PreferenceMessages::Lists`].
const REJECTED: &str = "rejected_messages";

impl Layout for PreferenceMessages {
    fn name(&self) -> &'static str {
        match self {
            Self::Prompt => "preference-messages",
            Self::MsSwift => "preference-ms-swift",
            Self::OpenPipe => "preference-openpipe",
            Self::Conversations => "preference-conversations",
            Self::Lists => "preference-lists",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Prompt => &["messages", "chosen", "rejected", "tools"],
            Self::MsSwift => &["messages", "rejected_response", REJECTED, "tools"],
            Self::OpenPipe => &["messages", "rejected_message", "split", "tools"],
            Self::Conversations => &["chosen", "rejected", "prompt", "tools"],
            Self::Lists => &["chosen_messages", REJECTED, "prompt", "tools"],
        }
    }

    fn role_field(&self) -> Option<RoleField> {
        let list = match self {
            Self::Prompt | Self::MsSwift | Self::OpenPipe => "messages",
            Self::Conversations | Self::Lists => self.lists().first().copied()?,
        };
        Some(messages::role_field_of(list))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let has = |name: &str| has(body, name);
        match self {
            // Where the responses are whole conversations, the messages repeat them.
            Self::Prompt => {
                let whole = Self::Conversations.recognises(body);
                has("messages") && has("chosen") && has("rejected") && !has("prompt") && !whole
            }
            Self::MsSwift => has("messages") && (has("rejected_response") || has(REJECTED)),
            Self::OpenPipe => has("messages") && has("rejected_message"),
            Self::Conversations => {
                let first = first_of(body, "chosen").and_then(|first| first.get("role"));
                has("rejected") && first.is_some_and(|role| role.as_str() != Some("assistant"))
            }
            Self::Lists => self.lists().iter().all(|name| has(name)),
        }
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        match self {
            Self::Conversations => (self.lists().iter()).all(|name| first_of(body, name).is_some()),
            _ => self.recognises(body),
        }
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let sides = match self {
            Self::Prompt => around_prompt(record, mismatches),
            Self::MsSwift => ms_swift(record, mismatches),
            Self::OpenPipe => openpipe(record, mismatches),
            Self::Conversations | Self::Lists => self.conversations(record, mismatches),
        }?;
        let mut example = compared(record, sides);
        example.extras = other_fields(record, |name| self.is_read(name, &record.body));
        example.settings = fields(record, |name| name == "tools" || self.is_split(name));
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let [prompt, chosen, rejected] = sides(example);
        let own = messages::copies(example);
        match self {
            Self::Prompt => {
                write_list("messages", &with(example, &[prompt]), object, losses);
                write_one("chosen", chosen, own, object, losses);
                write_one("rejected", rejected, own, object, losses);
            }
            Self::MsSwift => {
                write_list("messages", example, object, losses);
                let as_text = side::are_texts(&[(rejected, Role::Model)]);
                side::write("rejected_response", rejected, as_text, own, object, losses);
            }
            Self::OpenPipe => {
                write_list("messages", example, object, losses);
                write_one("rejected_message", rejected, own, object, losses);
            }
            Self::Conversations | Self::Lists => {
                let [of_chosen, of_rejected] = self.lists();
                write_list(of_chosen, example, object, losses);
                let rejected = with(example, &[prompt, rejected]);
                write_list(of_rejected, &rejected, object, losses);
            }
        }
        let own = example.layout == self.name();
        tooling::settings(example, own, &[], object, losses, |tools, object| {
            messages::declare("tools", tools, object);
        });
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Preference,
            ..Capacity::CONVERSATION
        }
    }
}

impl PreferenceMessages {
    /// The fields of the two conversations.
    fn lists(self) -> [&'static str; 2] {
        match self {
            Self::Conversations => ["chosen", "rejected"],
            _ => ["chosen_messages", REJECTED],
        }
    }

    /// The prompt is what both conversations start with, or the field `prompt`.
    fn conversations<'a>(
        self,
        record: &Record<'a>,
        mismatches: &mut Mismatches,
    ) -> Option<Sides<'a>> {
        let prompt = match has(&record.body, "prompt") {
            true => side::read(record, "prompt", Role::User, mismatches),
            false => Some(Vec::new()),
        };
        let [chosen, rejected] = self.lists().map(|name| whole(record, name, mismatches));
        Some(shared(Sides {
            prompt: prompt?,
            chosen: chosen?,
            rejected: rejected?,
        }))
    }

    /// Whether a field is read; where ms-swift has both forms, it reads the text.
    fn is_read(self, name: &str, body: &Body<'_>) -> bool {
        let is_unused = self == Self::MsSwift && name == REJECTED && has(body, "rejected_response");
        self.fields().contains(&name) && !is_unused
    }

    /// Whether a field says which part of the dataset a record is in.
    fn is_split(self, name: &str) -> bool {
        self == Self::OpenPipe && name == "split"
    }
}

/// `messages` are the prompt, `chosen` and `rejected` the responses.
fn around_prompt<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let prompt = whole(record, "messages", mismatches);
    let chosen = response(record, "chosen", mismatches);
    let rejected = response(record, "rejected", mismatches);
    Some(Sides {
        prompt: prompt?,
        chosen: chosen?,
        rejected: rejected?,
    })
}

/// The chosen response is what follows the last message of the user, as ms-swift reads it; or
/// there are two conversations.
fn ms_swift<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let messages = whole(record, "messages", mismatches);
    if has(&record.body, REJECTED) && !has(&record.body, "rejected_response") {
        let rejected = whole(record, REJECTED, mismatches);
        return Some(shared(Sides {
            prompt: Vec::new(),
            chosen: messages?,
            rejected: rejected?,
        }));
    }
    let rejected = response(record, "rejected_response", mismatches);
    let mut prompt = messages?;
    let chosen = prompt.split_off(after_user(&prompt));
    Some(Sides {
        prompt,
        chosen,
        rejected: rejected?,
    })
}

/// The chosen response is the last message.
fn openpipe<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Sides<'a>> {
    let prompt = whole(record, "messages", mismatches);
    let rejected = response(record, "rejected_message", mismatches);
    let mut prompt = prompt?;
    let is_response = prompt.last().is_some_and(|turn| turn.role == Role::Model);
    let chosen = prompt.split_off(prompt.len() - usize::from(is_response));
    Some(Sides {
        prompt,
        chosen,
        rejected: rejected?,
    })
}

/// The messages of the list `name`.
fn whole<'a>(
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Option<Vec<Turn<'a>>> {
    let list = turn_list(record, name, mismatches)?;
    all_of(list.items(), |message| {
        messages::any_turn(record, message, mismatches)
    })
}

/// A response: a text, a message, or a list of messages.
fn response<'a>(
    record: &Record<'a>,
    name: &str,
    mismatches: &mut Mismatches,
) -> Option<Vec<Turn<'a>>> {
    match record.body.field(name) {
        Some(Field::Text(text)) => Some(vec![Turn::of_text(Role::Model, text)]),
        Some(Field::Other(list)) if list.kind() == Kind::Array => whole(record, name, mismatches),
        Some(Field::Other(message)) if message.kind() == Kind::Object => {
            messages::any_turn(record, message, mismatches).map(|turn| vec![turn])
        }
        Some(Field::Other(other)) => {
            not_a(Expected::Messages, name, other, mismatches);
            None
        }
        None => {
            missing(name, Span::new(0, 1), &own_names(record), mismatches);
            None
        }
    }
}

/// The example with other turns.
fn with<'a>(example: &Example<'a>, turns: &[&[Turn<'a>]]) -> Example<'a> {
    Example {
        turns: turns.concat(),
        ..example.clone()
    }
}

/// The number of turns up to the last of the user.
fn after_user(turns: &[Turn<'_>]) -> usize {
    let last = turns.iter().rposition(|turn| turn.role == Role::User);
    last.map_or(0, |at| at + 1)
}

fn write_list(name: &str, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
    object.key(name);
    messages::encode_list(example, object, losses);
}

fn write_one(
    name: &str,
    turns: &[Turn<'_>],
    own: bool,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    object.key(name);
    match one(turns, losses) {
        Some(turn) => messages::encode_turn(turn, own, None, object, losses),
        None => object.raw("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::preference::Preference;
    use super::*;

    const FORMS: [(PreferenceMessages, &str); 5] = [
        (
            PreferenceMessages::Prompt,
            r#"{"messages":[{"role":"user","content":"a"}],"chosen":{"role":"assistant","content":"b"},"rejected":{"role":"assistant","content":"c"}}"#,
        ),
        (
            PreferenceMessages::MsSwift,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_response":"c"}"#,
        ),
        (
            PreferenceMessages::OpenPipe,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_message":{"role":"assistant","content":"c"}}"#,
        ),
        (
            PreferenceMessages::Conversations,
            r#"{"chosen":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#,
        ),
        (
            PreferenceMessages::Lists,
            r#"{"chosen_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#,
        ),
    ];
    const TRL: &str = r#"{"prompt":"a","chosen":"b","rejected":"c"}"#;

    #[test]
    fn every_form_converts_to_every_other() {
        for (from, line) in FORMS {
            assert_eq!(read(&from, line).0, ["user: a", "model: b"]);
            for (to, wanted) in FORMS {
                assert_eq!(rewrite(&from, &to, line), (wanted.into(), vec![]));
            }
            assert_eq!(rewrite(&from, &Preference::Trl, line), (TRL.into(), vec![]));
            assert_eq!(rewrite(&Preference::Trl, &from, TRL), (line.into(), vec![]));
        }
    }

    #[test]
    fn rejected_messages_repeat_the_prompt() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#;
        let [_, (form, wanted), ..] = FORMS;
        assert_eq!(rewrite(&form, &form, line), (wanted.into(), vec![]));
    }

    #[test]
    fn a_prompt_next_to_whole_conversations_is_read_once() {
        let line = r#"{"prompt":"a","chosen_messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"rejected_messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#;
        let turns = ["system: s", "user: a", "model: b"];
        assert_eq!(read(&PreferenceMessages::Lists, line).0, turns);
        let line = line.replace("_messages", "");
        assert_eq!(read(&Preference::Trl, &line).0, turns);
    }

    #[test]
    fn a_missing_side_is_reported() {
        for (form, line) in FORMS {
            let name = *form.fields().get(1).expect("a field");
            let said = read(&form, &line.replace(name, "other")).1;
            assert_eq!(said, [format!("missing-field@1 : {name}")]);
        }
    }
}

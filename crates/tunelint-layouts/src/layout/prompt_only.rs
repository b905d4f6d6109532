//! `prompt-only`: a prompt without a response, for reinforcement learning, with references by which
//! generated responses are graded; each form is a separate layout.

use std::borrow::Cow;

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::turns::{first_of, turn_list};
use super::{contents, messages, side, tooling};
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::tools::DECLARING;
use crate::example::{Example, Extra, Role};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::row::cell_text;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::field_name;

/// The layouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptOnly {
    /// `prompt`, a text or a list of messages, with any other fields: TRL's and verl's format.
    Prompt,
    /// `messages` that end with the user, with any other fields: OpenAI's and Bedrock's format.
    Messages,
    /// `contents` that end with the user, with `references`: Vertex AI's format.
    Contents,
}

/// The names of references, which only data for reinforcement learning has; so are all names that
/// start with [`REFERENCE`].
const REFERENCES: [&str; 3] = ["solution", "ground_truth", "reward_model"];
const REFERENCE: &str = "reference";
/// The names of references next to messages; next to a text, they may be its response.
const ANSWERS: [&str; 5] = ["answer", "answers", "expected_answer", "target", "gold"];
/// Words in the names of objects that configure an environment, which answers the model's actions.
const ENVIRONMENT: [&str; 2] = ["env", "environment"];
/// The field for the response of another layout.
const ANSWER: &str = "reference_answer";
/// The object of references in Vertex AI's format.
const OBJECT: &str = "references";
/// Fields next to a prompt that other layouts have.
const OTHERS: [&str; 8] = [
    "completion",
    "completions",
    "response",
    "chosen",
    "rejected",
    "label",
    "messages",
    "conversations",
];
const OF_CONTENTS: [&str; 6] = [
    "contents",
    "systemInstruction",
    "system_instruction",
    "tools",
    "toolConfig",
    OBJECT,
];

impl PromptOnly {
    /// The field with the prompt.
    fn prompt(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Messages => "messages",
            Self::Contents => "contents",
        }
    }
}

impl Layout for PromptOnly {
    fn name(&self) -> &'static str {
        match self {
            Self::Prompt => "prompt-only",
            Self::Messages => "prompt-only-messages",
            Self::Contents => "prompt-only-contents",
        }
    }

    fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Prompt => &["prompt", "tools"],
            Self::Messages => &["messages", "tools"],
            Self::Contents => &OF_CONTENTS,
        }
    }

    fn role_field(&self) -> Option<RoleField> {
        let names = match self {
            Self::Prompt | Self::Messages => &messages::ROLES as &[_],
            Self::Contents => &contents::ROLES,
        };
        Some(RoleField::of(self.prompt(), "role", names))
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let ends_with_user = |list: &str| last_role(body, list) == Some("user");
        match self {
            Self::Prompt => {
                let is_other = OTHERS.iter().any(|name| has(body, name));
                let is_chat =
                    || first_of(body, "prompt").is_some_and(|of| of.get("role").is_some());
                let is_given = || has_reference(body) || has_environment(body);
                has(body, "prompt") && !is_other && (is_given() || is_chat())
            }
            Self::Messages => {
                let has_answer = || ANSWERS.iter().any(|name| has(body, name));
                has(body, "messages")
                    && (has_reference(body) || has_answer() || has_environment(body))
                    && ends_with_user("messages")
            }
            Self::Contents => has(body, "contents") && has(body, OBJECT),
        }
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        has(body, self.prompt())
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let turns = match self {
            Self::Prompt => side::read(record, "prompt", Role::User, mismatches),
            Self::Messages => side::all(
                record,
                turn_list(record, "messages", mismatches)?,
                mismatches,
            ),
            Self::Contents => contents::turns(record, mismatches),
        }?;
        let mut example = Example::new(*record, turns);
        let is_setting = |name: &str| match self {
            // Every other field reaches the function that grades the responses.
            Self::Prompt | Self::Messages => name != self.prompt(),
            Self::Contents => ["tools", "toolConfig", OBJECT].contains(&name),
        };
        if *self == Self::Contents {
            example.extras = extras(record, &OF_CONTENTS);
        }
        example.settings = fields(record, is_setting);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let prompt = prompt_of(example);
        match self {
            Self::Prompt if side::are_texts(&[(&prompt.turns, Role::User)]) => {
                side::write("prompt", &prompt.turns, true, true, object, losses);
            }
            Self::Prompt | Self::Messages => {
                object.key(self.prompt());
                messages::encode_list(&prompt, object, losses);
            }
            Self::Contents => contents::encode_example(&prompt, object, losses),
        }
        let references = references(example);
        let written: Vec<&str> = references.iter().map(|of| of.key).chain([OBJECT]).collect();
        let own = self.has_settings_of(example);
        tooling::settings(
            example,
            own,
            &written,
            object,
            losses,
            |tools, object| match self {
                Self::Prompt | Self::Messages => messages::declare("tools", tools, object),
                Self::Contents => contents::declare(tools, object),
            },
        );
        match self {
            Self::Contents if own => self.write_fields(&own_object(example), object, losses),
            Self::Contents => write_object(&references, object),
            Self::Prompt | Self::Messages => self.write_fields(&references, object, losses),
        }
        lose_response(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Prompt,
            ..Capacity::CONVERSATION
        }
    }

    fn fits_header(&self, has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        let has_reference = || {
            REFERENCES
                .iter()
                .chain([&REFERENCE, &OBJECT, &ANSWER])
                .any(|name| has(name))
        };
        let is_other = || OTHERS.iter().any(|name| has(name));
        *self == Self::Prompt && has("prompt") && has_reference() && !is_other()
    }
}

impl PromptOnly {
    /// Whether the settings of an example, such as tools, can be copied as they are.
    fn has_settings_of(self, example: &Example<'_>) -> bool {
        let mut forms: &[Self] = &[Self::Prompt, Self::Messages];
        if self == Self::Contents {
            forms = &[Self::Contents];
        }
        let is_json = matches!(example.record.body, Body::Json(_));
        is_json && forms.iter().any(|form| form.name() == example.layout)
    }

    /// Writes references as fields of the record.
    fn write_fields(
        self,
        references: &[Reference<'_>],
        object: &mut ObjectWriter,
        losses: &mut Losses,
    ) {
        for Reference { key, json, span } in references {
            if *key == self.prompt() {
                losses.add(field_name(key), *span);
                continue;
            }
            object.key(key);
            object.raw(json);
        }
    }
}

/// A field that is not part of the prompt.
struct Reference<'a> {
    key: &'a str,
    /// The value as JSON.
    json: Cow<'a, str>,
    span: Span,
}

/// The references of an example; in another layout, its response is one.
fn references<'e>(example: &'e Example<'_>) -> Vec<Reference<'e>> {
    if !example.is_prompt_only() {
        let answer = example.output().map(|turn| Reference {
            key: ANSWER,
            json: json_string(&turn.joined()),
            span: turn.text_span(),
        });
        return answer.into_iter().collect();
    }
    if let Some(Field::Other(object)) = example.record.body.field(OBJECT)
        && example.layout == PromptOnly::Contents.name()
        && object.kind() == Kind::Object
    {
        let entries = object.entries().map(|entry| Reference {
            key: entry.key,
            json: entry.value.raw().into(),
            span: entry.value.span(),
        });
        return entries.collect();
    }
    let is_row = matches!(example.record.body, Body::Row(_));
    let settings = example.settings.iter();
    let settings = settings.filter(|of| !DECLARING.contains(&of.key));
    let reference = |Extra { key, raw, span, .. }: &Extra<'e>| Reference {
        key,
        json: match is_row {
            true => json_string(&cell_text(raw)),
            false => Cow::Borrowed(*raw),
        },
        span: *span,
    };
    settings.map(reference).collect()
}

/// The object of references as it is written in the record.
fn own_object<'e>(example: &'e Example<'_>) -> Vec<Reference<'e>> {
    let objects = example.settings.iter().filter(|of| of.key == OBJECT);
    let reference = |of: &Extra<'e>| Reference {
        key: of.key,
        json: of.raw.into(),
        span: of.span,
    };
    objects.map(reference).collect()
}

/// Writes references as an object of strings; other values are written as their JSON text.
fn write_object(references: &[Reference<'_>], object: &mut ObjectWriter) {
    if references.is_empty() {
        return;
    }
    object.key(OBJECT);
    object.begin_object();
    for Reference { key, json, .. } in references {
        object.key(key);
        match json.starts_with('"') {
            true => object.raw(json),
            false => object.string(json),
        }
    }
    object.end_object();
}

fn json_string(text: &str) -> Cow<'static, str> {
    serde_json::Value::from(text).to_string().into()
}

/// Notes what is lost of the response of another layout, of which the text became a reference, and
/// the messages after it.
fn lose_response(example: &Example<'_>, losses: &mut Losses) {
    let response = example.turns.iter().skip(example.input().len());
    for (at, turn) in response.enumerate() {
        tooling::lose(turn, |_| true, losses);
        if at > 0 {
            losses.add("message after the response", turn.span);
        }
    }
}

/// The example without its response.
fn prompt_of<'a>(example: &Example<'a>) -> Example<'a> {
    let mut prompt = example.clone();
    if !example.is_prompt_only() {
        prompt.turns = example.input().to_vec();
    }
    prompt
}

/// Whether a record has a reference.
fn has_reference(body: &Body<'_>) -> bool {
    let names = body.names();
    let mut names = names.iter().map(|(name, _)| *name);
    names.any(|name| REFERENCES.contains(&name) || name.starts_with(REFERENCE))
}

/// Whether a record has an object that configures an environment: `env_config`.
fn has_environment(body: &Body<'_>) -> bool {
    let is_environment = |name: &str| {
        let mut words = name.split('_');
        words.any(|word| ENVIRONMENT.contains(&word))
    };
    let is_object =
        |field| matches!(field, Some(Field::Other(value)) if value.kind() == Kind::Object);
    let names = body.names();
    let mut names = names.iter().map(|(name, _)| *name);
    names.any(|name| is_environment(name) && is_object(body.field(name)))
}

/// The role of the last message in the list `name`.
fn last_role<'a>(body: &Body<'a>, name: &str) -> Option<&'a str> {
    match body.field(name)? {
        Field::Other(list) => list.items().last()?.get("role").and_then(Value::as_str),
        Field::Text(_) => None,
    }
}

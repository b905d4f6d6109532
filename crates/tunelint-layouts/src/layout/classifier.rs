//! `classifier`: a text or a conversation with its label, the format of classifiers. The label is
//! read as the output.

use super::contract::{Layout, Losses};
use super::fields::{extras, has, not_a, required, wrong_type};
use super::messages::encode_turn;
use super::mismatch::{Expected, MismatchKind, Mismatches};
use super::object::ObjectWriter;
use super::shared::lose_settings;
use super::typed_messages::is_typed;
use super::{side, tooling};
use crate::example::capacity::Capacity;
use crate::example::{Example, Part, PartKind, Role, Turn};
use tunelint_data::record::json::{Entry, Kind, Value};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Classifier;

const FIELDS: [&str; 4] = ["text", "messages", "label", "labels"];
/// The name of a single label where labels have names.
const NAME: &str = "label";

impl Layout for Classifier {
    fn name(&self) -> &'static str {
        "classifier"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    /// Recognizes a text with labels, or with a label in words: if the label is a number, trainers
    /// read the text alone. Messages with a `label` or a list of labels are tagged chats; with an
    /// object of labels, they are classification examples.
    fn recognises(&self, body: &Body<'_>) -> bool {
        let is_object = |field: Field<'_>| match field {
            Field::Other(labels) => labels.kind() == Kind::Object,
            Field::Text(_) => false,
        };
        let is_text = |field: Field<'_>| matches!(field, Field::Text(_));
        if has(body, "messages") {
            return body.field("labels").is_some_and(is_object) && !is_typed(body);
        }
        let labels = has(body, "labels") || body.field("label").is_some_and(is_text);
        has(body, "text") && labels
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        let labels = has(body, "labels") || has(body, "label");
        labels && (has(body, "text") || has(body, "messages"))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let first_of = |names: [&'static str; 2]| {
            let [first, second] = names;
            if has(&record.body, first) {
                first
            } else {
                second
            }
        };
        let input = first_of(["messages", "text"]);
        let label_field = first_of(["labels", "label"]);
        let turns = side::read(record, input, Role::User, mismatches);
        let label = label(record, mismatches);
        let (mut turns, label) = (turns?, label?);
        let mut labelled = Turn::of_text(Role::Model, label);
        labelled.parts.extend(own_name(record));
        turns.push(labelled);
        let mut example = Example::new(*record, turns);
        // A text next to messages and a label next to labels are extra fields.
        example.extras = extras(record, &[input, label_field]);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = self.recognises(&example.record.body);
        let turns = example.turns.as_slice();
        let label_at = turns.iter().rposition(|turn| turn.role == Role::Model);
        let (input, rest) = turns.split_at(label_at.unwrap_or(turns.len()));
        let is_text = side::are_texts(&[(input, Role::User)]);
        match input {
            [turn] if is_text => {
                object.key("text");
                object.texts(&turn.texts);
            }
            many => encode_messages(many, own, object, losses),
        }
        if let [label, after @ ..] = rest {
            encode_label(label, is_text, own.then_some(&example.record), object);
            tooling::lose(
                label,
                |part| !own || part.kind != PartKind::LabelName,
                losses,
            );
            for turn in after {
                losses.add("message after the last output", turn.span);
            }
        }
        lose_settings(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            needs_prompt: true,
            media: false,
            ..Capacity::CONVERSATION
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        &["text", "label"]
    }
}

/// Writes the conversation that has the label. Tools are copied only from records of this layout.
fn encode_messages(turns: &[Turn<'_>], own: bool, object: &mut ObjectWriter, losses: &mut Losses) {
    object.key("messages");
    object.begin_array();
    for turn in turns {
        let is_call = turn.texts.is_empty() && !turn.parts.is_empty();
        match turn.speaker() {
            Role::Tool if !own => losses.add("tool result", turn.span),
            _ if is_call && !own => tooling::lose(turn, |_| true, losses),
            _ => encode_turn(turn, own, None, object, losses),
        }
    }
    object.end_array();
}

/// The label as text: a single label as it is, several as JSON.
fn label<'a>(record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Text<'a>> {
    let labels = match record.body.field("labels") {
        None => return required(record, &["label"], mismatches),
        Some(Field::Text(text)) => return Some(text),
        Some(Field::Other(labels)) => labels,
    };
    let whole = match labels.kind() {
        // Every label is checked, so that all mistakes are reported.
        Kind::Object => {
            let entries = labels.entries();
            let wrong = entries.filter(|entry| !is_named(*entry, mismatches));
            wrong.count() == 0
        }
        Kind::Array => are_texts("labels", labels, mismatches),
        _ => {
            not_a(Expected::Labels, "labels", labels, mismatches);
            false
        }
    };
    if !whole {
        return None;
    }
    let named = labels.entries().map(|entry| entry.value);
    let mut values = named.chain(labels.items());
    match (values.next(), values.next()) {
        (None, _) => {
            mismatches.add(labels.span(), MismatchKind::NoLabels);
            None
        }
        (Some(only), None) if labels.kind() == Kind::Object && only.kind() == Kind::String => {
            only.text()
        }
        _ => Some(as_json(labels)),
    }
}

/// The name of a single label, which other layouts cannot hold.
fn own_name<'a>(record: &Record<'a>) -> Option<Part<'a>> {
    let Some(Field::Other(labels)) = record.body.field("labels") else {
        return None;
    };
    let mut entries = labels.entries();
    let only = entries.next().filter(|_| entries.next().is_none())?;
    let is_name = only.value.kind() == Kind::String && only.key != NAME;
    is_name.then(|| Part {
        kind: PartKind::LabelName,
        key: only.key,
        raw: only.value.raw(),
        span: only.key_span,
    })
}

/// Whether the value of a name is a label or a list of labels; anything else is reported.
fn is_named(entry: Entry<'_>, mismatches: &mut Mismatches) -> bool {
    match entry.value.kind() {
        Kind::String => true,
        Kind::Array => are_texts(entry.key, entry.value, mismatches),
        _ => {
            wrong_type(entry.key, entry.value, mismatches);
            false
        }
    }
}

/// Whether all items are texts; others are reported.
fn are_texts(name: &str, list: Value<'_>, mismatches: &mut Mismatches) -> bool {
    let mut whole = true;
    for item in list.items().filter(|item| item.kind() != Kind::String) {
        wrong_type(name, item, mismatches);
        whole = false;
    }
    whole
}

/// Several labels as one text: the JSON that the model is trained to write.
fn as_json<'a>(labels: Value<'a>) -> Text<'a> {
    Text::composed(labels.raw().to_owned(), labels.span())
}

/// Writes the label under its name; labels from records of this layout are copied.
fn encode_label(
    label: &Turn<'_>,
    is_text: bool,
    own: Option<&Record<'_>>,
    object: &mut ObjectWriter,
) {
    if let Some(Field::Other(labels)) = own.and_then(|record| record.body.field("labels")) {
        object.key("labels");
        object.raw(labels.raw());
        return;
    }
    if is_text {
        object.key("label");
        object.texts(&label.texts);
        return;
    }
    object.key("labels");
    object.begin_object();
    object.key(NAME);
    object.texts(&label.texts);
    object.end_object();
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{left_over, read, rewrite};
    use super::super::messages::Messages;
    use super::*;

    #[test]
    fn records_round_trip() {
        for line in [
            r#"{"text":"a","label":"b"}"#,
            r#"{"text":"a","labels":{"tone":"b"}}"#,
            r#"{"text":"a","labels":{"tone":"b","topics":["c","d"]}}"#,
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"labels":{"tone":"b"}}"#,
        ] {
            assert_eq!(
                rewrite(&Classifier, &Classifier, line),
                (line.into(), vec![])
            );
        }
    }

    #[test]
    fn a_single_label_is_text_and_several_are_json() {
        let output = |line: &str| read(&Classifier, line).0.pop().unwrap();
        assert_eq!(
            output(r#"{"text":"a","labels":{"tone":"good"}}"#),
            "model: good"
        );
        assert_eq!(
            output(r#"{"text":"a","labels":{"tone":"good","of":["x"]}}"#),
            r#"model: {"tone":"good","of":["x"]}"#
        );
    }

    #[test]
    fn a_conversation_ends_with_its_label() {
        let line = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}"#;
        assert_eq!(
            rewrite(&Messages::Usual, &Classifier, line),
            (
                r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"labels":{"label":"d"}}"#.into(),
                vec![]
            )
        );
    }

    #[test]
    fn only_classification_examples_are_recognized() {
        let recognised = |line: &str| {
            let mut parser = tunelint_data::record::json::Parser::new();
            Classifier.recognises(&Body::Json(parser.parse(line).unwrap()))
        };
        assert!(recognised(r#"{"text":"a","label":"b"}"#));
        assert!(recognised(r#"{"messages":[],"labels":{"tone":"b"}}"#));
        assert!(!recognised(r#"{"text":"a","label":0}"#));
        assert!(!recognised(r#"{"messages":[],"labels":["billing"]}"#));
        assert!(!recognised(r#"{"messages":[],"labels":[]}"#));
    }

    #[test]
    fn the_name_of_a_label_is_lost_in_other_layouts() {
        let line = r#"{"text":"a","labels":{"tone":"b"}}"#;
        let (text, lost) = rewrite(&Classifier, &Messages::Usual, line);
        assert!(text.contains(r#""content":"b""#), "{text}");
        assert_eq!(lost, ["label name `tone`"]);
    }

    #[test]
    fn unread_fields_are_extra_fields() {
        let line = r#"{"text":"a","messages":[{"role":"user","content":"b"}],"label":"c","labels":{"tone":"d"}}"#;
        assert_eq!(left_over(&Classifier, line), ["text", "label"]);
    }

    #[test]
    fn invalid_labels_are_reported() {
        let said = |line: &str| read(&Classifier, line).1;
        assert_eq!(
            said(r#"{"text":"a","label":3}"#),
            ["wrong-type@21 /label: label is Number, not text"]
        );
        assert_eq!(
            said(r#"{"text":"a","labels":7}"#),
            ["wrong-type@22 /labels: labels is Json(Number), not Labels"]
        );
        assert_eq!(
            said(r#"{"text":"a","labels":{"tone":null,"of":["x",2]}}"#),
            [
                "wrong-type@30 /labels/tone: tone is Null, not text",
                "wrong-type@45 /labels/of/1: of is Number, not text"
            ]
        );
        for none in ["{}", "[]"] {
            let line = format!(r#"{{"text":"a","labels":{none}}}"#);
            assert_eq!(said(&line), ["wrong-type@22 /labels: NoLabels"]);
        }
    }
}

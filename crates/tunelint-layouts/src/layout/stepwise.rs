//! `stepwise`: a prompt, the steps of a response in `completions`, and in `labels` whether each
//! step is correct, TRL's format for process reward models.

use super::mismatch::{Expected, MismatchKind, Mismatches};
use smallvec::SmallVec;

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has};
use super::object::ObjectWriter;
use super::side;
use super::turns::list_of;
use crate::example::capacity::{Capacity, TrainingObjective};
use crate::example::{Example, Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::text::Text;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stepwise;

const FIELDS: [&str; 3] = ["prompt", "completions", "labels"];
/// TRL's default separator between steps.
const BETWEEN: &str = "\n";

impl Layout for Stepwise {
    fn name(&self) -> &'static str {
        "stepwise"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    /// Conservative: `completions` and `labels` also occur in records of other layouts.
    fn recognises(&self, body: &Body<'_>) -> bool {
        let others = [
            "completion",
            "response",
            "output",
            "text",
            "messages",
            "conversations",
            "instruction",
            "chosen",
        ];
        let lists = ["completions", "labels"];
        let is_list = |name: &&str| match body.field(name) {
            Some(Field::Other(list)) => list.kind() == Kind::Array,
            _ => false,
        };
        has(body, "prompt")
            && lists.iter().all(is_list)
            && !others.iter().any(|name| has(body, name))
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let prompt = side::read(record, "prompt", Role::User, mismatches);
        let steps = list_of(Expected::List, record, "completions", mismatches);
        let labels = list_of(Expected::List, record, "labels", mismatches);
        let (mut turns, steps, labels) = (prompt?, steps?, labels?);
        let response = response(steps, mismatches);
        let is_right = are_right(labels, mismatches);
        let (response, is_right) = (response?, is_right?);
        let (said, judged) = (steps.items().count(), labels.items().count());
        if said != judged || said == 0 {
            let kind = match said {
                0 => MismatchKind::NoSteps,
                steps => MismatchKind::StepCount {
                    steps,
                    labels: judged,
                },
            };
            mismatches.add(labels.span(), kind);
            return None;
        }
        turns.push(response);
        let mut example = Example::new(*record, turns);
        example.desirable = Some(is_right);
        example.settings = fields(record, |name| name == "labels");
        example.extras = extras(record, &FIELDS);
        Some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = self.recognises(&example.record.body);
        let Some((response, prompt)) = example.turns.split_last() else {
            return;
        };
        let as_text = side::are_texts(&[(prompt, Role::User)]);
        side::write("prompt", prompt, as_text, own, object, losses);
        object.key("completions");
        object.begin_array();
        // The separators between steps were not read from the record.
        let steps = response
            .texts
            .iter()
            .filter(|text| text.raw_json().is_some());
        steps.for_each(|step| object.texts(std::slice::from_ref(step)));
        object.end_array();
        for labels in &example.settings {
            object.key(labels.key);
            object.raw(labels.raw);
        }
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            objective: TrainingObjective::Steps,
            ..Capacity::CONVERSATION
        }
    }
}

/// The steps as one turn, each a separate text.
fn response<'a>(steps: Value<'a>, mismatches: &mut Mismatches) -> Option<Turn<'a>> {
    let mut texts: SmallVec<[Text<'a>; 1]> = SmallVec::new();
    let mut whole = true;
    for step in steps.items() {
        let Some(text) = step.text() else {
            mismatches.add(step.span(), MismatchKind::StepNotText(step.kind()));
            whole = false;
            continue;
        };
        if !texts.is_empty() {
            texts.push(Text::composed(BETWEEN.to_owned(), text.span()));
        }
        texts.push(text);
    }
    whole.then_some(Turn {
        role: Role::Model,
        texts,
        span: steps.span(),
        parts: Vec::new(),
    })
}

/// Whether all steps are correct; a label that is not a boolean is reported.
fn are_right(labels: Value<'_>, mismatches: &mut Mismatches) -> Option<bool> {
    let mut all = Some(true);
    for label in labels.items() {
        match label.raw() {
            "true" | "1" => {}
            "false" | "0" => all = all.map(|_| false),
            _ => {
                let kind = MismatchKind::StepLabelNotBool(label.kind());
                mismatches.add(label.span(), kind);
                all = None;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    const LINE: &str = r#"{"prompt":"a","completions":["b","c"],"labels":[true,true]}"#;

    #[test]
    fn records_round_trip() {
        assert_eq!(read(&Stepwise, LINE).0, ["user: a", "model: b\nc"]);
        assert_eq!(rewrite(&Stepwise, &Stepwise, LINE), (LINE.into(), vec![]));
        let pairs = by_name("pairs").unwrap();
        let (pair, lost) = rewrite(&Stepwise, &*pairs, LINE);
        assert_eq!(pair, r#"{"text_input":"a","output":"b\nc"}"#);
        assert_eq!(lost, ["field `labels`"]);
    }

    #[test]
    fn mismatched_steps_and_labels_are_reported() {
        let said = |steps: &str, labels: &str| {
            let line = format!(r#"{{"prompt":"a","completions":{steps},"labels":{labels}}}"#);
            read(&Stepwise, &line).1.join("; ")
        };
        assert_eq!(
            said(r#"["b"]"#, "[true,false]"),
            "wrong-type@44 /labels: StepCount { steps: 1, labels: 2 }"
        );
        assert_eq!(said("[]", "[]"), "wrong-type@41 /labels: NoSteps");
        assert_eq!(
            said(r#"["b",5]"#, r#"[true,"no"]"#),
            "wrong-type@34 /completions/1: StepNotText(Number); wrong-type@52 /labels/1: StepLabelNotBool(String)"
        );
        assert_eq!(
            said(r#""b""#, "7"),
            "wrong-type@29 /completions: completions is Json(String), not List; wrong-type@42 /labels: labels is Json(Number), not List"
        );
    }
}

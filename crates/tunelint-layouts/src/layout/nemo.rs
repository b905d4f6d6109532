//! `nemo`: `conversations` of `User` and `Assistant` with the system prompt in `system`, and a
//! `mask` that names the role excluded from training, the format of NVIDIA NeMo.

use super::contract::{Layout, Losses};
use super::fields::{extras, fields, has, optional, read_each};
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::plain::Plain;
use super::role_field::{RoleField, SHAREGPT_ROLES};
use super::shared::lose_settings;
use super::tooling;
use super::turns::turn_list;
use crate::example::capacity::Capacity;
use crate::example::{Example, Extra, Role, Turn};
use tunelint_data::record::{Body, Record};

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nemo;

const FIELDS: [&str; 3] = ["system", "mask", "conversations"];
/// The format of its messages.
const TURNS: Plain = Plain {
    list: "conversations",
    speaker: "from",
    text: "value",
    names: &["User", "Assistant"],
    roles: &[Role::User, Role::Model],
};
/// The default mask, as JSON: user messages are not trained on.
const MASK: &str = "\"User\"";

impl Layout for Nemo {
    fn name(&self) -> &'static str {
        "nemo"
    }

    fn fields(&self) -> &'static [&'static str] {
        &FIELDS
    }

    fn role_field(&self) -> Option<RoleField> {
        Some(TURNS.role_field())
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        TURNS.is_meant(body, &SHAREGPT_ROLES) && !has(body, "chosen")
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        has(body, "conversations")
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let list = turn_list(record, "conversations", mismatches)?;
        let system = optional(record, "system", mismatches);
        let mut whole = system.is_ok();
        let system = system
            .ok()
            .flatten()
            .filter(|text| !text.as_str().is_empty());
        let mut turns: Vec<Turn<'a>> = Vec::with_capacity(3);
        turns.extend(system.map(|text| Turn::of_text(Role::System, text)));
        whole &= read_each(list.items(), &mut turns, |item| {
            TURNS.turn(record, item, mismatches)
        });
        let mut example = Example::new(*record, turns);
        example.extras = extras(record, &FIELDS);
        example.settings = fields(record, |name| name == "mask");
        example.settings.retain(|mask| mask.raw != MASK);
        whole.then_some(example)
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let own = self.recognises(&example.record.body);
        let mut systems = example.turns.iter();
        let system = systems.find(|turn| turn.role == Role::System);
        object.key("system");
        object.texts(system.map(|turn| turn.texts.as_slice()).unwrap_or_default());
        for turn in systems.filter(|turn| turn.role == Role::System) {
            losses.add("additional system prompt", turn.span);
        }
        if let Some(turn) = system {
            tooling::lose(turn, |_| true, losses);
            if turn.joined().is_empty() {
                // The field is required, and only an empty text in it means no system prompt.
                losses.add("empty system prompt", turn.span);
            }
        }
        tooling::lose_system_places(&example.turns, losses);
        let is_mask = |setting: &&Extra<'_>| own && setting.key == "mask";
        let mask = example.settings.iter().find(is_mask);
        object.key("mask");
        object.raw(mask.map_or(MASK, |mask| mask.raw));
        TURNS.encode(example, object, losses);
        if !own {
            lose_settings(example, losses);
        }
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_name;
    use super::super::fields::testing::{read, rewrite};
    use super::*;

    const LINE: &str = r#"{"system":"s","mask":"User","conversations":[{"from":"User","value":"a"},{"from":"Assistant","value":"b"}]}"#;

    #[test]
    fn records_round_trip() {
        assert_eq!(read(&Nemo, LINE).0, ["system: s", "user: a", "model: b"]);
        assert_eq!(rewrite(&Nemo, &Nemo, LINE), (LINE.into(), vec![]));
        let sharegpt = by_name("sharegpt").unwrap();
        let (usual, lost) = rewrite(&Nemo, &*sharegpt, LINE);
        assert!(usual.contains(r#"{"from":"gpt","value":"b"}"#) && lost.is_empty());
        assert_eq!(rewrite(&*sharegpt, &Nemo, &usual), (LINE.into(), vec![]));
    }

    #[test]
    fn a_nondefault_mask_is_kept_or_lost() {
        let line = LINE.replace(r#""mask":"User""#, r#""mask":"Assistant""#);
        assert_eq!(rewrite(&Nemo, &Nemo, &line), (line.clone(), vec![]));
        let sharegpt = by_name("sharegpt").unwrap();
        assert_eq!(rewrite(&Nemo, &*sharegpt, &line).1, ["field `mask`"]);
    }
}

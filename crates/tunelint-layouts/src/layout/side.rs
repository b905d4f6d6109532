//! Prompts and responses that are either one text or a list of messages.

use super::contract::Losses;
use super::fields::{all_of, required};
use super::messages;
use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use crate::example::{Role, Turn};
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::record::{Field, Record};

/// Reads the turns of the field `name`; a single text becomes a turn of `role`.
pub(super) fn read<'a>(
    record: &Record<'a>,
    name: &str,
    role: Role,
    mismatches: &mut Mismatches,
) -> Option<Vec<Turn<'a>>> {
    match record.body.field(name) {
        Some(Field::Other(list)) if list.kind() == Kind::Array => all(record, list, mismatches),
        // Some datasets wrap the list in an object.
        Some(Field::Other(object)) if object.get("messages").is_some() => {
            all(record, object.get("messages")?, mismatches)
        }
        _ => required(record, &[name], mismatches).map(|text| vec![Turn::of_text(role, text)]),
    }
}

/// Reads every message of a list.
pub(super) fn all<'a>(
    record: &Record<'a>,
    list: Value<'a>,
    mismatches: &mut Mismatches,
) -> Option<Vec<Turn<'a>>> {
    all_of(list.items(), |message| {
        messages::turn(record, message, mismatches)
    })
}

/// Whether every side is one plain turn, to be written as text rather than as messages.
pub(super) fn are_texts(sides: &[(&[Turn<'_>], Role)]) -> bool {
    sides.iter().all(|(turns, role)| match turns {
        [turn] => turn.role == *role && turn.parts.is_empty(),
        _ => false,
    })
}

/// Writes a side as the field `name`.
pub(super) fn write(
    name: &str,
    turns: &[Turn<'_>],
    as_text: bool,
    own: bool,
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    object.key(name);
    match turns {
        [turn] if as_text => object.texts(&turn.texts),
        many => {
            object.begin_array();
            for turn in many {
                messages::encode_turn(turn, own, None, object, losses);
            }
            object.end_array();
        }
    }
}

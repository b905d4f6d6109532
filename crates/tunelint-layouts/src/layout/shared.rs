//! Writing helpers shared by layouts: pairs, weights, losses.

use tunelint_data::record::Record;
use tunelint_data::text::Text;
use tunelint_data::text::printable::field_name;

use super::contract::Losses;
use super::object::ObjectWriter;
use super::tooling;
use crate::example::{Example, Role, Turn};

/// An example of one prompt and its response.
pub(super) fn pair<'a>(record: &Record<'a>, input: Text<'a>, output: Text<'a>) -> Example<'a> {
    Example::new(
        *record,
        vec![
            Turn::of_text(Role::User, input),
            Turn::of_text(Role::Model, output),
        ],
    )
}

/// The field with the weight of an example.
pub const WEIGHT: &str = "weight";

/// Writes the weight of an example.
pub(super) fn write_weight(example: &Example<'_>, object: &mut ObjectWriter) {
    for weight in example.settings.iter().filter(|of| of.key == WEIGHT) {
        object.key(WEIGHT);
        object.raw(weight.raw);
    }
}

/// Writes one prompt and its response under two names.
pub(super) fn flat(
    example: &Example<'_>,
    names: [&str; 2],
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    flat_texts(example, names, object);
    lose_parts(example, losses);
}

pub(super) fn flat_texts(example: &Example<'_>, names: [&str; 2], object: &mut ObjectWriter) {
    let prompt = example.turns.iter().find(|turn| turn.role == Role::User);
    for (name, turn) in names.into_iter().zip([prompt, example.output()]) {
        object.key(name);
        object.texts(turn.map(|turn| turn.texts.as_slice()).unwrap_or_default());
    }
}

/// Notes everything of an example that is not text as lost, for layouts that hold only texts.
pub(super) fn lose_parts(example: &Example<'_>, losses: &mut Losses) {
    lose_parts_of_turns(example, losses);
    lose_settings(example, losses);
}

pub(super) fn lose_parts_of_turns(example: &Example<'_>, losses: &mut Losses) {
    for turn in &example.turns {
        tooling::lose(turn, |_| true, losses);
    }
}

/// Notes every field other than the turns as lost.
pub(super) fn lose_settings(example: &Example<'_>, losses: &mut Losses) {
    lose_settings_but(&[], example, losses);
}

/// The same, except for fields in `there`, which have already been written.
pub(super) fn lose_settings_but(there: &[&str], example: &Example<'_>, losses: &mut Losses) {
    let settings = example.settings.iter();
    for setting in settings.filter(|of| !there.contains(&of.key)) {
        losses.add(field_name(setting.key), setting.span);
    }
}

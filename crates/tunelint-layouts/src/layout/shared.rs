//! Helpers shared by layouts: pairs, weights, losses.

use tunelint_data::record::Record;
use tunelint_data::text::Text;
use tunelint_data::text::printable::field_name;

use super::contract::Losses;
use super::object::ObjectWriter;
use super::tooling;
use crate::example::{Example, Role, Turn};

/// Builds an example of one prompt and one response.
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

/// Writes the weight of an example, if it has one, as it was written in the source.
pub(super) fn write_weight(example: &Example<'_>, object: &mut ObjectWriter) {
    for weight in example.settings.iter().filter(|of| of.key == WEIGHT) {
        object.key(WEIGHT);
        object.raw(weight.raw);
    }
}

/// Writes the prompt and the response into the fields `names`. Everything else is lost.
pub(super) fn flat(
    example: &Example<'_>,
    names: [&str; 2],
    object: &mut ObjectWriter,
    losses: &mut Losses,
) {
    flat_texts(example, names, object);
    lose_parts(example, losses);
}

/// Writes the texts of the prompt and the response into the fields `names`, without counting
/// losses.
pub(super) fn flat_texts(example: &Example<'_>, names: [&str; 2], object: &mut ObjectWriter) {
    let prompt = example.turns.iter().find(|turn| turn.role == Role::User);
    for (name, turn) in names.into_iter().zip([prompt, example.output()]) {
        object.key(name);
        object.texts(turn.map(|turn| turn.texts.as_slice()).unwrap_or_default());
    }
}

/// Adds everything except texts to `losses`, for layouts that hold only texts.
pub(super) fn lose_parts(example: &Example<'_>, losses: &mut Losses) {
    lose_parts_of_turns(example, losses);
    lose_settings(example, losses);
}

/// Adds the parts of all turns to `losses`: tool calls, images and other content that is not text.
pub(super) fn lose_parts_of_turns(example: &Example<'_>, losses: &mut Losses) {
    for turn in &example.turns {
        tooling::lose(turn, |_| true, losses);
    }
}

/// Adds every field other than the turns to `losses`.
pub(super) fn lose_settings(example: &Example<'_>, losses: &mut Losses) {
    lose_settings_but(&[], example, losses);
}

/// The same without the fields in `written`, which the layout has written.
pub(super) fn lose_settings_but(written: &[&str], example: &Example<'_>, losses: &mut Losses) {
    let settings = example.settings.iter();
    for setting in settings.filter(|of| !written.contains(&of.key)) {
        losses.add(field_name(setting.key), setting.span);
    }
}

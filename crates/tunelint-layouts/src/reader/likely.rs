//! Which fields can be input and output where their names do not say so, by their values.

use super::field_values::{FieldValues, Values};
use super::mapping::{ColumnRole, Preferred, Sides};
use tunelint_data::record::row::normal_name;

/// The fields that can be input and output; `known` are the two whose names say so.
pub(super) fn sides(values: &FieldValues, known: [Option<&String>; 2]) -> Sides {
    let [input, output] = known;
    let unread = |of: &&Values| !of.name.trim().is_empty() && !known.contains(&Some(&of.name));
    let others: Vec<&Values> = values.iter().filter(unread).collect();
    let is_text = |of: &&Values| of.is_written() && of.is_worded();
    let (texts, rest): (Vec<&Values>, Vec<&Values>) = others.iter().copied().partition(is_text);
    let words = rest
        .into_iter()
        .filter(|of| of.is_worded() && !is_about_record(&of.name));
    let words: Vec<&Values> = words.collect();
    let inputs = match (input, texts.as_slice()) {
        (Some(name), _) => vec![name.to_owned()],
        (None, []) => names(&words),
        (None, _) => names(&texts),
    };
    let outputs = match (output, texts.as_slice()) {
        (Some(name), _) => vec![name.to_owned()],
        // A text that is not the input is an answer; otherwise, the output is a category.
        (None, [_, ..]) if input.is_some() => similar_names(ColumnRole::Output, &texts),
        (None, [_]) => names(&words),
        (None, []) if input.is_some() => names(&words),
        _ => names(&others),
    };
    Sides { inputs, outputs }
}

/// Words in the names of fields that describe a record.
const DESCRIBING: [&str; 11] = [
    "source",
    "type",
    "language",
    "lang",
    "split",
    "date",
    "author",
    "difficulty",
    "level",
    "id",
    "model",
];

/// Whether a field describes a record rather than being a part of its example.
fn is_about_record(name: &str) -> bool {
    let name = normal_name(name);
    name.split('_').any(|part| DESCRIBING.contains(&part))
}

fn names(of: &[&Values]) -> Vec<String> {
    of.iter().map(|values| values.name.clone()).collect()
}

/// The fields with a well-known name for `role` as a part of their names, or else all.
fn similar_names(role: ColumnRole, fields: &[&Values]) -> Vec<String> {
    let is_similar = |of: &&&Values| {
        let name = normal_name(&of.name);
        let mut parts = name.split('_');
        parts.any(|part| part.len() > 2 && role.names().contains(&part))
    };
    let similar: Vec<&Values> = fields.iter().filter(is_similar).copied().collect();
    names(if similar.is_empty() { fields } else { &similar })
}

/// The words that call one answer better than another.
const PREFERRED: [[&str; 2]; 12] = [
    ["chosen", "rejected"],
    ["better", "worse"],
    ["best", "worst"],
    ["good", "bad"],
    ["safe", "unsafe"],
    ["preferred", "dispreferred"],
    ["preferred", "rejected"],
    ["preferred", "unpreferred"],
    ["accepted", "rejected"],
    ["winning", "losing"],
    ["winner", "loser"],
    ["win", "lose"],
];

/// The two fields with a better and a worse answer, if there are two texts with such names.
pub(super) fn preferred(values: &FieldValues) -> Option<Preferred> {
    // A prompt, and with it an answer, may be compared several times.
    let texts: Vec<&Values> = values.iter().filter(|of| of.is_text()).collect();
    let named = |better: &str, worse: &str| {
        texts.iter().find_map(|one| {
            let name = normal_name(&one.name);
            let at = name.split('_').position(|part| part == better)?;
            let other: Vec<&str> = name
                .split('_')
                .enumerate()
                .map(|(n, part)| if n == at { worse } else { part })
                .collect();
            let other = other.join("_");
            let other = texts.iter().find(|of| normal_name(&of.name) == other)?;
            Some((one.name.clone(), other.name.clone()))
        })
    };
    let (chosen, rejected) = PREFERRED
        .iter()
        .find_map(|[better, worse]| named(better, worse))?;
    // Next to an instruction, there may be an input: that is another known form.
    let is_prompt = |of: &&&Values| {
        of.name != chosen && of.name != rejected && normal_name(&of.name) != "instruction"
    };
    let prompts: Vec<&Values> = texts.iter().filter(is_prompt).copied().collect();
    let prompt = match similar_names(ColumnRole::Input, &prompts).as_slice() {
        [name] => Some(name.clone()),
        _ => None,
    };
    Some(Preferred {
        prompt,
        chosen,
        rejected,
    })
}

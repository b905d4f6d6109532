//! The name that was most likely meant.

/// The known name that was probably meant: one that starts with `name`, or the closest in spelling.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let begun = known
        .iter()
        .find(|have| name.len() > 2 && have.starts_with(name));
    let distances = known
        .iter()
        .map(|have| (strsim::damerau_levenshtein(have, name), *have));
    // Two edits would turn a word of four letters into an unrelated one.
    let most = if name.len() < 5 {
        1
    } else {
        2.max(name.len() / 4)
    };
    let near = distances.min().filter(|(distance, _)| *distance <= most);
    begun.copied().or(near.map(|(_, near)| near))
}

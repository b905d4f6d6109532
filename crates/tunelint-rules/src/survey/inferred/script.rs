//! The script of a text.

use unicode_script::Script;

use crate::survey::letters::script_of;

/// The number of letters checked.
const LOOKED_AT: usize = 400;

/// The name of the script of most letters. Chinese characters and kana count as one script, because
/// Japanese mixes them. `None` for a text without letters.
///
/// ```
/// use tunelint_rules::survey::inferred::script::dominant;
/// assert_eq!(dominant("The word Москва is one"), Some("Latin"));
/// assert_eq!(dominant("東京は首都です"), Some("Han"));
/// assert_eq!(dominant("1 + 1 = 2"), None);
/// ```
pub fn dominant(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        let letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        return letter.then_some(Script::Latin.full_name());
    }
    // Few texts have more than two or three scripts.
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for script in text.chars().filter_map(script_of).take(LOOKED_AT) {
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    let named = counts.into_iter();
    let named = named.map(|(script, count)| (count, script.full_name()));
    named.max().map(|(_, name)| name)
}

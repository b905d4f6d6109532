//! The script of a text.

use std::collections::BTreeMap;

use unicode_script::{Script, UnicodeScript};

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
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for c in text.chars().filter(|c| c.is_alphabetic()).take(LOOKED_AT) {
        let script = match c.script() {
            Script::Hiragana | Script::Katakana => Script::Han,
            script => script,
        };
        *counts.entry(script.full_name()).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(script, count)| (*count, *script));
    most.map(|(script, _)| script)
}

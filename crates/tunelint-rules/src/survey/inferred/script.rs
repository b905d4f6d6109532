//! The script of a text.

use unicode_script::Script;

use crate::survey::letters::{runs, script_of};

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
    // Few texts have more than two or three scripts.
    let mut counts: Vec<(Script, usize)> = Vec::new();
    let mut left = LOOKED_AT;
    let mut add = |script: Script, letters: usize| match counts.iter_mut().find(|of| of.0 == script)
    {
        Some((_, count)) => *count += letters,
        None => counts.push((script, letters)),
    };
    for run in runs(text) {
        let before = left;
        if run.is_ascii() {
            let mut rest = run.as_bytes();
            // As many bytes hold at most as many letters.
            while let Some((part, after)) = rest.split_at_checked(left.min(rest.len()))
                && !part.is_empty()
            {
                left -= part
                    .iter()
                    .filter(|byte| byte.is_ascii_alphabetic())
                    .count();
                rest = after;
            }
            add(Script::Latin, before - left);
        } else {
            let scripts = run.chars().filter_map(script_of).take(left);
            left -= scripts.inspect(|script| add(*script, 1)).count();
        }
        if left == 0 {
            break;
        }
    }
    counts.retain(|(_, count)| *count > 0);
    let named = counts.into_iter();
    let named = named.map(|(script, count)| (count, script.full_name()));
    named.max().map(|(_, name)| name)
}

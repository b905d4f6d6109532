//! Facts about characters, known without a search in Unicode's tables where a character is common.

use unicode_script::{Script, UnicodeScript};

/// Whether a character is known to be in normal form in any text without combining characters. The
/// most common letters, so that most texts need no lookup in tables.
pub(super) fn is_stable(c: char) -> bool {
    matches!(
        c,
        '\u{c0}'..='\u{ff}'
            | '\u{400}'..='\u{45f}'
            | '\u{5d0}'..='\u{5ea}'
            | '\u{621}'..='\u{63a}'
            | '\u{641}'..='\u{64a}'
            | '\u{2013}'..='\u{2014}'
            | '\u{2018}'..='\u{201d}'
            | '\u{3001}'..='\u{3002}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
    )
}

/// Whether a character belongs to a script without upper and lower case, such as Arabic, Devanagari,
/// Chinese or Hangul.
pub(super) fn has_no_case(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{109f}'
            | '\u{1100}'..='\u{139f}'
            | '\u{2000}'..='\u{206f}'
            | '\u{2e80}'..='\u{a63f}'
            | '\u{ac00}'..='\u{d7ff}'
    )
}

/// The text in pieces, each of them either all ASCII or without any.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let bytes = rest.as_bytes();
        let end = if bytes.first()?.is_ascii() {
            ascii_prefix(bytes)
        } else {
            let end = bytes.iter().position(u8::is_ascii);
            end.unwrap_or(bytes.len())
        };
        let run;
        (run, rest) = rest.split_at_checked(end)?;
        Some(run)
    })
}

/// The number of leading ASCII bytes.
pub(in crate::survey) fn ascii_prefix(bytes: &[u8]) -> usize {
    const STEP: usize = 64;
    let whole = bytes.chunks(STEP).take_while(|chunk| chunk.is_ascii());
    let start = whole.count() * STEP;
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| !byte.is_ascii());
    end.map_or(bytes.len(), |end| start + end)
}

/// The text in lower case. The same as [`str::to_lowercase`], except that a final sigma is as any
/// other.
pub(super) fn lowercase(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    // ASCII letters are changed last, all at once.
    for run in runs(text) {
        if run.is_ascii() {
            lower.push_str(run);
        } else {
            run.chars().for_each(|c| push_lowercase(&mut lower, c));
        }
    }
    lower.make_ascii_lowercase();
    lower
}

/// Adds a character outside ASCII in lower case.
fn push_lowercase(lower: &mut String, c: char) {
    match c {
        'А'..='Я' => lower.push(char::from_u32(u32::from(c) + 32).unwrap_or(c)),
        'а'..='џ' | '\u{df}'..='\u{ff}' => lower.push(c),
        _ if has_no_case(c) => lower.push(c),
        _ => lower.extend(c.to_lowercase()),
    }
}

/// The same as [`char::is_alphanumeric`].
#[inline]
pub(super) fn is_alphanumeric(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        '\u{2000}'..='\u{206f}' | '\u{3001}'..='\u{3004}' => false,
        _ => script_of_common(c).is_some() || c.is_alphanumeric(),
    }
}

/// The script of a letter; kana count as Chinese characters, since Japanese mixes them. `None` for
/// any other character.
///
/// ```
/// use tunelint_rules::survey::letters::script_of;
/// use unicode_script::Script;
/// assert_eq!(script_of('ж'), Some(Script::Cyrillic));
/// assert_eq!(script_of('の'), Some(Script::Han));
/// assert_eq!(script_of('1'), None);
/// ```
pub fn script_of(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(Script::Latin),
        _ if c.is_ascii() => None,
        '\u{2000}'..='\u{206f}' | '\u{3001}'..='\u{3003}' => None,
        _ => script_of_common(c).or_else(|| searched_script_of(c)),
    }
}

/// The script of common letters outside ASCII.
fn script_of_common(c: char) -> Option<Script> {
    match c {
        '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{17f}' => Some(Script::Latin),
        '\u{400}'..='\u{481}' => Some(Script::Cyrillic),
        '\u{5d0}'..='\u{5ea}' => Some(Script::Hebrew),
        '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' => Some(Script::Arabic),
        '\u{904}'..='\u{939}' => Some(Script::Devanagari),
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' => {
            Some(Script::Han)
        }
        '\u{ac00}'..='\u{d7a3}' => Some(Script::Hangul),
        _ => None,
    }
}

fn searched_script_of(c: char) -> Option<Script> {
    c.is_alphabetic().then(|| match c.script() {
        Script::Hiragana | Script::Katakana => Script::Han,
        script => script,
    })
}

#[cfg(test)]
mod tests {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

    use super::*;

    #[test]
    fn what_is_known_of_characters_is_true() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            if is_stable(c) {
                assert_eq!(is_nfkc_quick(text.chars()), IsNormalized::Yes, "{c:?}");
                assert_eq!(text.nfkc().collect::<String>(), text, "{c:?}");
            }
            if has_no_case(c) {
                assert_eq!(text.to_lowercase(), text, "{c:?}");
            }
            assert_eq!(lowercase(&text), text.to_lowercase(), "{c:?}");
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            let letter = c.is_ascii_alphabetic().then_some(Script::Latin);
            assert_eq!(
                script_of(c),
                letter.or_else(|| searched_script_of(c)),
                "{c:?}"
            );
        }
        assert_eq!(runs("aé東b").collect::<Vec<_>>(), ["a", "é東", "b"]);
        assert_eq!(lowercase("ÀB C\u{e9}D 東京 ДеX"), "àb c\u{e9}d 東京 деx");
    }
}

//! Stars out what looks like a secret or personal data, wherever data is shown.
//!
//! A report requires the complete format of a credential; redaction needs only its start, and hides
//! personal data as well, because hiding too much is safer.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::credentials::PRIVATE_KEY_BEGINS;
use crate::text::escape::Unescaped;
use crate::text::personal_data;
use crate::text::secret::{HIDDEN_BEGINNINGS, find, logins, may_begin, telling_beginnings};

/// Levels of escapes under which secrets are found: JSON inside a JSON string has two.
const LEVELS: usize = 2;

/// The minimum number of token characters after such a start.
const TOKEN: usize = 12;

/// `text` with everything that looks like a secret or personal data replaced by stars.
///
/// ```
/// use tunelint_data::text::redaction::redact_secrets;
/// assert_eq!(redact_secrets("key hf_abcdefghijklmnop!"), "key hf_****************!");
/// let harmless = "the task-list of Bearer Street";
/// assert_eq!(redact_secrets(harmless), harmless);
/// assert_eq!(redact_secrets("ask jo@posteo.net"), "ask *************");
/// ```
pub fn redact_secrets(text: &str) -> Cow<'_, str> {
    let mut bytes = text.as_bytes().to_vec();
    mask(&mut bytes);
    if bytes == text.as_bytes() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether `text` has something that looks like a secret.
pub fn has_secret(text: &str) -> bool {
    !hidden(Redaction::Secret, text.as_bytes(), LEVELS).is_empty()
}

/// A JSON Pointer (RFC 6901) with secrets redacted in each of its names.
///
/// ```
/// use tunelint_data::text::redaction::redact_pointer;
/// let pointer = "/postgres:~1~1shop:Tr4fik-9@db.internal/a~0b";
/// assert_eq!(redact_pointer(pointer), "/postgres:~1~1shop:********@db.internal/a~0b");
/// ```
pub fn redact_pointer(pointer: &str) -> String {
    let names = pointer.split('/').map(|name| {
        let name = name.replace("~1", "/").replace("~0", "~");
        redact_secrets(&name).replace('~', "~0").replace('/', "~1")
    });
    names.collect::<Vec<_>>().join("/")
}

/// What is redacted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Redaction {
    /// Secrets and personal data.
    #[default]
    Personal,
    /// Secrets only.
    Secret,
}

/// The same in place; the length stays the same.
pub fn mask(bytes: &mut [u8]) {
    redact(Redaction::Personal, bytes);
}

/// Redacts in place according to `redaction`. Escaped text is covered as well: JSON escapes, and those
/// of JSON inside a JSON string, as in the arguments of tool calls.
pub fn redact(redaction: Redaction, bytes: &mut [u8]) {
    mask_levels(redaction, bytes, LEVELS);
}

fn mask_levels(redaction: Redaction, bytes: &mut [u8], levels: usize) {
    for range in hidden(redaction, bytes, levels) {
        star(bytes, range);
    }
}

/// Everything in `bytes` to redact, as written and under up to `levels` levels of escapes. Nothing
/// is starred out before everything is found, because a star would end a token.
fn hidden(redaction: Redaction, bytes: &[u8], levels: usize) -> Vec<Range<usize>> {
    let personal = match redaction {
        Redaction::Personal => personal_data::find(bytes),
        Redaction::Secret => Vec::new(),
    };
    let found = find(bytes).into_iter().chain(personal);
    let mut ranges: Vec<Range<usize>> = found.map(|found| found.range).collect();
    ranges.extend(logins(bytes));
    ranges.extend(begun(bytes));
    let unescaped = if levels > 0 {
        Unescaped::new(bytes)
    } else {
        None
    };
    if let Some(unescaped) = unescaped {
        let meant = hidden(redaction, &unescaped.bytes, levels - 1);
        ranges.extend(meant.into_iter().map(|range| unescaped.written(range)));
    }
    ranges
}

/// Everything that starts like a secret.
fn begun(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    if !may_begin(bytes) {
        return ranges;
    }
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let is_glued = before.is_some_and(u8::is_ascii_alphanumeric);
        let is_real = |(from, to): &(usize, usize)| {
            !is_glued || is_unlike_words(rest.get(*from..*to).unwrap_or_default())
        };
        match secret_at(rest).filter(is_real) {
            Some((from, to)) => {
                ranges.push(at + from..at + to);
                at += to;
            }
            None => at += 1,
        }
    }
    ranges
}

/// Whether `token` is certainly no part of a hyphenated word, such as `desk-organiser`: it has a long run
/// of both letters and digits. A key is hidden wherever it occurs, also glued to the word before it.
fn is_unlike_words(token: &[u8]) -> bool {
    const RUN: usize = 16;
    let mut runs = token.split(|byte| !byte.is_ascii_alphanumeric());
    runs.any(|run| {
        let has = |of: fn(&u8) -> bool| run.iter().any(of);
        run.len() >= RUN && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)
    })
}

/// Replaces every visible character in `range` by a star.
pub fn star(bytes: &mut [u8], range: Range<usize>) {
    if let Some(hidden) = bytes.get_mut(range) {
        hidden
            .iter_mut()
            .filter(|byte| byte.is_ascii_graphic() || !byte.is_ascii())
            .for_each(|byte| *byte = b'*');
    }
}

/// The range to hide of the secret at the start of `rest`.
fn secret_at(rest: &[u8]) -> Option<(usize, usize)> {
    let key = rest.starts_with(PRIVATE_KEY_BEGINS.as_bytes());
    if key && rest.windows(11).take(60).any(|part| part == b"PRIVATE KEY") {
        return Some((0, rest.len()));
    }
    let prefix = begins_secret(rest)?;
    let token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-./+=".contains(byte);
    let length = rest.iter().skip(prefix).take_while(token).count();
    (length >= TOKEN).then_some((prefix, prefix + length))
}

/// The length of a credential's start at the start of `rest`.
fn begins_secret(rest: &[u8]) -> Option<usize> {
    // `sk_live_` and `rk_live_` are listed without their first letter.
    let skip = usize::from(matches!(rest, [b's' | b'r', b'k', b'_', ..]));
    telling_beginnings()
        .chain(HIDDEN_BEGINNINGS)
        .filter(|beginning| {
            rest.get(skip..)
                .is_some_and(|rest| rest.starts_with(beginning.as_bytes()))
        })
        .map(|beginning| beginning.len() + skip)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_formats_are_redacted() {
        for secret in [
            "sk-proj-abcdefghijklmnopqrst",
            "AKIAABCDEFGHIJKLMNOP",
            "Bearer abcdefghijklmnop",
            "xoxb-1-2-abcdefghijkl",
            "sk_live_abcdefghijklmnop",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
        ] {
            let shown = redact_secrets(secret).into_owned();
            assert!(
                shown.contains("****") && shown.len() == secret.len(),
                "{shown}"
            );
        }
        assert_eq!(
            redact_secrets("desk-organiser-and-lamp"),
            "desk-organiser-and-lamp"
        );
        assert_eq!(redact_secrets("AKIA"), "AKIA");
    }

    #[test]
    fn a_key_glued_to_a_word_is_redacted() {
        for (glued, shown) in [
            ("osk-proj-AbCdEfGhIjKlMNoPqRsTuV", "osk-"),
            ("keyghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8", "keyghp_"),
            ("7hf_abcdefghijklmnop1234", "7hf_"),
        ] {
            let glued = format!("{glued}90");
            let stars = "*".repeat(glued.len() - shown.len());
            assert_eq!(redact_secrets(&glued), format!("{shown}{stars}"));
        }
        for words in [
            "task-2024-report-final-v2 and desk-organiser-and-lamp",
            "risk-assessment-questionnaire",
            "task-1234567890123456789",
        ] {
            assert_eq!(redact_secrets(words), words);
        }
    }

    #[test]
    fn escaped_secrets_are_redacted() {
        let shown = |redaction, raw: &str| {
            let mut bytes = raw.as_bytes().to_vec();
            redact(redaction, &mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(
            shown(
                Redaction::Secret,
                r"postgres:\/\/shop:Tr4fik-9@db.internal\/orders"
            ),
            r"postgres:\/\/shop:********@db.internal\/orders"
        );
        assert_eq!(
            shown(
                Redaction::Secret,
                r"ghp\u005fA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
            ),
            "*".repeat(45)
        );
        assert_eq!(
            shown(Redaction::Personal, r"jo\u0040posteo.net"),
            "*".repeat(18)
        );
        let arguments = r#"{\"dsn\":\"postgres:\\\/\\\/shop:Tr4fik-9@db.internal\"}"#;
        assert!(!shown(Redaction::Secret, arguments).contains("Tr4fik"));
        // Wherever the escape occurs in a token, the whole token is hidden.
        let token = "sk-proj-AbCdEfGhIjKlMNoPqRsTuVwXyZ0123";
        for at in 1..token.len() {
            let (before, rest) = token.split_at(at);
            let (escaped, after) = rest.split_at(1);
            let raw = format!("{before}\\u{:04x}{after}", escaped.as_bytes()[0]);
            let left = shown(Redaction::Secret, &raw);
            assert!(!left.contains("0123"), "{left}");
        }
        assert_eq!(
            shown(
                Redaction::Secret,
                r"Bearer abcdefghijklmnop\/Q7r8S9t0U1v2W3x4"
            ),
            format!("Bearer {}", "*".repeat(34))
        );
        let login = "https://bob:S3cretPassw0rd@corp.com";
        assert_eq!(
            shown(Redaction::Secret, login),
            "https://bob:**************@corp.com"
        );
        assert_eq!(shown(Redaction::Secret, r"C:\users\new"), r"C:\users\new");
    }
}

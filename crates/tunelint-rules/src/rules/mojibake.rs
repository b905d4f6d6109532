//! Mojibake: UTF-8 that was decoded as windows-1252, so that `é` became `Ã©`.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata for the registry.
pub const META: RuleMeta =
    RuleMeta::new("mojibake", Level::Fixed(Severity::Warning), Scope::Example).fix(FixKind::Unsafe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(Mojibake))
}

struct Mojibake;

impl ExampleRule for Mojibake {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Mojibake)) {
            let runs = runs(text.as_str());
            let Some((first, original)) = runs.first() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let garbled = text.as_str().get(first.clone()).unwrap_or_default();
                let (garbled, original) = (quoted(garbled, 12), quoted(original, 12));
                Message::new(format!(
                    "mojibake: {garbled} should be {original}{}",
                    others(runs.len())
                ))
                .help("decode the source as UTF-8 and export it again")
                .fix(text.change(&example.record, &runs))
            });
        }
    }
}

/// Further layers of wrong decoding that are undone.
const LAYERS: usize = 3;

/// Each run of wrongly decoded characters, with the original text.
fn runs(text: &str) -> Vec<TextChange> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<TextChange> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some((count, original)) = run_at(&chars, at) else {
            at += 1;
            continue;
        };
        let start = chars.get(at).map_or(text.len(), |(start, _)| *start);
        let end = chars.get(at + count).map_or(text.len(), |(end, _)| *end);
        found.push((start..end, repaired(original, LAYERS)));
        at += count;
    }
    found
}

/// `text` with its own mojibake undone, at most `layers` deep.
fn repaired(text: String, layers: usize) -> String {
    if layers == 0 || text.is_ascii() {
        return text;
    }
    let mut out = String::new();
    let mut done = 0;
    for (Range { start, end }, original) in runs(&text) {
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(&repaired(original, layers - 1));
        done = end;
    }
    out + text.get(done..).unwrap_or_default()
}

/// The run that starts at character `at`: its number of characters, and the original text.
fn run_at(chars: &[(usize, char)], at: usize) -> Option<(usize, String)> {
    let (mut count, mut original) = (0, String::new());
    let mut conclusive = false;
    while let Some((length, c)) = sequence_at(chars, at + count) {
        conclusive |= is_conclusive(chars, at + count, length);
        count += length;
        original.push(c);
    }
    let sequences = original.chars().count();
    (conclusive || sequences > 1).then_some((count, original))
}

/// The UTF-8 sequence that starts at character `at`, each of its bytes decoded as windows-1252:
/// its length, and the character that it encodes.
fn sequence_at(chars: &[(usize, char)], at: usize) -> Option<(usize, char)> {
    let byte = |index: usize| chars.get(at + index).and_then(|(_, c)| byte_of(*c));
    let length = match byte(0)? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes = (0..length).map(byte).collect::<Option<Vec<u8>>>()?;
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((length, c))
}

/// Whether one sequence alone is enough evidence. Every language with the letters `Ã` and `Â` also
/// has punctuation that may follow them, so there a sequence counts only inside a word.
fn is_conclusive(chars: &[(usize, char)], at: usize, length: usize) -> bool {
    let char_at = |index: usize| chars.get(at + index).map(|(_, c)| *c);
    let (lead, next, after) = (char_at(0), char_at(1), char_at(length));
    match (lead, next) {
        (Some('Ã' | 'Â'), Some(next)) if is_punctuation(next) => {
            after.is_some_and(char::is_alphanumeric)
        }
        (Some('Ã' | 'Â'), Some(_)) => true,
        (Some('â'), Some(next)) => byte_of(next).is_some_and(|byte| byte < 0xa0),
        (Some('ï'), Some('»')) | (Some('ð'), Some('Ÿ')) => true,
        _ => false,
    }
}

fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '«' | '»'
            | '‹'
            | '›'
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '‚'
            | '–'
            | '—'
            | '…'
            | '•'
            | '\u{a0}'
    )
}

/// The byte of `c` in windows-1252; a byte that is undefined there, such as 0x81, is U+0081.
fn byte_of(c: char) -> Option<u8> {
    const SPECIAL: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let special = || SPECIAL.iter().position(|&special| special == c);
    match c {
        '\u{80}'..='\u{ff}' => u8::try_from(c as u32).ok(),
        '\u{152}'..='\u{2122}' => special().and_then(|at| u8::try_from(0x80 + at).ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(text: &str) -> String {
        repaired(text.to_owned(), LAYERS)
    }

    #[test]
    fn mojibake_is_undone() {
        for (garbled, expected) in [
            ("cafÃ©", "café"),
            ("donâ€™t", "don’t"),
            ("Ã–sterreich", "Österreich"),
            ("5Â°C", "5°C"),
            ("ðŸ˜€ yes", "😀 yes"),
            ("donÃ¢â‚¬â„¢t", "don’t"),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
            ("ä¸\u{ad}æ–‡", "中文"),
        ] {
            assert_eq!(repair(garbled), expected);
            assert_eq!(runs(&repair(garbled)), []);
        }
    }

    #[test]
    fn legitimate_letters_are_kept() {
        for text in [
            "“IRMÃ” e “SÃO”",
            "«\u{a0}café\u{a0}»",
            "pâte à choux",
            "MENÜ“ steht da",
            "ÂNGELO",
            "Là… là-bas",
            "naïve ðat",
            "Ñandú",
        ] {
            assert_eq!(repair(text), text);
        }
    }
}

//! UTF-8 that was read as windows-1252: `Ã©` where `é` was written.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::Change;
use tunelint_layouts::writer::edit::EditText;

/// What is known about the rule.
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
            let Some((first, meant)) = runs.first() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let read = text.as_str().get(first.clone()).unwrap_or_default();
                let (read, meant) = (quoted(read, 12), quoted(meant, 12));
                Message::new(format!(
                    "{read} is {meant}, read in the wrong encoding{}",
                    others(runs.len())
                ))
                .help("read the source again as UTF-8")
                .fix(text.change(&example.record, &runs))
            });
        }
    }
}

/// Twice and three times wrongly read is repaired too.
const ROUNDS: usize = 3;

/// Each run of wrongly read characters, with what was written.
fn runs(text: &str) -> Vec<Change> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Change> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some((count, meant)) = run_at(&chars, at) else {
            at += 1;
            continue;
        };
        let start = chars.get(at).map_or(text.len(), |(start, _)| *start);
        let end = chars.get(at + count).map_or(text.len(), |(end, _)| *end);
        found.push((start..end, again(meant, ROUNDS)));
        at += count;
    }
    found
}

/// What `text` is when it too was wrongly read.
fn again(text: String, rounds: usize) -> String {
    if rounds == 0 || text.is_ascii() {
        return text;
    }
    let mut out = String::new();
    let mut done = 0;
    for (Range { start, end }, meant) in runs(&text) {
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(&again(meant, rounds - 1));
        done = end;
    }
    out + text.get(done..).unwrap_or_default()
}

/// The run that begins with the character `at`: how many characters, and what was written.
fn run_at(chars: &[(usize, char)], at: usize) -> Option<(usize, String)> {
    let (mut count, mut meant) = (0, String::new());
    let mut sure = false;
    while let Some((length, c)) = sequence_at(chars, at + count) {
        sure |= is_sure(chars, at + count, length);
        count += length;
        meant.push(c);
    }
    let sequences = meant.chars().count();
    (sure || sequences > 1).then_some((count, meant))
}

/// One character of UTF-8 whose bytes stand here as characters of windows-1252.
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

/// Whether one sequence alone is proof. Every language that has the letters `Ã` and `Â` also has
/// quotation marks that may follow them: those prove something only inside a word.
fn is_sure(chars: &[(usize, char)], at: usize, length: usize) -> bool {
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

/// The byte of `c` in windows-1252, where 0x81 and its like stand for themselves.
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

    fn repaired(text: &str) -> String {
        again(text.to_owned(), ROUNDS)
    }

    #[test]
    fn what_was_written_comes_back() {
        for (read, written) in [
            ("cafÃ©", "café"),
            ("donâ€™t", "don’t"),
            ("Ã–sterreich", "Österreich"),
            ("5Â°C", "5°C"),
            ("ðŸ˜€ yes", "😀 yes"),
            ("donÃ¢â‚¬â„¢t", "don’t"),
            ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
            ("ä¸\u{ad}æ–‡", "中文"),
        ] {
            assert_eq!(repaired(read), written);
            assert_eq!(runs(&repaired(read)), []);
        }
    }

    #[test]
    fn every_language_may_use_its_letters() {
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
            assert_eq!(repaired(text), text);
        }
    }
}

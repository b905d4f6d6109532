//! Control characters in a text.

use std::ops::Range;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::Change;
use tunelint_layouts::writer::edit::EditText;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "control-character",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(ControlCharacter))
}

struct ControlCharacter;

impl ExampleRule for ControlCharacter {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Control)) {
            let found = controls(text.as_str());
            let Some((first, c)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let changes: Vec<Change> = repairs(text.as_str(), &found);
                Message::new(format!(
                    "a control character, {}{}",
                    name(c),
                    others(found.len())
                ))
                .help("write what was meant: an escape in code needs two backslashes in JSON")
                .fix(text.change(&example.record, &changes))
            });
        }
    }
}

/// How many more a text holds, in words.
pub(crate) fn others(count: usize) -> String {
    match count.saturating_sub(1) {
        0 => String::new(),
        more => format!("; the text holds {} more", grouped(more as u64)),
    }
}

fn controls(text: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // Behind a letter of Latin-1 it is a byte of UTF-8 that was wrongly read: `mojibake`.
        let wrongly_read = c >= '\u{80}' && matches!(before, '\u{80}'..='\u{ff}');
        if c.is_control() && !wrongly_read && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') {
            found.push((at..at + c.len_utf8(), c));
        }
        before = c;
    }
    found
}

fn name(c: char) -> String {
    let what = match c {
        '\u{8}' => " (backspace, perhaps `\\b` of an expression)",
        '\u{b}' => " (vertical tab, perhaps `\\v` of a command)",
        '\u{c}' => " (form feed, perhaps `\\f` of a command)",
        '\0' => " (NUL)",
        '\u{1b}' => " (escape, perhaps the colours of a terminal)",
        _ => "",
    };
    format!("U+{:04X}{what}", c as u32)
}

/// What each was meant to be. Colours of a terminal go as a whole.
fn repairs(text: &str, found: &[(Range<usize>, char)]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::with_capacity(found.len());
    for (range, c) in found {
        let rest = text.get(range.end..).unwrap_or_default();
        let end = range.end
            + if *c == '\u{1b}' {
                terminal_sequence(rest)
            } else {
                0
            };
        changes.push((range.start..end, meant(*c, rest).to_owned()));
    }
    changes
}

/// The length of the rest of a terminal's sequence: `[31m`.
fn terminal_sequence(rest: &str) -> usize {
    let Some(parameters) = rest.strip_prefix('[') else {
        return 0;
    };
    let length = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    let is_letter = |at: usize| {
        parameters
            .as_bytes()
            .get(at)
            .is_some_and(u8::is_ascii_alphabetic)
    };
    length.filter(|&at| is_letter(at)).map_or(0, |at| at + 2)
}

/// Escapes that were taken for characters, and windows-1252 or the low byte of punctuation.
fn meant(c: char, rest: &str) -> &'static str {
    let in_word = rest.starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '{');
    match c {
        '\u{8}' => "\\b",
        '\u{b}' if in_word => "\\v",
        '\u{c}' if in_word => "\\f",
        '\0' => "\\0",
        '\u{13}' | '\u{96}' => "–",
        '\u{14}' | '\u{97}' => "—",
        '\u{18}' | '\u{91}' => "‘",
        '\u{19}' | '\u{92}' => "’",
        '\u{1c}' | '\u{93}' => "“",
        '\u{1d}' | '\u{94}' => "”",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_put_back() {
        let repaired = |text: &str| {
            let text = tunelint_data::text::Text::composed(
                text.into(),
                tunelint_data::text::position::Span::at(0),
            );
            let changes = repairs(text.as_str(), &controls(text.as_str()));
            text.changed(&changes).unwrap()
        };
        assert_eq!(repaired("grep '\u{8}ssh'"), "grep '\\bssh'");
        assert_eq!(repaired("\u{c}rac{1}{2}"), "\\frac{1}{2}");
        assert_eq!(repaired("don\u{19}t"), "don’t");
        assert_eq!(repaired("\u{1b}[1;31mred\u{1b}[0m"), "red");
        assert_eq!(repaired("page\u{c}\nnext"), "page\nnext");
        assert_eq!(repaired("it isn\u{92}t"), "it isn’t");
        assert!(controls("Science â\u{80}\u{94} again").is_empty());
    }
}

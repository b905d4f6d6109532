//! Flags escape sequences written out in outputs, such as `\n` as two characters.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, FixKind, Level, Oddity, OddityRule, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::escape::escape_at;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Severity;
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "literal-escapes",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::oddity(LiteralEscapes))
}

struct LiteralEscapes;

impl OddityRule for LiteralEscapes {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        let mut texts = example.output_texts();
        texts.find_map(|text| {
            // A text with real line breaks was escaped once, as it should be.
            let is_escaped = text.has(Mark::Backslash)
                && memchr::memchr(b'\n', text.as_str().as_bytes()).is_none()
                && may_be_escaped(text.as_str().as_bytes());
            if !is_escaped || is_code(text) || contains_code(text.as_str()) {
                return None;
            }
            let found = escapes(text.as_str());
            let (first, _) = found.first().cloned()?;
            let span = text.span_of(first.start, first.end);
            let written = quoted(text.as_str().get(first)?, 12);
            let message = format!("literal escape sequence {written}{}", others(found.len()));
            let help = "unescape the text once before writing it";
            let fix = text.change(&example.record, &found);
            Some(Oddity::new(span, text.as_str(), message, help).fix(fix))
        })
    }
}

/// Whether a backslash precedes a letter or sign that [`common_escape`] looks for.
fn may_be_escaped(text: &[u8]) -> bool {
    let mut places = memchr::memchr_iter(b'\\', text);
    places.any(|at| matches!(text.get(at + 1), Some(b'n' | b't' | b'r' | b'"' | b'u')))
}

/// Whether the text contains code: backticks, or a call with a string.
fn contains_code(text: &str) -> bool {
    ["`", "('", "(\""].iter().any(|sign| text.contains(sign))
}

/// Every escape sequence outside double quotes, with its character. Empty if no sequence is certain
/// to be one.
fn escapes(text: &str) -> Vec<TextChange> {
    let mut found: Vec<TextChange> = Vec::new();
    let (mut certain, mut in_quotes, mut at) = (false, false, 0);
    let next = |at| memchr::memchr2(b'\\', b'"', text.as_bytes().get(at..)?);
    while let Some(skipped) = next(at) {
        at += skipped;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("\\\\") {
            at += 2;
            continue;
        }
        in_quotes ^= rest.starts_with('"');
        if let (false, Some((length, meant))) = (in_quotes, common_escape(rest)) {
            // After a colon it may be a path, before a lowercase letter a TeX command.
            let is_path = text.get(..at).is_some_and(|before| before.ends_with(':'));
            let is_command = rest
                .get(length..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            certain |= !is_path && (!is_command || length > 2) && meant != "\"";
            found.push((
                Range {
                    start: at,
                    end: at + length,
                },
                meant,
            ));
            at += length;
            continue;
        }
        at += 1;
    }
    if certain { found } else { Vec::new() }
}

/// The length and the character of the escape sequence at the start of `rest`, if it is a Unicode
/// escape or one of `\n`, `\t`, `\r` and `\"`.
fn common_escape(rest: &str) -> Option<(usize, String)> {
    let (length, c) = escape_at(rest.as_bytes())?;
    let is_common = length > 2 || matches!(c, '\n' | '\t' | '\r' | '"');
    is_common.then(|| (length, c.to_string()))
}

#[cfg(test)]
mod tests {
    use super::escapes;

    #[test]
    fn escapes_are_decoded() {
        let meant = |text| {
            escapes(text)
                .into_iter()
                .map(|(_, meant)| meant)
                .collect::<Vec<_>>()
        };
        assert_eq!(meant(r"First.\nSecond.\n\n- third"), ["\n", "\n", "\n"]);
        assert_eq!(meant(r"caf\u00e9 \ud83d\ude00"), ["é", "😀"]);
        assert!(meant(r"a gradient \nabla f and \theta").is_empty());
        assert!(meant(r"open C:\new\table").is_empty());
        assert!(meant(r#"write "\n" to end a line"#).is_empty());
        assert!(meant(r"a row ends with \\ in TeX").is_empty());
    }
}

//! Flags escape sequences written out in outputs, such as `\n` as two characters.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::escape::escape_at;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "literal-escapes",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(LiteralEscapes))
}

struct LiteralEscapes;

impl ExampleRule for LiteralEscapes {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example
            .output_texts()
            .filter(|text| text.has(Mark::Backslash))
        {
            // A text with real line breaks was escaped once, as it should be.
            if text.as_str().contains('\n') || is_code(text) || contains_code(text.as_str()) {
                continue;
            }
            let found = escapes(text.as_str());
            let Some((first, _)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let written = quoted(text.as_str().get(first).unwrap_or_default(), 12);
                Message::new(format!(
                    "literal escape sequence {written}{}",
                    others(found.len())
                ))
                .help("unescape the text once before writing it")
                .fix(text.change(&example.record, &found))
            });
        }
    }
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
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("\\\\") {
            at += 2;
            continue;
        }
        in_quotes ^= c == '"';
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
        at += c.len_utf8();
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

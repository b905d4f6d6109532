//! `\n` as two characters, where a line should end.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::escape::escape_at;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::Change;
use tunelint_layouts::writer::edit::EditText;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "literal-escapes",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the rule.
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
            // A text with real line ends was escaped once, as it should be.
            if text.as_str().contains('\n') || is_code(text) || holds_call(text.as_str()) {
                continue;
            }
            let found = escapes(text.as_str());
            let Some((first, _)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let written = quoted(text.as_str().get(first).unwrap_or_default(), 12);
                Message::new(format!("{written} stands in the text as it is written here, not as the character it means{}", others(found.len())))
                    .help("the text was escaped twice: unescape it once before it is written")
                    .fix(text.change(&example.record, &found))
            });
        }
    }
}

/// Whether a piece of code stands in the text: in backticks, or a call with a string.
fn holds_call(text: &str) -> bool {
    ["`", "('", "(\""].iter().any(|sign| text.contains(sign))
}

/// Every escape outside quotes, with the character that it means; nothing where the text has no
/// sure one.
fn escapes(text: &str) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let (mut sure, mut in_quotes, mut at) = (false, false, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("\\\\") {
            at += 2;
            continue;
        }
        in_quotes ^= c == '"';
        if let (false, Some((length, meant))) = (in_quotes, seen_escape(rest)) {
            // Behind a letter or a colon it may be a path, before a small letter a command of TeX.
            let path = text.get(..at).is_some_and(|before| before.ends_with(':'));
            let command = rest
                .get(length..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            sure |= !path && (!command || length > 2) && meant != "\"";
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
    if sure { found } else { Vec::new() }
}

/// The escape at the front of `rest`, if it is one that people see: its length and what it means.
fn seen_escape(rest: &str) -> Option<(usize, String)> {
    let (length, c) = escape_at(rest.as_bytes())?;
    let is_seen = length > 2 || matches!(c, '\n' | '\t' | '\r' | '"');
    is_seen.then(|| (length, c.to_string()))
}

#[cfg(test)]
mod tests {
    use super::escapes;

    #[test]
    fn escapes_mean_characters() {
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

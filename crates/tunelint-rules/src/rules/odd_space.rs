//! Unicode spaces where a regular space (U+0020) is meant.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::plateau::is_cjk;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata for the registry.
pub const META: RuleMeta =
    RuleMeta::new("odd-space", Level::Fixed(Severity::Advice), Scope::Example).fix(FixKind::Unsafe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(OddSpace))
}

struct OddSpace;

impl ExampleRule for OddSpace {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| !text.as_str().is_ascii()) {
            let found = odd_spaces(text.as_str());
            let Some((first, c)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Advice, || {
                let to_space = |(range, _): &(Range<usize>, char)| (range.clone(), " ".to_owned());
                let changes: Vec<TextChange> = found.iter().map(to_space).collect();
                Message::new(format!(
                    "U+{:04X} instead of a regular space{}",
                    c as u32,
                    others(found.len())
                ))
                .help("replace it with a regular space (U+0020)")
                .fix(text.change(&example.record, &changes))
            });
        }
    }
}

/// Spaces of typographic width, ideographic spaces in texts without Chinese, Japanese or Korean
/// characters, and no-break spaces between two letters, where no language requires one.
fn odd_spaces(text: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let has_cjk = || text.chars().any(is_cjk);
    let mut before = None;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let after = rest.peek().map(|(_, c)| *c);
        let between_letters = || {
            [before, after]
                .iter()
                .all(|c| c.is_some_and(char::is_alphabetic))
        };
        let odd = match c {
            '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => true,
            '\u{3000}' => !has_cjk(),
            '\u{a0}' | '\u{202f}' => between_letters(),
            _ => false,
        };
        if odd {
            found.push((at..at + c.len_utf8(), c));
        }
        before = Some(c);
    }
    found
}

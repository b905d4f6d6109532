//! Unicode spaces where a regular space (U+0020) is meant.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::plateau::is_cjk;
use tunelint_data::text::prefilter::Mark;
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
        for text in example.texts().filter(|text| text.has(Mark::Space)) {
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
    let mut has_cjk = None;
    let mut found = Vec::new();
    for (at, space) in text.match_indices(is_other_space) {
        let Some(c) = space.chars().next() else {
            continue;
        };
        let range = at..at + space.len();
        let is_odd = match c {
            '\u{3000}' => !*has_cjk.get_or_insert_with(|| text.chars().any(is_cjk)),
            '\u{a0}' | '\u{202f}' => is_between_letters(text, &range),
            _ => true,
        };
        if is_odd {
            found.push((range, c));
        }
    }
    found
}

fn is_other_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_between_letters(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let edges = [before.chars().next_back(), after.chars().next()];
    edges.iter().all(|c| c.is_some_and(char::is_alphabetic))
}

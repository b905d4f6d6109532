//! Flags bidirectional control characters that the text does not need.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "bidi-control",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(BidiControl))
}

struct BidiControl;

impl ExampleRule for BidiControl {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Bidi)) {
            let found = controls(text.as_str());
            let Some((first, c)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let changes: Vec<TextChange> = found
                    .iter()
                    .map(|(range, _)| (range.clone(), String::new()))
                    .collect();
                let code = c as u32;
                Message::new(format!(
                    "bidirectional control character U+{code:04X}{}",
                    others(found.len())
                ))
                .help("remove it, so that the displayed and the trained text match")
                .fix(text.change(&example.record, &changes))
            });
        }
    }
}

/// The controls that the text does not need: overrides always, all others only if the text has no
/// right-to-left letter.
fn controls(text: &str) -> Vec<(Range<usize>, char)> {
    let has_right_to_left = text.chars().any(is_right_to_left);
    text.char_indices()
        .filter(|(_, c)| match c {
            '\u{202d}' | '\u{202e}' => true,
            '\u{200e}'
            | '\u{200f}'
            | '\u{61c}'
            | '\u{202a}'..='\u{202c}'
            | '\u{2066}'..='\u{2069}' => !has_right_to_left,
            _ => false,
        })
        .map(|(at, c)| (at..at + c.len_utf8(), c))
        .collect()
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and other right-to-left scripts.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::controls;

    #[test]
    fn right_to_left_text_keeps_its_controls() {
        assert!(controls("שלום\u{200f} (world)\u{200e}").is_empty());
        assert!(controls("\u{2067}مرحبا\u{2069} means hello").is_empty());
        assert_eq!(controls("access \u{202e}lanoitidnoc").len(), 1);
        assert_eq!(controls("\u{202e}שלום").len(), 1);
        assert_eq!(controls("price\u{200e}").len(), 1);
    }
}

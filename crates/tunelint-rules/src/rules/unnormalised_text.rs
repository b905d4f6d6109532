//! Text that is not in NFC: a letter and its accent as two characters where one exists for both.

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use super::control_character::others;
use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use tunelint_data::text::prefilter::Mark;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unnormalised-text",
    Level::Fixed(Severity::Advice),
    Scope::Example,
)
.fix(FixKind::Unsafe)
.status(RuleStatus::Off);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(UnnormalisedText))
}

struct UnnormalisedText;

impl ExampleRule for UnnormalisedText {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts() {
            if !text.has(Mark::Foreign) || is_nfc(text.as_str()) {
                continue;
            }
            let changes = compositions(text.as_str());
            let Some((first, _)) = changes.first() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Advice, || {
                Message::new(format!("character not in NFC{}", others(changes.len())))
                    .help("normalize the dataset to NFC")
                    .fix(text.change(&example.record, &changes))
            });
        }
    }
}

/// Every grapheme that is not in NFC, with its NFC form.
fn compositions(text: &str) -> Vec<TextChange> {
    text.grapheme_indices(true)
        .filter(|(_, grapheme)| !is_nfc(grapheme))
        .map(|(at, grapheme)| (at..at + grapheme.len(), grapheme.nfc().collect()))
        .collect()
}

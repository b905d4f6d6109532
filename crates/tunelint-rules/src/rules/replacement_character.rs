//! U+FFFD, the replacement character for what could not be decoded.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::counted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "replacement-character",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(ReplacementCharacter))
}

struct ReplacementCharacter;

impl ExampleRule for ReplacementCharacter {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Replacement)) {
            let Some(at) = text.as_str().find('\u{fffd}') else {
                continue;
            };
            let span = text.span_of(at, at + '\u{fffd}'.len_utf8());
            findings.report(example.record.at(span), Severity::Warning, || {
                let count = text.as_str().matches('\u{fffd}').count() as u64;
                let lost = counted(count, "character");
                Message::new(format!("{lost} lost in decoding, replaced with U+FFFD"))
                    .help("decode the original source again, with its real encoding")
            });
        }
    }
}

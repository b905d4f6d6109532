//! An output in which another model speaks of itself.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "ai-self-reference",
    Level::Fixed(Severity::Advice),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(AiSelfReference))
}

static SELF: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\bas an? (?:ai|artificial intelligence)(?: (?:language )?model| assistant| chatbot| system)?(?:,|;| i\b)",
        r"|\bas a (?:large )?language model\b",
        r"|\bi(?:['’]m| am) (?:just |only |merely )?an? (?:ai|artificial intelligence|(?:large )?language model)\b",
        r"|\bi(?:['’]m| am) ChatGPT\b",
        r"|\bi was (?:trained|developed|created) by OpenAI\b|\b(?:developed|trained|created) by OpenAI\b",
        r"|\bmy (?:knowledge cut-?off|training data)\b",
    ))
    .ok()
});

struct AiSelfReference;

impl ExampleRule for AiSelfReference {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example
            .output_texts()
            .filter(|text| text.has(Mark::SelfReference))
        {
            let Some(found) = SELF
                .as_ref()
                .and_then(|pattern| pattern.find(text.as_str()))
            else {
                continue;
            };
            if is_code(text) {
                continue;
            }
            let span = text.span_of(found.start(), found.end());
            findings.report(example.record.at(span), Severity::Advice, || {
                Message::new(format!(
                    "a model speaks of itself: {}",
                    quoted(found.as_str(), 40)
                ))
                .help("take it out, unless the tuned model is to say so")
            });
        }
    }
}

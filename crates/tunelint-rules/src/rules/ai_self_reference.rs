//! Flags outputs that refer to themselves as an AI model, such as `As an AI language model`.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "ai-self-reference",
    Level::Fixed(Severity::Advice),
    Scope::Example,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(AiSelfReference))
}

// Without Unicode's letters and word boundaries, which take most of the time to compile.
static SELF_REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i-u)\bas an? (?:ai|artificial intelligence)(?: (?:language )?model| assistant| chatbot| system)?(?:,|;| i\b)",
        r"|\bas a (?:large )?language model\b",
        r"|\bi(?:(?:'|(?u:’))m| am) (?:just |only |merely )?an? (?:ai|artificial intelligence|(?:large )?language model)\b",
        r"|\bi(?:(?:'|(?u:’))m| am) ChatGPT\b",
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
            let Some(found) = SELF_REFERENCE
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
                Message::new(format!("AI self-reference: {}", quoted(found.as_str(), 40)))
                    .help("remove it, unless the tuned model should describe itself this way")
            });
        }
    }
}

//! A prompt template header inside a chat message: `### Instruction:`.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "prompt-template-header",
    Level::Fixed(Severity::Advice),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(PromptTemplateHeader))
}

static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^### ?(?:Instruction|Response|Input|Human|Assistant|User|System)s?:").ok()
});

/// The fields that hold the messages of a chat.
const CHAT_FIELDS: [&str; 4] = ["messages", "contents", "conversations", "interactions"];

struct PromptTemplateHeader;

impl ExampleRule for PromptTemplateHeader {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Hash)) {
            let Some(found) = HEADER
                .as_ref()
                .and_then(|pattern| pattern.find(text.as_str()))
            else {
                continue;
            };
            if !CHAT_FIELDS
                .iter()
                .any(|name| example.record.body.field(name).is_some())
            {
                return;
            }
            let span = text.span_of(found.start(), found.end());
            findings.report(example.record.at(span), Severity::Advice, || {
                Message::new(format!(
                    "prompt template header {} in a chat message",
                    quoted(found.as_str(), 24)
                ))
                .help("move each section into a message with its role, without the header")
            });
        }
    }
}

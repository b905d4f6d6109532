//! A role prefix, such as `Assistant:`, that was left in an output.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "role-prefix",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(RolePrefix))
}

static ROLE_PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^[ \t]*(?:#{1,3} ?|\*\*)?(?i:user|human|assistant|ai assistant):(?:\*\*)?(?:\s|\z)",
    )
    .ok()
});

/// Words in an input by which a dialogue is the task.
const DIALOGUE_WORDS: [&str; 10] = [
    "dialog",
    "conversation",
    "transcript",
    "script",
    "chat",
    "role-play",
    "roleplay",
    "interview",
    "scene",
    "assistant:",
];

struct RolePrefix;

impl ExampleRule for RolePrefix {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example
            .output_texts()
            .filter(|text| text.has(Mark::RoleMeaning))
        {
            let Some(found) = ROLE_PREFIX
                .as_ref()
                .and_then(|pattern| pattern.find(text.as_str()))
            else {
                continue;
            };
            if example.asks_for(&DIALOGUE_WORDS) {
                continue;
            }
            let prefix = found.as_str().trim();
            let start = found.start() + found.as_str().find(prefix).unwrap_or_default();
            let span = text.span_of(start, start + prefix.len());
            findings.report(example.record.at(span), Severity::Warning, || {
                Message::new(format!("role prefix {} in the output", quoted(prefix, 24)))
                    .help("remove the prefix, and any text of another role")
            });
        }
    }
}

//! A role prefix, such as `Assistant:`, that was left in an output.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, Level, Oddity, OddityRule, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Severity;
use tunelint_layouts::layout::TEXT;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "role-prefix",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::oddity(RolePrefix))
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

impl OddityRule for RolePrefix {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        let mut texts = example.output_texts();
        let (text, found) = texts.find_map(|text| {
            let candidate = text.has(Mark::RoleMeaning).then_some(text)?;
            Some((candidate, ROLE_PREFIX.as_ref()?.find(candidate.as_str())?))
        })?;
        // A whole dialogue in one text has its roles in the text.
        if example.layout == TEXT || example.asks_for(&DIALOGUE_WORDS) {
            return None;
        }
        let prefix = found.as_str().trim();
        let start = found.start() + found.as_str().find(prefix)?;
        let span = text.span_of(start, start + prefix.len());
        let message = format!("role prefix {} in the output", quoted(prefix, 24));
        let help = "remove the prefix, and any text of another role";
        Some(Oddity::new(span, text.as_str(), message, help))
    }
}

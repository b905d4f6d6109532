//! Flags inputs that exceed the target's limit in characters.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::Findings;
use tunelint_layouts::provider::profile::Unit;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("input-too-long", Level::Profile, Scope::Example);

/// Builds the check; `None` if no target limits the characters of an input.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("input");
    limits.retain(|limit| limit.limit.unit == Unit::Characters);
    (!limits.is_empty()).then(|| Check::example(InputTooLong { limits }))
}

struct InputTooLong {
    limits: Vec<TargetLimit>,
}

impl ExampleRule for InputTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let turns = example.input();
        // A text has at least as many bytes as characters, so most inputs need no counting.
        let bytes: u64 = turns.iter().map(Turn::bytes).sum();
        for limit in self.limits.iter().filter(|limit| bytes > limit.limit.value) {
            let chars: u64 = turns.iter().map(Turn::chars).sum();
            let Some(turn) = turns
                .iter()
                .max_by_key(|turn| turn.bytes())
                .filter(|_| chars > limit.limit.value)
            else {
                continue;
            };
            findings.report(example.record.at(turn.text_span()), limit.impact(), || {
                limit
                    .exceeded("input", chars)
                    .help("shorten it, or split it into several examples")
            });
        }
    }
}

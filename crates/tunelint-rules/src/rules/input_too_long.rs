//! An input beyond the length that the target takes.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::Findings;
use tunelint_layouts::provider::profile::Unit;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("input-too-long", Level::Profile, Scope::Example);

/// Builds the rule, where a target limits inputs.
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
        // Bytes are at least characters: most inputs need not be counted.
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
            findings.report(
                example.record.at(turn.text_span()),
                limit.limit.severity(false),
                || {
                    limit
                        .exceeded("input", chars)
                        .help("shorten it, or split it into several examples")
                },
            );
        }
    }
}

//! An output that is longer than the target allows.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Findings;
use tunelint_layouts::provider::profile::Unit;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("output-too-long", Level::Profile, Scope::Example);

/// Builds the rule; `None` unless a target limits the characters of outputs.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("output");
    limits.retain(|limit| limit.limit.unit == Unit::Characters);
    (!limits.is_empty()).then(|| Check::example(OutputTooLong { limits }))
}

struct OutputTooLong {
    limits: Vec<TargetLimit>,
}

impl ExampleRule for OutputTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for turn in example.outputs() {
            // A text has at least as many bytes as characters, so most are never counted.
            let bytes = turn.bytes();
            for limit in self.limits.iter().filter(|limit| bytes > limit.limit.value) {
                let chars = turn.chars();
                if chars > limit.limit.value {
                    findings.report(example.record.at(turn.text_span()), limit.impact(), || {
                        limit
                            .exceeded("output", chars)
                            .help("shorten it, or split the task into steps")
                    });
                }
            }
        }
    }
}

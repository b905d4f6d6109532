//! An example beyond the tokens that the target takes.
//!
//! Tokens are estimated from characters, so this is never an error.

use crate::example::{Example, Turn};
use crate::finding::{Findings, Message, Severity};
use crate::printable::grouped;
use crate::profile::Unit;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use crate::text::Text;
use crate::tokens::Estimate;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("example-too-long", Level::Profile, Scope::Example);

/// Builds the rule, where a target limits the tokens of an example.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("example");
    limits.retain(|limit| limit.limit.unit == Unit::Tokens);
    (!limits.is_empty()).then(|| Check::example(ExampleTooLong { limits }))
}

struct ExampleTooLong {
    limits: Vec<TargetLimit>,
}

impl ExampleRule for ExampleTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // A token has at least one byte: most examples need not be estimated.
        let bytes: u64 = example.turns.iter().map(Turn::bytes).sum();
        for limit in self.limits.iter().filter(|limit| bytes > limit.limit.value) {
            let tokens = Estimate::of(example.texts().map(Text::as_str));
            if tokens.about <= limit.limit.value {
                continue;
            }
            let severity = limit.limit.severity(false).min(Severity::Warning);
            findings.report(example.record.at(example.record.span()), severity, || {
                Message::new(format!(
                    "the example has about {} tokens, between {} and {} as estimated from its characters: {}",
                    grouped(tokens.about),
                    grouped(tokens.low),
                    grouped(tokens.high),
                    limit.effect()
                ))
                .help("shorten it, or count it with the provider's own tokenizer")
                .targets(&limit.targets)
            });
        }
    }
}

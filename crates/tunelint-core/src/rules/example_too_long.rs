//! An example beyond the tokens that the target takes.
//!
//! Tokens are estimated from characters, so this is never an error.

use crate::example::{Example, Turn};
use crate::finding::{Findings, Message, Severity};
use crate::printable::grouped;
use crate::profile::Unit;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};

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
            let tokens = example
                .turns
                .iter()
                .flat_map(|turn| &turn.texts)
                .map(|text| estimate(text.as_str()))
                .sum();
            if tokens <= limit.limit.value {
                continue;
            }
            let severity = limit.limit.severity(false).min(Severity::Warning);
            findings.report(example.record.at(example.record.span()), severity, || {
                Message::new(format!(
                    "the example has about {} tokens (estimated from its characters): {}",
                    grouped(tokens),
                    limit.effect()
                ))
                .help("shorten it; an estimate can be off by a quarter either way")
                .targets(&limit.targets)
            });
        }
    }
}

/// About how many tokens a text makes: four characters of ASCII each, two of other alphabets,
/// one of Chinese, Japanese, Korean and symbols.
pub fn estimate(text: &str) -> u64 {
    let (mut ascii, mut letters, mut others) = (0_u64, 0_u64, 0_u64);
    for c in text.chars() {
        match c {
            '\0'..='\u{7f}' => ascii += 1,
            '\u{80}'..='\u{1fff}' => letters += 1,
            _ => others += 1,
        }
    }
    ascii.div_ceil(4) + letters.div_ceil(2) + others
}

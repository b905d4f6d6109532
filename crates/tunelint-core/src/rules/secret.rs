//! A key or password that nobody else should have.

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::marks::Mark;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::secret::{Veil, find};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("secret", Level::Fixed(Severity::Warning), Scope::Example);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(Secret))
}

struct Secret;

impl ExampleRule for Secret {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts() {
            if !text.has(Mark::Secret) && !text.has(Mark::At) {
                continue;
            }
            for found in find(text.as_str().as_bytes()) {
                let span = text.span_of(found.range.start, found.range.end);
                findings.report(example.record.at(span), Severity::Warning, || {
                    Message::new(format!("this looks like {}", found.what))
                        .help("revoke it where it is valid, and replace it by a made-up one: a model repeats what it was taught")
                        .hide(Veil::Secret)
                });
            }
        }
    }
}

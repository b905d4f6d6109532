//! A credential in a text: an API key, a token, a password.

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::marks::Mark;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::secret::{Veil, find};

/// The rule's metadata for the registry.
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
                    Message::new(format!("possible secret: {}", found.what))
                        .help("revoke it, and replace it with a made-up one")
                        .hide(Veil::Secret)
                });
            }
        }
    }
}

//! A credential in a text: an API key, a token, a password.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::redaction::Redaction;
use tunelint_data::text::secret::find;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

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
                        .hide(Redaction::Secret)
                });
            }
        }
    }
}

//! Personal data: e-mail addresses, phone, card, account and social security numbers.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use tunelint_data::text::personal_data::find;
use tunelint_data::text::redaction::Redaction;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "personal-data",
    Level::Fixed(Severity::Advice),
    Scope::Example,
)
.status(RuleStatus::Off);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(PersonalData))
}

struct PersonalData;

impl ExampleRule for PersonalData {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts() {
            for found in find(text.as_str().as_bytes()) {
                let span = text.span_of(found.range.start, found.range.end);
                findings.report(example.record.at(span), Severity::Advice, || {
                    Message::new(format!("possible personal data: {}", found.what))
                        .help("replace it with made-up data, unless the person consented")
                        .hide(Redaction::Personal)
                });
            }
        }
    }
}

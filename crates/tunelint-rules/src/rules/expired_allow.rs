//! Flags suppressions whose expiry date has passed.

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SuppressionFacts, SuppressionRule,
};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "expired-allow",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::suppression(ExpiredAllow))
}

struct ExpiredAllow;

impl SuppressionRule for ExpiredAllow {
    fn check(&self, suppression: &SuppressionFacts<'_>, findings: &mut Findings<'_>) {
        let Some(day) = suppression.expired else {
            return;
        };
        let at = suppression.location.clone();
        findings.report_at(at, Severity::Warning, || {
            Message::new(format!(
                "suppression of `{}` expired on {day} (reason: {})",
                suppression.rule,
                quoted(suppression.reason, 60)
            ))
            .identity(suppression.rule.as_bytes())
            .help("remove it and fix its findings, or set a later date and a new reason")
        });
    }
}

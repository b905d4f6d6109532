//! Flags suppressions that match no finding.

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SuppressionFacts, SuppressionRule,
};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unused-allow",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::suppression(UnusedAllow))
}

struct UnusedAllow;

impl SuppressionRule for UnusedAllow {
    fn check(&self, suppression: &SuppressionFacts<'_>, findings: &mut Findings<'_>) {
        if !suppression.unused || suppression.expired.is_some() {
            return;
        }
        let at = suppression.location.clone();
        findings.report_at(at, Severity::Warning, || {
            Message::new(format!(
                "suppression of `{}` matches no finding (reason: {})",
                suppression.rule,
                quoted(suppression.reason, 60)
            ))
            .identity(suppression.rule.as_bytes())
            .help("remove it, or it will hide new findings")
        });
    }
}

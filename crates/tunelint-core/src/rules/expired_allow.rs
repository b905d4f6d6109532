//! An allowance whose day has passed.

use crate::finding::{Findings, Message, Severity};
use crate::position::Location;
use crate::printable::quoted;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "expired-allow",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Reports an allowance of the settings.
pub fn report(rule: &str, reason: &str, day: &str, at: Location, findings: &mut Findings<'_>) {
    findings.report_at_as("expired-allow", at, Severity::Warning, || {
        Message::new(format!(
            "this allowance for `{rule}` ended on {day}; its reason was {}",
            quoted(reason, 60)
        ))
        .identity(rule.as_bytes())
        .help("remove it and mend what it excused, or give it another day and a reason")
    });
}

//! An allowance that excuses nothing.

use crate::finding::{Findings, Message, Severity};
use crate::position::Location;
use crate::printable::quoted;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unused-allow",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Reports an allowance of the settings; only who knows that everything was checked can tell.
pub fn report(rule: &str, reason: &str, at: Location, findings: &mut Findings<'_>) {
    findings.report_at_as("unused-allow", at, Severity::Warning, || {
        Message::new(format!(
            "this allowance excuses no finding of `{rule}`; its reason was {}",
            quoted(reason, 60)
        ))
        .identity(rule.as_bytes())
        .help("remove it: it would hide the next one")
    });
}

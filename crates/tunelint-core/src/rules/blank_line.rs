//! Empty lines or rows between records.

use crate::finding::{Findings, Fix, Message, Severity};
use crate::position::{Location, SourceId};
use crate::printable::counted;
use crate::rule::{FixKind, Level, RuleMeta, Scope};
use crate::source::Facts;

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("blank-line", Level::Fixed(Severity::Advice), Scope::Source).fix(FixKind::Safe);

/// Reports the first blank line and how many there are.
pub(crate) fn report(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.blank_lines.first().filter(|_| facts.records > 0) else {
        return;
    };
    findings.report_at_as(
        "blank-line",
        Location::point(source, first),
        Severity::Advice,
        || {
            let count = facts.blank_lines.count;
            let message = if count == 1 {
                "this line is blank".to_owned()
            } else {
                format!("{} are blank; this is the first", counted(count, "line"))
            };
            Message::new(message)
                .help("remove it: some loaders stop at a blank line")
                .fix(Fix::of_file())
                .elsewhere(source, &facts.blank_lines)
        },
    );
}

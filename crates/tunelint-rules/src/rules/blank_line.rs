//! Empty lines or rows between records.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::Facts;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("blank-line", Level::Fixed(Severity::Advice), Scope::Source).fix(FixKind::Safe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(BlankLine))
}

struct BlankLine;

impl SourceRule for BlankLine {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        report(reader.source, reader.facts(), findings);
    }
}

/// Reports the first blank line and how many there are.
fn report(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.blank_lines.first().filter(|_| facts.records > 0) else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Advice, || {
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
    });
}

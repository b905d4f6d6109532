//! Flags blank lines between records, once per source.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Container, Facts};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("blank-line", Level::Fixed(Severity::Advice), Scope::Source).fix(FixKind::Safe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(BlankLine))
}

struct BlankLine;

impl SourceRule for BlankLine {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        if reader.container().is_some_and(Container::is_binary) {
            // Blank rows of a sheet, and rows before its header.
            return;
        }
        report(reader.source, reader.facts(), findings);
    }
}

/// Reports the first blank line, with the count of all. Files without records are left to
/// `no-records`.
fn report(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.blank_lines.first().filter(|_| facts.records > 0) else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Advice, || {
        let count = facts.blank_lines.count;
        let message = if count == 1 {
            "blank line".to_owned()
        } else {
            format!("{}, the first one here", counted(count, "blank line"))
        };
        Message::new(message)
            .help("remove blank lines: some loaders stop at them")
            .fix(Fix::of_file())
            .related_occurrences(source, &facts.blank_lines)
    });
}

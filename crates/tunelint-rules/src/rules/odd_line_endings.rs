//! Line ends of several kinds, or CR alone.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Facts, LineEnd};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::reader::Reader;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "odd-line-endings",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(OddLineEndings))
}

struct OddLineEndings;

impl SourceRule for OddLineEndings {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        report(source.reader, source.reader.facts(), findings);
    }
}

/// Reports the first line that ends otherwise than the first, or CR alone everywhere.
fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let source = reader.source;
    if facts.lone_cr.count > 0
        && facts.first_end == Some(LineEnd::Cr)
        && facts.other_ends.count == 0
    {
        findings.report_at(Location::whole(source), Severity::Warning, || {
            Message::new("lines end in CR alone, which most readers take for one long line")
                .help("save the file with LF line ends; it was read with CR")
                .fix(Fix::of_file())
        });
        return;
    }
    let Some(first) = facts.other_ends.first() else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Advice, || {
        let [lf, crlf, cr] = facts.ends;
        let kinds = [(lf, "LF"), (crlf, "CR LF"), (cr, "CR")];
        let said: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{} in {kind}", grouped(*count)))
            .collect();
        let message = Message::new(format!("lines end in different ways: {}", said.join(", ")));
        message
            .help("save the file with one kind of line end")
            .fix(Fix::of_file())
            .elsewhere(source, &facts.other_ends)
    });
}

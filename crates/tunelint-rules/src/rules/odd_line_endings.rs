//! Flags mixed line endings, and CR as the only line ending.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Facts, LineEnd};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::reader::Reader;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "odd-line-endings",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(OddLineEndings))
}

struct OddLineEndings;

impl SourceRule for OddLineEndings {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        report(source.reader, source.reader.facts(), findings);
    }
}

/// Reports the first line that ends differently from line 1, or CR as the only line ending.
fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let source = reader.source;
    if facts.lone_cr.count > 0
        && facts.first_end == Some(LineEnd::Cr)
        && facts.other_ends.count == 0
    {
        findings.report_at(Location::whole(source), Severity::Warning, || {
            Message::new("line endings are CR only: most readers see one long line")
                .help("save the file with LF line endings (it was read with CR)")
                .fix(Fix::of_file())
        });
        return;
    }
    let Some(first) = facts.other_ends.first() else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Advice, || {
        let [lf, crlf, cr] = facts.ends;
        let kinds = [(lf, "LF"), (crlf, "CRLF"), (cr, "CR")];
        let listed: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{} {kind}", grouped(*count)))
            .collect();
        let message = Message::new(format!("mixed line endings: {}", listed.join(", ")));
        message
            .help("save the file with one kind of line ending")
            .fix(Fix::of_file())
            .related_occurrences(source, &facts.other_ends)
    });
}

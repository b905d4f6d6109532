//! Line ends of several kinds, or CR alone.

use crate::finding::{Findings, Fix, Message, Severity};
use crate::position::Location;
use crate::printable::counted;
use crate::reader::Reader;
use crate::rule::{FixKind, Level, RuleMeta, Scope};
use crate::source::{Facts, LineEnd};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "odd-line-endings",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Reports the first line that ends otherwise than the first, or CR alone everywhere.
pub(crate) fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let source = reader.source;
    if facts.lone_cr.count > 0
        && facts.first_end == Some(LineEnd::Cr)
        && facts.other_ends.count == 0
    {
        findings.report_at_as(
            "odd-line-endings",
            Location::whole(source),
            Severity::Warning,
            || {
                Message::new("lines end in CR alone, which most readers take for one long line")
                    .help("save the file with LF line ends; it was read with CR")
                    .fix(Fix::of_file())
            },
        );
        return;
    }
    let Some(first) = facts.other_ends.first() else {
        return;
    };
    findings.report_at_as(
        "odd-line-endings",
        Location::point(source, first),
        Severity::Advice,
        || {
            let (one, others) = match facts.first_end {
                Some(LineEnd::Lf) => ("LF", "CR LF or CR"),
                Some(LineEnd::CrLf) => ("CR LF", "LF or CR"),
                _ => ("CR", "LF or CR LF"),
            };
            let count = counted(facts.other_ends.count, "line");
            let end = if facts.other_ends.count == 1 {
                "ends"
            } else {
                "end"
            };
            let message = Message::new(format!(
                "the first line ends in {one}, but {count} {end} in {others}"
            ));
            message
                .help("save the file with one kind of line end")
                .fix(Fix::of_file())
                .elsewhere(source, &facts.other_ends)
        },
    );
}

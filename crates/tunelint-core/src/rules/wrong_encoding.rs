//! A file that is no text with records in it: another encoding, an archive, a page, a pointer.

use crate::finding::{Findings, Message, Severity};
use crate::position::{Location, SourceId};
use crate::printable::counted;
use crate::rule::{Level, RuleMeta, Scope};
use crate::source::{Facts, NotData};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-encoding",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Reports a file of which nothing could be read.
pub(crate) fn report(source: SourceId, not_data: &NotData, findings: &mut Findings<'_>) {
    findings.report_at_as(
        "wrong-encoding",
        Location::whole(source),
        Severity::Error,
        || {
            Message::new(format!(
                "this is {}; nothing of it was checked",
                not_data.what
            ))
            .help(not_data.remedy.clone())
        },
    );
}

/// Reports what git left in the file.
pub(crate) fn report_conflicts(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.conflicts.first() else {
        return;
    };
    findings.report_at_as(
        "wrong-encoding",
        Location::point(source, first),
        Severity::Error,
        || {
            let count = counted(facts.conflicts.count, "line");
            let message = Message::new(format!("git left marks of a merge conflict here: {count}"));
            message
                .help("resolve the conflict and remove the marks")
                .elsewhere(source, &facts.conflicts)
        },
    );
}

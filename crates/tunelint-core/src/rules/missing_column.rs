//! A table or records of which no column can be told to be the input or the output.

use crate::finding::{Findings, Message, Severity};
use crate::position::{Location, SourceId};
use crate::reader::Problem;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Reports what could not be mapped, under this name or that of `missing-header`.
pub(crate) fn report(source: SourceId, problem: &Problem, findings: &mut Findings<'_>) {
    findings.report_at_as(
        problem.rule,
        Location::whole(source),
        Severity::Error,
        || Message::new(problem.message.clone()).help(problem.help.clone()),
    );
}

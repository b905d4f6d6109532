//! A file whose content is another container than its name promises.

use crate::finding::{Findings, Message, Severity};
use crate::position::{Location, SourceId};
use crate::rule::{FixKind, Level, RuleMeta, Scope};
use crate::source::Remark;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-container",
    Level::Fixed(Severity::Warning),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Reports the difference; the file was read anyway.
pub(crate) fn report(source: SourceId, remark: &Remark, findings: &mut Findings<'_>) {
    findings.report_at_as(
        "wrong-container",
        Location::whole(source),
        remark.severity,
        || Message::new(remark.message.clone()).help(remark.help.clone()),
    );
}

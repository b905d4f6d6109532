//! A file whose content is another container than its name promises.

use crate::finding::{Findings, Fix, Message, Severity};
use crate::position::{Location, SourceId};
use crate::rule::{FixKind, Level, RuleMeta, Scope};
use crate::source::Shape;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-container",
    Level::Fixed(Severity::Warning),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Reports the difference; the file was read anyway.
pub(crate) fn report(source: SourceId, shape: &Shape, findings: &mut Findings<'_>) {
    let Some(remark) = &shape.remark else { return };
    // Commas can be taken away; another container is a matter for `convert`.
    let fix = shape.strip_commas.then(Fix::of_file);
    findings.report_at_as(
        "wrong-container",
        Location::whole(source),
        remark.severity,
        || {
            Message::new(remark.message.clone())
                .help(remark.help.clone())
                .fix(fix)
        },
    );
}

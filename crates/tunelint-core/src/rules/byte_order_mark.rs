//! A byte order mark at the start of a file.

use crate::finding::{Applicability, Edit, Findings, Fix, Message, Severity};
use crate::position::{Location, SourceId};
use crate::rule::{FixKind, Level, RuleMeta, Scope};
use crate::source::BYTE_ORDER_MARK;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "byte-order-mark",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Reports the mark.
pub(crate) fn report(source: SourceId, findings: &mut Findings<'_>) {
    findings.report_at_as(
        "byte-order-mark",
        Location::whole(source),
        Severity::Advice,
        || {
            let length = BYTE_ORDER_MARK.len() as u64;
            let edits = vec![Edit {
                offset: 0,
                length,
                text: String::new(),
            }];
            Message::new(
                "the file starts with a byte order mark, which some programs take for data",
            )
            .help("save it as UTF-8 without BOM")
            .fix(Fix {
                applicability: Applicability::Safe,
                edits,
            })
        },
    );
}

//! Flags tables whose first row looks like data or is a comment.

use tunelint_data::text::position::Location;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::MappingProblem;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-header",
    Level::Fixed(Severity::Error),
    Scope::Source,
)
.consequence(Consequence::Misread);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(MissingHeader))
}

struct MissingHeader;

impl SourceRule for MissingHeader {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(problem) = &reader.mapping.problem else {
            return;
        };
        if let Some(cells) = problem.first_row() {
            let is_comment = matches!(problem, MappingProblem::HeaderIsComment { .. });
            let file = Location::whole(reader.source);
            findings.report_at(file, Severity::Error, || message_for(cells, is_comment));
        }
    }
}

/// The message for a first row that holds `cells`, which are those of a comment or look like data.
pub(super) fn message_for(cells: &[String], is_comment: bool) -> Message {
    if is_comment {
        let comment = quoted(&cells.join(","), 40);
        return Message::new(format!(
            "missing header: the first line is a comment ({comment})"
        ))
        .help("remove the comment, so that the header is the first line");
    }
    Message::new(format!(
        "missing header: the first row looks like data ({})",
        listed(cells)
    ))
    .help("add a header row, such as `input,output`")
}

/// The first 12 names, and the number of the rest.
pub(super) fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| quoted(name, 30)).collect();
    let more = names.len().saturating_sub(12);
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

//! Flags tables whose first row looks like data, not like column names.

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
        if let Some(MappingProblem::HeaderLooksLikeData { cells }) = &reader.mapping.problem {
            let file = Location::whole(reader.source);
            findings.report_at(file, Severity::Error, || message_for(cells));
        }
    }
}

/// The message for a first row that holds `cells`.
pub(super) fn message_for(cells: &[String]) -> Message {
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

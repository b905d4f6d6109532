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
        let file = Location::whole(reader.source);
        match problem {
            MappingProblem::HeaderLooksLikeData { cells, delimiter } => {
                findings.report_at(file, Severity::Error, || looks_like_data(cells, *delimiter));
            }
            MappingProblem::HeaderIsComment { cells, delimiter } => {
                findings.report_at(file, Severity::Error, || is_comment(cells, *delimiter));
            }
            _ => {}
        }
    }
}

/// The message for a first row that is a comment, whose `cells` `delimiter` separates.
pub(super) fn is_comment(cells: &[String], delimiter: u8) -> Message {
    let comment = quoted(&cells.join(&separator(delimiter)), 40);
    Message::new(format!(
        "missing header: the first line is a comment ({comment})"
    ))
    .help("remove the comment, so that the header is the first line")
}

/// The message for a first row that holds `cells`, which look like data.
pub(super) fn looks_like_data(cells: &[String], delimiter: u8) -> Message {
    let help = match delimiter {
        b'\t' => "add a header row, such as `input` and `output` separated by a tab".to_owned(),
        _ => format!(
            "add a header row, such as `input{}output`",
            separator(delimiter)
        ),
    };
    Message::new(format!(
        "missing header: the first row looks like data ({})",
        listed(cells)
    ))
    .help(help)
}

fn separator(delimiter: u8) -> String {
    char::from(delimiter).to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_header_has_the_delimiter_of_the_file() {
        let help = |delimiter| {
            let message = looks_like_data(&["Is it?".to_owned(), "Yes.".to_owned()], delimiter);
            message.advice().unwrap().to_owned()
        };
        assert_eq!(help(b','), "add a header row, such as `input,output`");
        assert_eq!(help(b';'), "add a header row, such as `input;output`");
        assert!(help(b'\t').ends_with("`input` and `output` separated by a tab"));
    }
}

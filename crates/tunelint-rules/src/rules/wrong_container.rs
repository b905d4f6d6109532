//! Flags files whose content is another container than their extension says.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Discrepancy, delimiter_name};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-container",
    Level::Fixed(Severity::Warning),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(WrongContainer))
}

struct WrongContainer;

impl SourceRule for WrongContainer {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Ok(shape) = &reader.shape else { return };
        let Some(found) = shape.discrepancy else {
            return;
        };
        let severity = match found {
            Discrepancy::LinesNamedDocument => Severity::Advice,
            _ => Severity::Warning,
        };
        // Trailing commas can be removed; changing the container takes `convert`.
        let fix = shape.strip_commas.then(Fix::of_file);
        findings.report_at(Location::whole(reader.source), severity, || {
            message_for(found).fix(fix)
        });
    }
}

fn message_for(found: Discrepancy) -> Message {
    let (message, help) = match found {
        Discrepancy::CommaAfterLines => (
            "lines end with a comma: in JSON Lines, only line breaks separate records",
            "remove the comma at the end of each line (the records were read without it)",
        ),
        Discrepancy::ObjectsOverLines => (
            "objects over several lines: JSON Lines has one record per line",
            "rewrite it with `tunelint convert IN -o OUT.jsonl` (it was read anyway)",
        ),
        Discrepancy::TableNamedLines => (
            "CSV in a file named as JSON Lines",
            "rename it to .csv, or rewrite it with `tunelint convert IN -o OUT.jsonl` (it was read anyway)",
        ),
        Discrepancy::ListNamedLines => (
            "JSON list in a file named as JSON Lines",
            "rewrite it with `tunelint convert IN -o OUT.jsonl`, or rename it to .json (it was read anyway)",
        ),
        Discrepancy::LinesNamedDocument => (
            "JSON Lines in a file named as a JSON document",
            "rename it to .jsonl, so that other programs read it as JSON Lines",
        ),
        Discrepancy::LinesNamedTable => (
            "JSON Lines in a file named as a table",
            "rename it to .jsonl (it was read as JSON Lines)",
        ),
        Discrepancy::SepLine => (
            "`sep=` line at the start of the file, which only Excel understands",
            "remove the line (it was skipped)",
        ),
        Discrepancy::Delimiter { found, expected } => return delimiter_message(found, expected),
    };
    Message::new(message).help(help)
}

fn delimiter_message(found: u8, expected: u8) -> Message {
    let (found, expected) = (delimiter_name(found), delimiter_name(expected));
    Message::new(format!(
        "cells separated by {found}, but the file extension implies {expected}"
    ))
    .help(format!(
        "set `--delimiter` if this is intended, or export the file with {expected}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_delimiters_are_named() {
        let message = delimiter_message(b'|', b'\t');
        assert_eq!(
            message.text(),
            "cells separated by `|`, but the file extension implies tabs"
        );
        assert_eq!(
            message.advice(),
            Some("set `--delimiter` if this is intended, or export the file with tabs")
        );
        let (found, expected) = (b';', b',');
        assert_eq!(
            message_for(Discrepancy::Delimiter { found, expected }).text(),
            "cells separated by semicolons, but the file extension implies commas"
        );
    }
}

//! A file whose content is another container than its name promises.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Discrepancy, delimiter_name};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-container",
    Level::Fixed(Severity::Warning),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the rule.
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
        // Commas can be taken away; another container is a matter for `convert`.
        let fix = shape.strip_commas.then(Fix::of_file);
        findings.report_at(Location::whole(reader.source), severity, || {
            words(found).fix(fix)
        });
    }
}

fn words(found: Discrepancy) -> Message {
    let (message, help) = match found {
        Discrepancy::CommaAfterLines => (
            "lines end in a comma; in JSON lines, records are separated by line breaks alone",
            "remove the comma at the end of each line; the records were read without it",
        ),
        Discrepancy::ObjectsOverLines => (
            "objects are spread over several lines; JSON lines has one record on each line",
            "rewrite it with `tunelint convert IN -o OUT.jsonl`; it was read anyway",
        ),
        Discrepancy::TableNamedLines => (
            "this is CSV in a file that is named as JSON lines",
            "rename it to .csv, or rewrite it with `tunelint convert IN -o OUT.jsonl`; it was read anyway",
        ),
        Discrepancy::ListNamedLines => (
            "this is one JSON list in a file that is named as JSON lines",
            "rewrite it with `tunelint convert IN -o OUT.jsonl`, or rename it to .json; it was read anyway",
        ),
        Discrepancy::LinesNamedDocument => (
            "this is JSON lines in a file that is named as one JSON document",
            "rename it to .jsonl, so that other programs read it as such",
        ),
        Discrepancy::LinesNamedTable => (
            "this is JSON lines in a file that is named as a table",
            "rename it to .jsonl; it was read as such",
        ),
        Discrepancy::SepLine => (
            "the first line is Excel's `sep=` line, which only Excel understands",
            "remove the line; it was left out",
        ),
        Discrepancy::Delimiter { found, expected } => return delimiter(found, expected),
    };
    Message::new(message).help(help)
}

fn delimiter(found: u8, expected: u8) -> Message {
    let (found, expected) = (delimiter_name(found), delimiter_name(expected));
    Message::new(format!(
        "cells are separated by {found}, where the file's name promises {expected}"
    ))
    .help(format!(
        "name it with `--delimiter` to say that this is meant, or export the file with {expected}"
    ))
}

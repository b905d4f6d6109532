//! Flags files whose content is another container than their extension says.

use std::path::Path;
use std::sync::Arc;

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
};
use tunelint_data::source::{Container, Discrepancy, delimiter_name};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Fix, Impact, Message, Severity};
use tunelint_layouts::fit::rewrite_command;
use tunelint_layouts::provider::limit::target_sentence;
use tunelint_layouts::provider::profile::Profile;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-container",
    Level::Fixed(Severity::Warning),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the check; never `None`.
pub fn build(context: &RuleContext) -> Option<Check> {
    let profiles = match context.will_convert {
        true => Vec::new(),
        false => context.profiles.clone(),
    };
    Some(Check::source(WrongContainer { profiles }))
}

struct WrongContainer {
    /// The targets, unless the file will be converted for them.
    profiles: Vec<Arc<Profile>>,
}

impl SourceRule for WrongContainer {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Ok(shape) = &reader.shape else { return };
        let Some(found) = shape.discrepancy else {
            return;
        };
        let rejecting = self.rejecting(found);
        let impact = match (found, rejecting.as_slice()) {
            (Discrepancy::LinesNamedDocument, _) => Impact::from(Severity::Advice),
            (_, []) => Impact::from(Severity::Warning),
            (_, targets) => Impact::rejected_by(targets),
        };
        // Trailing commas can be removed; changing the container takes `convert`.
        let fix = shape.strip_commas.then(Fix::of_file);
        findings.report_at(Location::whole(reader.source), impact, || {
            let layout = reader.layout().map_or("pairs", |of| of.name());
            message_for(found, &rejecting, &reader.input.name, layout).fix(fix)
        });
    }
}

impl WrongContainer {
    /// The targets that cannot read the file, although its name says JSON Lines.
    fn rejecting(&self, found: Discrepancy) -> Vec<String> {
        let container = match found {
            Discrepancy::CommaAfterLines
            | Discrepancy::ObjectsOverLines
            | Discrepancy::ListNamedLines => Container::Json,
            Discrepancy::TableNamedLines => Container::Csv,
            _ => return Vec::new(),
        };
        let rejecting = self
            .profiles
            .iter()
            .filter(|of| !of.reads(container.as_str()));
        rejecting.map(|of| of.name.clone()).collect()
    }
}

fn message_for(found: Discrepancy, rejecting: &[String], path: &Path, layout: &str) -> Message {
    let rewrite = || rewrite_command(path, layout, "");
    let (message, help) = match found {
        Discrepancy::CommaAfterLines => (
            "lines end with a comma: in JSON Lines, only line breaks separate records",
            "remove the comma at the end of each line (the records were read without it)"
                .to_owned(),
        ),
        Discrepancy::ObjectsOverLines => (
            "objects over several lines: JSON Lines has one record per line",
            format!("rewrite it: `{}` (it was read anyway)", rewrite()),
        ),
        Discrepancy::TableNamedLines => (
            "CSV in a file named as JSON Lines",
            format!(
                "rename it to .csv, or rewrite it: `{}` (it was read anyway)",
                rewrite()
            ),
        ),
        Discrepancy::ListNamedLines => (
            "JSON list in a file named as JSON Lines",
            format!(
                "rewrite it: `{}`, or rename it to .json (it was read anyway)",
                rewrite()
            ),
        ),
        Discrepancy::LinesNamedDocument => (
            "JSON Lines in a file named as a JSON document",
            "rename it to .jsonl, so that other programs read it as JSON Lines".to_owned(),
        ),
        Discrepancy::LinesNamedTable => (
            "JSON Lines in a file named as a table",
            "rename it to .jsonl (it was read as JSON Lines)".to_owned(),
        ),
        Discrepancy::SepLine => (
            "`sep=` line at the start of the file, which only Excel understands",
            "remove the line (it was skipped)".to_owned(),
        ),
        Discrepancy::Delimiter { found, expected } => return delimiter_message(found, expected),
    };
    let message = match rejecting {
        [] => message.to_owned(),
        targets => {
            let rejects = target_sentence(targets, "rejects", "reject", "such files");
            format!("{message}; {rejects}")
        }
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
    fn targets_that_cannot_read_it_are_named() {
        let profile = |name| tunelint_layouts::provider::profile::by_name(name);
        let profile = |name| Arc::new(profile(name).expect("it parses").expect("it exists"));
        let rule = WrongContainer {
            profiles: vec![profile("openai"), profile("trl")],
        };
        let rejecting = rule.rejecting(Discrepancy::ListNamedLines);
        assert_eq!(rejecting, ["openai"]);
        assert_eq!(
            message_for(
                Discrepancy::ListNamedLines,
                &rejecting,
                Path::new("a.jsonl"),
                "messages"
            )
            .text(),
            "JSON list in a file named as JSON Lines; openai rejects such files"
        );
        assert!(rule.rejecting(Discrepancy::SepLine).is_empty());
    }

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
            message_for(
                Discrepancy::Delimiter { found, expected },
                &[],
                Path::new("a.csv"),
                "pairs"
            )
            .text(),
            "cells separated by semicolons, but the file extension implies commas"
        );
    }
}

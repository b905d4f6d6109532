//! Flags files in a container that a target does not read.

use std::sync::Arc;

use tunelint_data::source::{Container, Discrepancy};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Impact, Message, Severity};
use tunelint_layouts::fit::{convert_command, rewrite_command};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::Profile;

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "container-not-accepted",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the check, unless the data will be converted.
pub fn build(context: &RuleContext) -> Option<Check> {
    let profiles = context.profiles.clone();
    let applies = !context.will_convert && !profiles.is_empty();
    applies.then(|| {
        Check::source(ContainerNotAccepted {
            profiles,
            bare_list: context.requires("bare-list"),
            commas: context.requires("commas"),
        })
    })
}

struct ContainerNotAccepted {
    profiles: Vec<Arc<Profile>>,
    /// Targets that do not look for the list of records inside an object.
    bare_list: Vec<TargetFact>,
    /// Targets that read only CSV with commas.
    commas: Vec<TargetFact>,
}

impl SourceRule for ContainerNotAccepted {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let (Some(container), Some(layout)) = (reader.container(), reader.layout()) else {
            return;
        };
        // A file that is not what its name says has that finding.
        let shape = reader.shape.as_ref().ok();
        if shape.and_then(|of| of.discrepancy).is_some_and(is_misnamed) {
            return;
        }
        // A layout that has to be converted has that finding: one conversion gives both.
        let rejecting = self.profiles.iter().filter(|of| of.takes(layout.name()));
        for profile in rejecting.filter(|of| !of.reads(container.as_str())) {
            let impact = Impact::rejected_by(std::slice::from_ref(&profile.name));
            findings.report_at(Location::whole(reader.source), impact, || {
                let command = convert_command(profile, &reader.input.name, layout.name());
                Message::new(words(container, profile)).help(format!(
                    "convert it: `{command}`; or check what the conversion would give: `--will-convert`"
                ))
            });
        }
        self.check_form(source, container, layout.name(), findings);
    }
}

impl ContainerNotAccepted {
    /// Checks the form of a file in a container that the target reads.
    fn check_form(
        &self,
        source: &SourceFacts<'_>,
        container: Container,
        layout: &str,
        findings: &mut Findings<'_>,
    ) {
        let reader = source.reader;
        let delimiter = reader.shape.as_ref().map_or(b',', |shape| shape.delimiter);
        let (facts, what, kind) = match container {
            Container::Json if reader.facts().wrapped && source.request.is_none() => (
                &self.bare_list,
                "list of records inside an object",
                "such files",
            ),
            Container::Csv if delimiter != b',' => (
                &self.commas,
                "cells are not separated by commas",
                "other separators",
            ),
            _ => return,
        };
        for fact in facts {
            let file = Location::whole(reader.source);
            findings.report_at(file, fact.impact(), || {
                Message::new(format!("{what}: {}", fact.describe_effect(kind))).help(format!(
                    "rewrite it: `{}`",
                    rewrite_command(&reader.input.name, layout, "")
                ))
            });
        }
    }
}

/// Whether the file is a container that its name does not say.
fn is_misnamed(discrepancy: Discrepancy) -> bool {
    matches!(
        discrepancy,
        Discrepancy::ListNamedLines | Discrepancy::TableNamedLines
    )
}

fn words(container: Container, profile: &Profile) -> String {
    let reads: Vec<String> = match &profile.reads {
        Some(reads) => reads
            .containers
            .iter()
            .map(|of| noun(of).to_owned())
            .collect(),
        None => vec![noun("jsonl").to_owned()],
    };
    let (name, reads) = (&profile.name, listed(&reads));
    format!("{} file: {name} reads {reads}", noun(container.as_str()))
}

/// A container's name as people write it.
fn noun(container: &str) -> &str {
    match container {
        "jsonl" => "JSON Lines",
        "json" => "JSON",
        "csv" => "CSV",
        "tsv" => "TSV",
        "parquet" => "Parquet",
        "arrow" => "Arrow",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_layouts::provider::profile::by_name;

    #[test]
    fn both_containers_are_named() {
        let openai = by_name("openai").expect("it parses").expect("it exists");
        assert_eq!(
            words(Container::Csv, &openai),
            "CSV file: openai reads JSON Lines"
        );
    }

    #[test]
    fn only_a_misnamed_file_has_another_finding() {
        assert!(is_misnamed(Discrepancy::ListNamedLines));
        assert!(!is_misnamed(Discrepancy::SepLine));
    }
}

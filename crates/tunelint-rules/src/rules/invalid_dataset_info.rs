//! Flags errors in the `dataset_info.json` next to the data, which LLaMA-Factory reads.

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};
use tunelint_data::record::fault::FaultKind;
use tunelint_data::record::json::Kind;
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{printable_path, quoted};
use tunelint_layouts::declared::{Formatting, Problem, ProblemKind, ReadColumn, Site};
use tunelint_layouts::finding::{Consequence, Findings, Impact, Message, Severity};
use tunelint_layouts::provider::limit::listed;

use super::malformed_record::describe;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("invalid-dataset-info", Level::Profile, Scope::Source);

/// Builds the check; `None` if no target reads the file. Without a target, any may.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("dataset-info");
    let is_read = context.profiles.is_empty() || !facts.is_empty();
    is_read.then(|| Check::source(InvalidDatasetInfo { facts }))
}

struct InvalidDatasetInfo {
    /// What the targets that read the file do with data that it does not fit; empty without a
    /// target.
    facts: Vec<TargetFact>,
}

/// How grave a problem is.
#[derive(Clone, Copy)]
enum Gravity {
    /// The trainer stops.
    Fatal,
    /// The trainer ignores the setting.
    Ignored,
    /// It does not concern the sources, or is only for the user to know.
    Harmless(Severity),
}

impl SourceRule for InvalidDatasetInfo {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(declared) = &reader.declared else {
            return;
        };
        for problem in &declared.problems {
            let is_used = reader.options.declared.uses(&declared.path, &problem.entry);
            let place = Location::point(reader.declared_in, problem.at);
            self.report(place, gravity(problem, is_used), findings, || {
                words(problem)
            });
        }
        let entry = declared.entry.as_ref().map_or("", |of| of.name.as_str());
        let file = printable_path(&reader.input.name);
        for column in source.absent_columns {
            let place = Location::point(reader.declared_in, column.at);
            let message = || missing_column(column, entry, &file);
            self.report(place, Gravity::Fatal, findings, message);
        }
    }
}

impl InvalidDatasetInfo {
    fn report(
        &self,
        place: Location,
        gravity: Gravity,
        findings: &mut Findings<'_>,
        words: impl Fn() -> Message,
    ) {
        let severity = match gravity {
            Gravity::Fatal | Gravity::Ignored => Severity::Warning,
            Gravity::Harmless(severity) => severity,
        };
        if self.facts.is_empty() {
            return findings.report_at(place, severity, words);
        }
        for fact in &self.facts {
            let impact = match gravity {
                Gravity::Fatal => fact.impact(),
                Gravity::Ignored => Impact::from(severity).consequence(Consequence::Ignored),
                Gravity::Harmless(_) => Impact::from(severity).consequence(Consequence::Quality),
            };
            findings.report_at(place.clone(), impact.of(&fact.targets), &words);
        }
    }
}

/// How grave a problem is; `is_used` tells whether a source is read with its entry.
fn gravity(problem: &Problem, is_used: bool) -> Gravity {
    let of_entry = match is_used || problem.entry.is_empty() {
        true => Gravity::Fatal,
        false => Gravity::Harmless(Severity::Warning),
    };
    match &problem.kind {
        // Python takes the last of two keys.
        ProblemKind::Malformed(fault) if fault.kind == FaultKind::DuplicateKey => {
            Gravity::Harmless(Severity::Warning)
        }
        ProblemKind::MissingFile(_) => Gravity::Harmless(Severity::Warning),
        ProblemKind::UnknownKey { .. } if is_used => Gravity::Ignored,
        ProblemKind::UnknownKey { .. } => Gravity::Harmless(Severity::Warning),
        ProblemKind::SharedFile { .. } | ProblemKind::NotMapped(_) => {
            Gravity::Harmless(Severity::Advice)
        }
        _ => of_entry,
    }
}

/// The message for a problem that does not depend on the records.
fn words(problem: &Problem) -> Message {
    let entry = quoted(&problem.entry, 40);
    match &problem.kind {
        ProblemKind::Malformed(fault) => Message::new(describe(fault)),
        ProblemKind::InvalidUtf8 => Message::new("invalid UTF-8").help("save the file as UTF-8"),
        ProblemKind::NotAnObject(found) => not_an_object(problem, *found),
        ProblemKind::WrongType {
            key,
            found,
            expected,
        } => {
            let (found, expected) = (found.describe(), expected.describe());
            Message::new(format!(
                "expected {expected} as `{key}` of the entry {entry}, found {found}"
            ))
        }
        ProblemKind::UnknownFormatting(name) => {
            let name = quoted(name, 40);
            let known = Formatting::NAMES.join(", ");
            Message::new(format!("unknown formatting {name} of the entry {entry}"))
                .help(format!("use one of {known}"))
        }
        ProblemKind::UnknownKey { site, name, near } => unknown_key(*site, name, *near, &entry),
        ProblemKind::MissingFile(name) => {
            let name = quoted(name, 60);
            Message::new(format!(
                "the entry {entry} names {name}, which does not exist"
            ))
            .help("correct `file_name`, or remove the entry")
        }
        ProblemKind::RankingWithout(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let keys = listed(&keys);
            Message::new(format!(
                "`ranking` of the entry {entry} without {keys} in `columns`"
            ))
            .help(format!("name {keys} in `columns`, or remove `ranking`"))
        }
        ProblemKind::SharedFile { used } => {
            let used = quoted(used, 40);
            Message::new(format!(
                "the entries {used} and {entry} name the same file with different settings"
            ))
            .help(format!(
                "the file was read with {used}; set `--layout` to read it otherwise"
            ))
        }
        ProblemKind::NotMapped(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            Message::new(format!(
                "tunelint does not read these settings of the entry {entry}: {}",
                keys.join(", ")
            ))
        }
    }
}

fn not_an_object(problem: &Problem, found: Kind) -> Message {
    let expected = match problem.entry.as_str() {
        "" => "expected an object of entries".to_owned(),
        entry => format!("expected an object as the entry {}", quoted(entry, 40)),
    };
    Message::new(format!("{expected}, found {}", found.describe()))
}

fn unknown_key(site: Site, name: &str, near: Option<&str>, entry: &str) -> Message {
    let site = match site {
        Site::Entry => "",
        Site::Columns => "`columns` of ",
        Site::Tags => "`tags` of ",
    };
    let name = quoted(name, 40);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove it, since nothing reads it".to_owned(),
    };
    Message::new(format!("unknown key {name} in {site}the entry {entry}")).help(help)
}

fn missing_column(column: &ReadColumn, entry: &str, file: &str) -> Message {
    let ReadColumn {
        key,
        name,
        is_default,
        ..
    } = column;
    let (name, entry) = (quoted(name, 40), quoted(entry, 40));
    let (how, help) = match is_default {
        true => (
            " by default",
            "name the columns of the file in `columns`".to_owned(),
        ),
        false => ("", format!("correct `{key}` in `columns`, or remove it")),
    };
    Message::new(format!(
        "no record of {file} has the column {name}, which the entry {entry} reads as `{key}`{how}"
    ))
    .help(help)
}

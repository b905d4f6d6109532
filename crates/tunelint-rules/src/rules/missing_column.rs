//! A table or records of which no column can be told to be the input or the output.

use super::missing_header::{self, listed};
use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{is_hidden, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::{ColumnRole, MappingProblem};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(MissingColumn))
}

struct MissingColumn;

impl SourceRule for MissingColumn {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(problem) = &reader.mapping.problem else {
            return;
        };
        if !matches!(problem, MappingProblem::HeaderLooksLikeData { .. }) {
            let file = Location::whole(reader.source);
            findings.report_at(file, Severity::Error, || words(problem));
        }
    }
}

/// What is wrong with the columns, and what to do.
pub fn words(problem: &MappingProblem) -> Message {
    match problem {
        MappingProblem::HeaderLooksLikeData { cells } => missing_header::words(cells),
        MappingProblem::Unmapped {
            role,
            likely,
            columns,
        } => unmapped(*role, likely.as_deref(), columns),
        MappingProblem::NoFields => Message::new("the records are objects without any field")
            .help("check that the export worked"),
        MappingProblem::ReadByName { input, output } => Message::new(format!(
            "no provider takes records with {} and {}; they were read as input and output",
            quoted(input, 30),
            quoted(output, 30)
        ))
        .help(format!(
            "rename them with `tunelint convert IN -o OUT.jsonl --to pairs --input {} --output {}`",
            shell_word(input),
            shell_word(output)
        )),
        MappingProblem::UnknownLayout { fields } => Message::new(format!(
            "the records are in no layout that is known: they have {}",
            listed(fields)
        ))
        .help(format!(
            "looked for {LOOKED_FOR}; name the fields with `--input` and `--output`"
        )),
    }
}

/// The best known fields of the layouts.
const LOOKED_FOR: &str = "`text_input`/`output`, `prompt`/`completion`, `messages`, `contents`, `conversations`, `instruction`";

fn unmapped(role: ColumnRole, likely: Option<&str>, columns: &[String]) -> Message {
    let (name, option) = match role {
        ColumnRole::Input => ("input", "--input"),
        ColumnRole::Output => ("output", "--output"),
    };
    let choice: String = likely
        .unwrap_or("COLUMN")
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(40)
        .collect();
    let known = role.names();
    let asked = known.get(..6).unwrap_or(known).join("`, `");
    Message::new(format!(
        "no column can be told to be the {name}: there are {}",
        listed(columns)
    ))
    .help(format!(
        "name it with `{option} {}`, or rename it; looked for `{asked}` and the like",
        shell_word(&choice)
    ))
}

fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

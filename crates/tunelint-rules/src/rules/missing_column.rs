//! Flags sources without a known input or output: no such column, or an unknown layout.

use super::missing_header::{self, listed};
use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{is_hidden, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::{ColumnRole, MappingProblem};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the check; never `None`.
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

/// The message for a problem with the columns. `convert` shows it too.
pub fn words(problem: &MappingProblem) -> Message {
    match problem {
        MappingProblem::HeaderLooksLikeData { cells } => missing_header::message_for(cells),
        MappingProblem::Unmapped {
            role,
            likely,
            columns,
        } => unmapped(*role, likely.as_deref(), columns),
        MappingProblem::NoFields => Message::new("records without fields").help("check the export"),
        MappingProblem::ReadByName { input, output } => Message::new(format!(
            "no provider accepts records with {} and {} (read as input and output)",
            quoted(input, 30),
            quoted(output, 30)
        ))
        .help(format!(
            "rename them with `tunelint convert IN -o OUT.jsonl --to pairs --input {} --output {}`",
            shell_word(input),
            shell_word(output)
        )),
        MappingProblem::UnknownLayout { fields } => {
            Message::new(format!("unknown layout with fields {}", listed(fields))).help(format!(
                "set the fields with `--input` and `--output`; looked for {LOOKED_FOR}"
            ))
        }
    }
}

/// The fields of the most common layouts.
const LOOKED_FOR: &str = "`text_input`/`output`, `prompt`/`completion`, `messages`, `contents`, `conversations`, `instruction`";

fn unmapped(role: ColumnRole, likely: Option<&str>, columns: &[String]) -> Message {
    let (name, option) = match role {
        ColumnRole::Input => ("input", "--input"),
        ColumnRole::Output => ("output", "--output"),
    };
    let column: String = likely
        .unwrap_or("COLUMN")
        .chars()
        .filter(|c| !is_hidden(*c))
        .take(40)
        .collect();
    let known = role.names();
    let examples = known.get(..6).unwrap_or(known).join("`, `");
    Message::new(format!(
        "cannot tell which column is the {name}; found {}",
        listed(columns)
    ))
    .help(format!(
        "set it with `{option} {}`, or rename the column; looked for `{examples}` and similar names",
        shell_word(&column)
    ))
}

/// `word`, in single quotes where a shell needs them.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

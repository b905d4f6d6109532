//! Flags sources without a known input or output: no such column, or an unknown layout.

use std::path::Path;

use super::missing_header::{self, listed};
use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{is_hidden, quoted, shell_quoted};
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::fit::rewrite_command;
use tunelint_layouts::reader::{ColumnRole, MappingProblem};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
)
.consequence(Consequence::Rejected);

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
        if problem.first_row().is_none() {
            let file = Location::whole(reader.source);
            findings.report_at(file, Severity::Error, || words(problem, &reader.input.name));
        }
    }
}

/// The message for a problem with the columns. `convert` shows it too.
pub fn words(problem: &MappingProblem, path: &Path) -> Message {
    match problem {
        MappingProblem::HeaderLooksLikeData { cells } => missing_header::message_for(cells, false),
        MappingProblem::HeaderIsComment { cells } => missing_header::message_for(cells, true),
        MappingProblem::Unmapped {
            role,
            likely,
            columns,
        } => unmapped(*role, likely.as_deref(), columns),
        MappingProblem::NoFields => Message::new("records without fields").help("check the export"),
        MappingProblem::ReadByName { input, output } => read_by_name(input, output, path),
        MappingProblem::UnknownLayout { fields } if is_one_conversation(fields) => {
            Message::new("the list is one conversation, not a list of records")
                .help("put it in another list, or in the field `messages` of an object")
        }
        MappingProblem::UnknownLayout { fields } => {
            Message::new(format!("unknown layout with fields {}", listed(fields))).help(format!(
                "set the fields with `--input` and `--output`; looked for {LOOKED_FOR}"
            ))
        }
    }
}

/// Whether the records are the messages of a conversation.
fn is_one_conversation(fields: &[String]) -> bool {
    let has = |name: &str| fields.iter().any(|field| field == name);
    has("role") && has("content") || has("from") && has("value")
}

fn read_by_name(input: &[String], output: &str, path: &Path) -> Message {
    let names: Vec<String> = input.iter().map(|name| quoted(name, 30)).collect();
    let option = match input {
        [name] => format!(" --input {}", shell_quoted(name)),
        names => {
            let lines: Vec<String> = names.iter().map(|of| format!("{of}: {{{of}}}")).collect();
            format!(" --input-template {}", shell_quoted(&lines.join("\\n")))
        }
    };
    Message::new(format!(
        "no layout has fields called {} and {} (read as input and output)",
        names.join(", "),
        quoted(output, 30)
    ))
    .help(format!(
        "rename them: `{} --output {}`",
        rewrite_command(path, "pairs", &option),
        shell_quoted(output)
    ))
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
        shell_quoted(&column)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_column_can_be_pasted() {
        let help = |likely| {
            let message = unmapped(ColumnRole::Output, likely, &["a".to_owned()]);
            let help = message.advice().unwrap();
            help.split_once(", or rename").unwrap().0.to_owned()
        };
        assert_eq!(help(None), "set it with `--output COLUMN`");
        assert_eq!(help(Some("My class")), "set it with `--output 'My class'`");
        // Hidden characters do not reach the terminal.
        assert_eq!(help(Some("la\u{1b}bel")), "set it with `--output label`");
        let shown = format!("set it with `--output {}`", "x".repeat(40));
        assert_eq!(help(Some(&"x".repeat(41))), shown);
    }

    #[test]
    fn fields_read_by_name_can_be_renamed_as_suggested() {
        let path = Path::new("my data.jsonl");
        let help = |input: &[&str]| {
            let input: Vec<String> = input.iter().map(|name| (*name).to_owned()).collect();
            let message = read_by_name(&input, "answer", path);
            message.advice().unwrap().to_owned()
        };
        assert_eq!(
            help(&["question"]),
            "rename them: `tunelint convert 'my data.jsonl' -o 'my data-rewritten.jsonl' --to pairs --input question --output answer`"
        );
        assert!(help(&["question", "context"]).contains(
            r"--input-template 'question: {question}\ncontext: {context}' --output answer"
        ));
    }

    #[test]
    fn the_names_looked_for_depend_on_the_side() {
        let message = unmapped(ColumnRole::Input, None, &["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            message.text(),
            "cannot tell which column is the input; found `a`, `b`"
        );
        assert_eq!(
            message.advice(),
            Some(
                "set it with `--input COLUMN`, or rename the column; looked for `text_input`, `input_text`, `prompt`, `question`, `instruction`, `input` and similar names"
            )
        );
    }
}

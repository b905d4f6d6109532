//! Flags sources without a known input or output: no such column, or an unknown layout.

use std::path::Path;

use super::missing_header::{self, listed};
use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::record::row::normal_name;
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, is_hidden, quoted, shell_quoted};
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::fit::rewrite_command;
use tunelint_layouts::reader::{ColumnRole, Likely, MappingProblem, Misspelled};

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
        MappingProblem::HeaderLooksLikeData { cells, delimiter } => {
            missing_header::looks_like_data(cells, *delimiter)
        }
        MappingProblem::HeaderIsComment { cells, delimiter } => {
            missing_header::is_comment(cells, *delimiter)
        }
        MappingProblem::Unmapped {
            role,
            both,
            likely,
            columns,
        } => unmapped(*role, *both, likely, columns),
        MappingProblem::NoFields => Message::new("records without fields").help("check the export"),
        MappingProblem::ReadByName { input, output } => read_by_name(input, output, path),
        MappingProblem::UnknownLayout { fields, .. } if is_one_conversation(fields) => {
            Message::new("the list is one conversation, not a list of records")
                .help("put it in another list, or in the field `messages` of an object")
        }
        MappingProblem::UnknownLayout { fields, likely } => unknown_layout(fields, likely, None),
        MappingProblem::MissingSide {
            fields,
            misspelled: Some(misspelled),
            first,
            ..
        } => renamed(misspelled, fields, *first),
        MappingProblem::MissingSide {
            fields,
            likely,
            first,
            ..
        } => unknown_layout(fields, likely, *first),
    }
}

/// The message for a field under a similar name, which is what the consumer of the file needs renamed.
fn renamed(misspelled: &Misspelled, fields: &[String], first: Option<usize>) -> Message {
    let [wanted, near] = [&misspelled.wanted, &misspelled.near].map(|name| quoted(name, 40));
    Message::new(format!(
        "no field {wanted}{}; found {}",
        where_sought(first),
        listed(fields)
    ))
    .help(format!("rename {near} to {wanted} if it is the same field"))
}

/// The records that were looked at, if there may be more.
fn where_sought(first: Option<usize>) -> String {
    first.map_or_else(String::new, |count| {
        format!(" in the first {}", counted(count as u64, "record"))
    })
}

fn unknown_layout(fields: &[String], likely: &Likely, first: Option<usize>) -> Message {
    let options = match (
        argument("--input", &likely.input),
        argument("--output", &likely.output),
    ) {
        (Some(input), Some(output)) => format!("`{input} {output}`"),
        (Some(input), None) => format!("`{input}` and `--output`"),
        (None, Some(output)) => format!("`--input` and `{output}`"),
        (None, None) => "`--input` and `--output`".to_owned(),
    };
    let sides = [ColumnRole::Input, ColumnRole::Output].map(|role| has_name(fields, role));
    let problem = match sides {
        [true, true] => "cannot tell which fields are prompt and response",
        [true, false] => "no response field recognized",
        [false, true] => "no prompt field recognized",
        [false, false] => "no prompt and response fields recognized",
    };
    let place = where_sought(first);
    Message::new(format!("{problem}{place}; found {}", listed(fields))).help(format!(
        "set the fields with {options}; looked for {LOOKED_FOR}"
    ))
}

/// An option with the column that can be given to it, as it is written in a command.
fn argument(option: &str, column: &Option<String>) -> Option<String> {
    let column = column.as_ref().filter(|name| !name.contains(is_hidden))?;
    // After a space, a value with a dash is read as another option.
    let between = if column.starts_with('-') { '=' } else { ' ' };
    Some(format!("{option}{between}{}", shell_quoted(column)))
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

fn unmapped(role: ColumnRole, both: bool, likely: &Likely, columns: &[String]) -> Message {
    let option = |role: ColumnRole| {
        let (option, column) = match role {
            ColumnRole::Input => ("--input", &likely.input),
            ColumnRole::Output => ("--output", &likely.output),
        };
        argument(option, column).unwrap_or_else(|| format!("{option} COLUMN"))
    };
    let (columns_are, options, known) = match (both, role) {
        (true, _) => {
            let sides = [ColumnRole::Input, ColumnRole::Output];
            let known = sides.map(|role| role.names().get(..3).unwrap_or_default());
            (
                "columns are input and output",
                sides.map(option).join(" "),
                known.concat(),
            )
        }
        (false, role) => (
            match role {
                ColumnRole::Input => "column is the input",
                ColumnRole::Output => "column is the output",
            },
            option(role),
            role.names().get(..6).unwrap_or_default().to_vec(),
        ),
    };
    let (it, rename) = match both {
        true => ("them", "rename the columns"),
        false => ("it", "rename the column"),
    };
    Message::new(format!(
        "cannot tell which {columns_are}; found {}",
        listed(columns)
    ))
    .help(format!(
        "set {it} with `{options}`, or {rename}; looked for `{}` and similar names",
        known.join("`, `")
    ))
}

/// Whether one of the fields has a well-known name for `role`.
fn has_name(fields: &[String], role: ColumnRole) -> bool {
    // One letter names anything.
    let names = fields.iter().map(|name| normal_name(name));
    let mut names = names.filter(|name| name.chars().nth(1).is_some());
    names.any(|name| role.names().contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_column_can_be_pasted() {
        let help = |likely: Option<&str>| {
            let likely = Likely {
                input: None,
                output: likely.map(str::to_owned),
            };
            let message = unmapped(ColumnRole::Output, false, &likely, &["a".to_owned()]);
            let help = message.advice().unwrap();
            help.split_once(", or rename").unwrap().0.to_owned()
        };
        assert_eq!(help(None), "set it with `--output COLUMN`");
        assert_eq!(help(Some("My class")), "set it with `--output 'My class'`");
        // Hidden characters do not reach the terminal, and a name without them is another one.
        assert_eq!(help(Some("la\u{1b}bel")), "set it with `--output COLUMN`");
        let long = "x".repeat(90);
        assert_eq!(help(Some(&long)), format!("set it with `--output {long}`"));
        assert_eq!(help(Some("--foo")), "set it with `--output=--foo`");
        assert_eq!(help(Some("-x y")), "set it with `--output='-x y'`");
    }

    #[test]
    fn a_missing_side_is_renamed_or_set() {
        let said = |misspelled: Option<Misspelled>, first: Option<usize>| {
            let problem = MappingProblem::MissingSide {
                fields: vec!["text_input".to_owned(), "ouput".to_owned()],
                misspelled,
                likely: Likely {
                    input: Some("text_input".to_owned()),
                    output: Some("ouput".to_owned()),
                },
                first,
            };
            let message = words(&problem, Path::new("a.jsonl"));
            (
                message.text().to_owned(),
                message.advice().unwrap().to_owned(),
            )
        };
        let misspelled = Misspelled {
            wanted: "output".to_owned(),
            near: "ouput".to_owned(),
        };
        let (text, help) = said(Some(misspelled), None);
        assert_eq!(text, "no field `output`; found `text_input`, `ouput`");
        assert_eq!(help, "rename `ouput` to `output` if it is the same field");
        let (text, help) = said(None, Some(64));
        assert_eq!(
            text,
            "no response field recognized in the first 64 records; found `text_input`, `ouput`"
        );
        assert!(
            help.contains("`--input text_input --output ouput`"),
            "{help}"
        );
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
        let message = unmapped(
            ColumnRole::Input,
            false,
            &Likely::default(),
            &["a".to_owned(), "b".to_owned()],
        );
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

    #[test]
    fn both_columns_are_asked_for_at_once() {
        let of = |input: Option<&str>, output: Option<&str>| {
            let likely = Likely {
                input: input.map(str::to_owned),
                output: output.map(str::to_owned),
            };
            unmapped(
                ColumnRole::Input,
                true,
                &likely,
                &["a".to_owned(), "b".to_owned()],
            )
        };
        assert_eq!(
            of(None, None).text(),
            "cannot tell which columns are input and output; found `a`, `b`"
        );
        let help = |input, output| of(input, output).advice().unwrap().to_owned();
        assert_eq!(
            help(None, None),
            "set them with `--input COLUMN --output COLUMN`, or rename the columns; looked for `text_input`, `input_text`, `prompt`, `output`, `output_text`, `completion` and similar names"
        );
        assert!(help(Some("b"), None).starts_with("set them with `--input b --output COLUMN`,"));
        assert!(help(Some("b"), Some("a")).starts_with("set them with `--input b --output a`,"));
    }
}

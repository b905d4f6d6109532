//! Which layout a file is in, and which of its columns are input and output.

use std::sync::Arc;

use super::{OpenError, ReadOptions, Reader, mapped_pairs};
use crate::json::Parser;
use crate::layout::{self, Binding, Layout};
use crate::printable::quoted;
use crate::record::Body;
use crate::row::normal_name;
use crate::source::{Piece, PieceKind};

/// Names under which people keep what the model reads, the most telling first.
pub const INPUT_NAMES: [&str; 14] = [
    "text_input",
    "input_text",
    "input",
    "prompt",
    "question",
    "instruction",
    "text",
    "query",
    "context",
    "user",
    "source",
    "message",
    "utterance",
    "document",
];

/// Names under which people keep what it is taught to write, the most telling first.
pub const OUTPUT_NAMES: [&str; 16] = [
    "output",
    "output_text",
    "completion",
    "answer",
    "response",
    "label",
    "category",
    "target",
    "intent",
    "summary",
    "class",
    "sentiment",
    "assistant",
    "reply",
    "translation",
    "expected",
];

/// How records become examples.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The layout, if there is one.
    pub layout: Option<Arc<dyn Layout>>,
    /// How it was decided, for the summary.
    pub evidence: String,
    /// The names are the user's, not the layout's own.
    pub mapped: bool,
    /// What could not be decided, and is to be reported once.
    pub problem: Option<Problem>,
}

/// Why the columns cannot be mapped, or only by a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule that reports it.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Records that are looked at to find out the layout.
const SAMPLE: usize = 64;

impl Mapping {
    /// Nothing is known.
    pub(super) fn none() -> Self {
        Self {
            layout: None,
            evidence: String::new(),
            mapped: false,
            problem: None,
        }
    }

    fn of(layout: Arc<dyn Layout>, evidence: impl Into<String>) -> Self {
        Self {
            layout: Some(layout),
            evidence: evidence.into(),
            mapped: false,
            problem: None,
        }
    }

    fn mapped(layout: Arc<dyn Layout>, evidence: String) -> Self {
        Self {
            mapped: true,
            ..Self::of(layout, evidence)
        }
    }

    fn problem(rule: &'static str, message: String, help: String) -> Self {
        Self {
            problem: Some(Problem {
                rule,
                message,
                help,
            }),
            ..Self::none()
        }
    }
}

/// Decides how the records of an opened source become examples.
pub(super) fn map(reader: &Reader, options: &ReadOptions) -> Result<Mapping, OpenError> {
    let Some(container) = reader.container() else {
        return Ok(Mapping::none());
    };
    let names = if container.has_rows() {
        reader.header.names.clone()
    } else {
        sample_names(reader)
    };
    if options.input.is_some() || options.output.is_some() {
        return by_wish(&names, options, container.has_rows());
    }
    let rows = container.has_rows();
    // A table in the layout of pairs may have any of the well-known names.
    let named = options
        .layout
        .as_ref()
        .is_some_and(|layout| layout.name() == "pairs");
    if options.system.is_some() || named && rows && layout_of_header(&names).is_none() {
        return by_wish(&names, options, rows);
    }
    if let Some(layout) = &options.layout {
        return Ok(Mapping::of(Arc::clone(layout), "as given"));
    }
    Ok(if container.has_rows() {
        by_header(&names)
    } else {
        by_sample(reader, &names)
    })
}

/// The names in the first records that can be read, in the order in which they are met.
fn sample_names(reader: &Reader) -> Vec<String> {
    /// More names than this are data, not fields.
    const MOST_NAMES: usize = 200;
    let mut names: Vec<String> = Vec::new();
    each_sample(reader, |body| {
        for (name, _) in body.names() {
            if names.len() < MOST_NAMES && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    });
    names
}

fn each_sample(reader: &Reader, mut take: impl FnMut(&Body<'_>)) {
    let mut parser = Parser::new();
    // A first record that is larger than the sample stands in the first batch.
    let is_record = |piece: &&Piece| matches!(piece.kind, PieceKind::Record);
    let sampled = reader.sample.pieces.iter().any(|piece| is_record(&piece));
    let (batch, most) = match reader.first.last() {
        Some(first) if !sampled => (first, 1),
        _ => (&reader.sample, SAMPLE),
    };
    for piece in batch.pieces.iter().filter(is_record).take(most) {
        let text = batch
            .bytes
            .get(piece.from..piece.to)
            .and_then(|raw| std::str::from_utf8(raw).ok());
        if let Some(json) = text.and_then(|text| parser.parse(text).ok()) {
            take(&Body::Json(json));
        }
    }
}

/// The columns that the user named.
fn by_wish(names: &[String], options: &ReadOptions, rows: bool) -> Result<Mapping, OpenError> {
    let find = |known: &[&str]| well_known(names, known).map(Binding::Name);
    let input = options.input.clone().or_else(|| find(&INPUT_NAMES));
    let output = options.output.clone().or_else(|| find(&OUTPUT_NAMES));
    let wanted = [input.as_ref(), output.as_ref()]
        .into_iter()
        .flatten()
        .flat_map(Binding::columns);
    for name in wanted.chain(options.system.clone()) {
        let exists = names
            .iter()
            .any(|have| have == &name || rows && normal_name(have) == normal_name(&name));
        if !exists && !names.is_empty() {
            return Err(OpenError::NoColumn {
                name,
                columns: names.to_vec(),
            });
        }
    }
    Ok(match (input, output) {
        (Some(input), Some(output)) => Mapping::mapped(
            mapped_pairs(input, output, options.system.clone()),
            "columns as given".to_owned(),
        ),
        (None, _) => unmapped(names, "input", "--input"),
        (_, None) => unmapped(names, "output", "--output"),
    })
}

fn well_known(names: &[String], known: &[&str]) -> Option<String> {
    known
        .iter()
        .find_map(|known| names.iter().find(|name| normal_name(name) == *known))
        .cloned()
}

/// The columns of a table.
fn by_header(names: &[String]) -> Mapping {
    if names.iter().all(String::is_empty) {
        // There is no header: `no-records` says so.
        return Mapping::none();
    }
    if let Some(layout) = layout_of_header(names) {
        return Mapping::of(layout, "from the header");
    }
    match (
        well_known(names, &INPUT_NAMES),
        well_known(names, &OUTPUT_NAMES),
    ) {
        (Some(input), Some(output)) => {
            let evidence = format!("columns {} and {}", quoted(&input, 30), quoted(&output, 30));
            Mapping::mapped(
                mapped_pairs(Binding::Name(input), Binding::Name(output), None),
                evidence,
            )
        }
        _ if looks_like_data(names) => Mapping::problem(
            "missing-header",
            format!(
                "the first row looks like data, not like the names of columns: {}",
                listed(names)
            ),
            "put a header in front, such as `input,output`".to_owned(),
        ),
        (None, _) => unmapped(names, "input", "--input"),
        (_, None) => unmapped(names, "output", "--output"),
    }
}

/// The layout whose own names the header has.
fn layout_of_header(names: &[String]) -> Option<Arc<dyn Layout>> {
    let has = |name: &str| names.iter().any(|have| normal_name(have) == name);
    let complete = |layout: &Arc<dyn Layout>| match layout.name() {
        "pairs" => (has("text_input") || has("input")) && has("output") && !has("instruction"),
        "prompt-completion" => has("prompt") && has("completion"),
        "alpaca" => has("instruction") && has("output"),
        "palm" => has("input_text") && has("output_text"),
        "preference" => has("prompt") && has("chosen") && has("rejected"),
        "text" => has("text") && names.len() == 1,
        _ => false,
    };
    layout::all().into_iter().find(complete)
}

/// Whether a header is more likely a row of data.
fn looks_like_data(names: &[String]) -> bool {
    let data = |name: &String| {
        let words = name.split_whitespace().count();
        name.parse::<f64>().is_ok()
            || words > 4
            || name.chars().count() > 40
            || name.ends_with(['?', '.', '!'])
    };
    let known = |name: &String| {
        let name = normal_name(name);
        INPUT_NAMES.contains(&name.as_str()) || OUTPUT_NAMES.contains(&name.as_str())
    };
    names.iter().any(data) && !names.iter().any(known)
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(12).map(|name| quoted(name, 30)).collect();
    let more = names.len().saturating_sub(12);
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

/// No column can be told to be the input, or the output.
fn unmapped(names: &[String], role: &str, option: &str) -> Mapping {
    let known: &[&str] = if role == "input" {
        &INPUT_NAMES
    } else {
        &OUTPUT_NAMES
    };
    let near = names.iter().find(|name| {
        known
            .iter()
            .any(|known| strsim::damerau_levenshtein(&normal_name(name), known) == 1)
    });
    // People write the question first and the answer last.
    let likely = if role == "input" {
        names.first()
    } else {
        names.last()
    };
    let choice = near.or(likely).map_or("COLUMN", String::as_str);
    let choice: String = choice
        .chars()
        .filter(|c| !crate::printable::is_hidden(*c))
        .take(40)
        .collect();
    let asked = known.get(..6).unwrap_or(known).join("`, `");
    Mapping::problem(
        "missing-column",
        format!(
            "no column can be told to be the {role}: there are {}",
            listed(names)
        ),
        format!(
            "name it with `{option} {}`, or rename it; looked for `{asked}` and the like",
            shell_word(&choice)
        ),
    )
}

fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The layout of JSON records: that of most of the first.
fn by_sample(reader: &Reader, names: &[String]) -> Mapping {
    let layouts = layout::all();
    let mut votes = vec![0_usize; layouts.len()];
    let mut sampled = 0;
    each_sample(reader, |body| {
        sampled += 1;
        let found = layouts.iter().position(|layout| layout.recognises(body));
        if let Some(vote) = found.and_then(|at| votes.get_mut(at)) {
            *vote += 1;
        }
    });
    let best = votes
        .iter()
        .zip(&layouts)
        .rev()
        .max_by_key(|(votes, _)| **votes);
    if let Some((votes, layout)) = best.filter(|(votes, _)| **votes > 0) {
        let evidence = match (*votes, sampled) {
            (all, of) if all == of => format!(
                "from the first {}",
                crate::printable::counted(of as u64, "record")
            ),
            (some, of) => format!("{some} of the first {of} records"),
        };
        return Mapping::of(Arc::clone(layout), evidence);
    }
    match (names.is_empty(), sampled) {
        // No record could be read: each of them was reported.
        (true, 0) => Mapping::none(),
        (true, _) => Mapping::problem(
            "missing-column",
            "the records are objects without any field".to_owned(),
            "check that the export worked".to_owned(),
        ),
        (false, _) => unknown_layout(names),
    }
}

/// Records in no known layout: read by well-known names where there are some, and said once.
fn unknown_layout(names: &[String]) -> Mapping {
    let looked = "`text_input`/`output`, `prompt`/`completion`, `messages`, `contents`, `conversations`, `instruction`";
    match (
        well_known(names, &INPUT_NAMES),
        well_known(names, &OUTPUT_NAMES),
    ) {
        (Some(input), Some(output)) => {
            let (input_name, output_name) = (quoted(&input, 30), quoted(&output, 30));
            let problem = Problem {
                rule: "missing-column",
                message: format!(
                    "no provider takes records with {input_name} and {output_name}; they were read as input and output"
                ),
                help: format!(
                    "rename them with `tunelint convert IN -o OUT.jsonl --to pairs --input {} --output {}`",
                    shell_word(&input),
                    shell_word(&output)
                ),
            };
            let evidence = format!("fields {input_name} and {output_name}");
            let layout = mapped_pairs(Binding::Name(input), Binding::Name(output), None);
            Mapping {
                problem: Some(problem),
                ..Mapping::mapped(layout, evidence)
            }
        }
        _ => Mapping::problem(
            "missing-column",
            format!(
                "the records are in no layout that is known: they have {}",
                listed(names)
            ),
            format!("looked for {looked}; name the fields with `--input` and `--output`"),
        ),
    }
}

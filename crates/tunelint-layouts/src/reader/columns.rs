//! Detects the layout of a file, and its input and output columns.

use std::sync::Arc;

use super::field_values::FieldValues;
use super::mapping::{
    CONTEXT_NAMES, ColumnRole, INPUT_NAMES, Mapping, MappingProblem, OUTPUT_NAMES, is_comment,
};
use super::options::{OpenError, ReadOptions};
use crate::declared::{Entry, FILE_NAME, Reading};
use crate::layout::mismatch::{Mismatch, MismatchKind, Mismatches};
use crate::layout::{self, Binding, Layout, Pairs, Template};
use tunelint_data::record::json::{Kind, Parser};
use tunelint_data::record::roles::RoleAliases;
use tunelint_data::record::row::{Header, RowParser, normal_name};
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::source::{Batch, Container, Piece, PieceKind};
use tunelint_data::text::position::{Position, SourceId};
use tunelint_data::text::printable::quoted;

/// The start of a source, from which its layout and columns are detected.
pub(super) struct Sample<'r> {
    /// The container; `None` if the file is unsupported.
    pub container: Option<Container>,
    /// The header of a table.
    pub header: &'r Header,
    /// What separates its cells.
    pub delimiter: u8,
    /// The records at the start of the source.
    pub batch: &'r Batch,
    /// The first batch with a record. Used if the sample has none, because the first record is
    /// larger than the sample.
    pub first: Option<&'r Batch>,
}

/// Names of a field with the answers to choose from. Without them, a question has no answer.
const CHOICES: [&str; 3] = ["choices", "options", "candidates"];

/// The number of records from which the layout is detected.
const SAMPLE: usize = 64;

/// Determines the mapping of an opened source. The user's columns take precedence over the user's
/// layout, that over the entry about the source in a `dataset_info.json`, and that over detection.
///
/// # Errors
/// A column in `options` that the source does not have.
pub(super) fn map(
    sample: &Sample<'_>,
    options: &ReadOptions,
    entry: Option<&Entry>,
) -> Result<Mapping, OpenError> {
    let Some(container) = sample.container else {
        return Ok(Mapping::none());
    };
    let names = if container.has_rows() {
        sample.header.names.clone()
    } else {
        sample_names(sample)
    };
    let mut role_aliases = options.role_aliases.clone();
    let entry = entry.filter(|_| !options.sets_mapping());
    let declared = entry.and_then(|entry| Some((entry, entry.reading(&names)?)));
    let mapping = match declared {
        Some((entry, reading)) => {
            role_aliases.extend(&reading.role_aliases);
            by_entry(entry, reading)
        }
        None => map_names(sample, container, &names, options)?,
    };
    Ok(Mapping {
        names,
        role_aliases,
        ..mapping
    })
}

/// The mapping that an entry of a `dataset_info.json` gives.
fn by_entry(entry: &Entry, reading: Reading) -> Mapping {
    let evidence = format!("{} in {FILE_NAME}", quoted(&entry.name, 30));
    Mapping {
        mapped: reading.mapped,
        tag: reading.tag,
        ..Mapping::of(reading.layout, evidence)
    }
}

fn map_names(
    sample: &Sample<'_>,
    container: Container,
    names: &[String],
    options: &ReadOptions,
) -> Result<Mapping, OpenError> {
    if options.input.is_some() || options.output.is_some() {
        return by_options(names, options, container.has_rows());
    }
    let rows = container.has_rows();
    // With an explicit layout that maps columns, a table may still have any of the well-known
    // names.
    let named = options
        .layout
        .as_ref()
        .is_some_and(|layout| layout.maps_columns());
    if options.system.is_some() || named && rows && layout_of_header(names).is_none() {
        return by_options(names, options, rows);
    }
    if let Some(layout) = &options.layout {
        return Ok(Mapping::of(Arc::clone(layout), "set by the user"));
    }
    let prompts = options.prompts_only.then(|| as_prompts(sample, names));
    Ok(match prompts.flatten() {
        Some(mapping) => mapping,
        None if rows => by_header(sample, names),
        None => by_sample(sample, names),
    })
}

/// The field names in the sampled records, in the order of occurrence.
fn sample_names(sample: &Sample<'_>) -> Vec<String> {
    /// A file with more names than this uses data as keys.
    const MAX_NAMES: usize = 200;
    let mut names: Vec<String> = Vec::new();
    each_sample(sample, |body| {
        for (name, _) in body.names() {
            if names.len() < MAX_NAMES && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    });
    names
}

/// Passes every sampled record that can be parsed to `take`.
fn each_sample(sample: &Sample<'_>, mut take: impl FnMut(&Body<'_>)) {
    let mut parser = Parser::new();
    // A first record that is larger than the sample is in the first batch instead.
    let is_record = |piece: &&Piece| matches!(piece.kind, PieceKind::Record);
    let sampled = sample.batch.pieces.iter().any(|piece| is_record(&piece));
    let (batch, most) = match sample.first {
        Some(first) if !sampled => (first, 1),
        _ => (sample.batch, SAMPLE),
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

/// The mapping to the columns that the user named. A side that was not named is detected.
fn by_options(names: &[String], options: &ReadOptions, rows: bool) -> Result<Mapping, OpenError> {
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
            "user-defined columns".to_owned(),
        ),
        (None, _) => unmapped(names, ColumnRole::Input),
        (_, None) => unmapped(names, ColumnRole::Output),
    })
}

/// The first column whose normalized name is in `known`, by the order of `known`.
fn well_known(names: &[String], known: &[&str]) -> Option<String> {
    known
        .iter()
        .find_map(|known| names.iter().find(|name| normal_name(name) == *known))
        .cloned()
}

/// The columns with the most specific well-known names for the input and the output.
fn well_known_sides(names: &[String]) -> (Option<String>, Option<String>) {
    let input = well_known(names, &INPUT_NAMES);
    let others = names.iter().filter(|name| Some(*name) != input.as_ref());
    let others: Vec<String> = others.cloned().collect();
    (input, well_known(&others, &OUTPUT_NAMES))
}

/// The input `name`, with the context that belongs to it if `names` has one.
fn with_context(name: String, names: &[String]) -> Binding {
    let context = well_known(names, &CONTEXT_NAMES).filter(|context| *context != name);
    let template = context.and_then(|context| {
        Template::parse(&format!("{name}: {{{name}}}\n{context}: {{{context}}}")).ok()
    });
    template.map_or(Binding::Name(name), |of| Binding::Template(of.guessed()))
}

/// The columns of both sides, in words.
fn side_names(input: &Binding, output: &str) -> String {
    let inputs = input.columns();
    let inputs: Vec<String> = inputs.iter().map(|name| quoted(name, 30)).collect();
    format!("{} and {}", inputs.join(", "), quoted(output, 30))
}

/// The mapping of a table, from its header.
fn by_header(sample: &Sample<'_>, names: &[String]) -> Mapping {
    if names.iter().all(String::is_empty) {
        // `no-records` reports a missing header.
        return Mapping::none();
    }
    if let Some(layout) = layout_of_header(names) {
        return Mapping::of(layout, "inferred from the header");
    }
    match well_known_sides(names) {
        (Some(input), Some(output)) => {
            let input = with_context(input, names);
            let evidence = format!("columns {}", side_names(&input, &output));
            Mapping::mapped(mapped_pairs(input, Binding::Name(output), None), evidence)
        }
        (None, None) if is_comment(names) => {
            let cells = names.to_vec();
            Mapping::problem(MappingProblem::HeaderIsComment { cells })
        }
        _ if looks_like_data(names) || recurs(sample, names) => {
            let cells = names.to_vec();
            Mapping::problem(MappingProblem::HeaderLooksLikeData { cells })
        }
        (None, _) => unmapped(names, ColumnRole::Input),
        (_, None) => unmapped(names, ColumnRole::Output),
    }
}

/// The first layout whose columns the header has.
fn layout_of_header(names: &[String]) -> Option<Arc<dyn Layout>> {
    let has = |name: &str| names.iter().any(|have| normal_name(have) == name);
    let fits = |layout: &Arc<dyn Layout>| layout.fits_header(&has, names.len());
    layout::all().into_iter().find(fits)
}

/// Whether a name in the first row is a value of its column as well, such as a label: then the row is
/// data. The header itself, repeated where files were joined, does not count.
fn recurs(sample: &Sample<'_>, names: &[String]) -> bool {
    /// Fewer, or a smaller share of the rows, may be a coincidence.
    const TIMES: usize = 2;
    const ONE_IN: usize = 10;
    let is_word = |name: &String| name.len() > 1 && name.contains(char::is_alphabetic);
    let (mut times, mut rows) = (vec![0_usize; names.len()], 0);
    let mut parser = RowParser::new(sample.delimiter);
    let records = sample.batch.pieces.iter();
    let records = records.filter(|piece| matches!(piece.kind, PieceKind::Record));
    for piece in records.take(SAMPLE) {
        let raw = sample.batch.bytes.get(piece.from..piece.to);
        let text = raw.and_then(|raw| std::str::from_utf8(raw).ok());
        let Some(row) = text.and_then(|text| parser.parse(text, sample.header).ok()) else {
            continue;
        };
        let same: Vec<bool> = row
            .cells()
            .zip(names)
            .map(|(cell, name)| is_word(name) && cell.as_str().trim() == name.trim())
            .collect();
        rows += 1;
        if !same.iter().all(|same| *same) {
            let counts = times.iter_mut().zip(same);
            counts.for_each(|(times, same)| *times += usize::from(same));
        }
    }
    times
        .iter()
        .any(|times| *times >= TIMES && times * ONE_IN >= rows)
}

/// Whether the first row is probably data rather than a header.
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
    names.iter().any(data) && !names.iter().any(known) && !are_numbered(names)
}

/// Whether the numbers in a header name columns: at least two years, or the numbers that a program
/// gave to columns without names, from 0 on, or from 1 on after another name.
fn are_numbered(names: &[String]) -> bool {
    let numbers: Vec<&String> = names
        .iter()
        .filter(|name| name.parse::<f64>().is_ok())
        .collect();
    let whole: Vec<u32> = numbers
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect();
    let rises = |by: fn(u32, u32) -> bool| {
        whole
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if by(*a, *b)))
    };
    let are_years = whole.iter().all(|year| (1800..2200).contains(year)) && rises(|a, b| a < b);
    let is_first = |first: &u32| *first == 0 || *first == 1 && whole.len() < names.len();
    let are_counted = whole.first().is_some_and(is_first) && rises(|a, b| a + 1 == b);
    whole.len() == numbers.len() && whole.len() > 1 && (are_years || are_counted)
}

/// The mapping of a table whose column for `role` was not recognized.
fn unmapped(names: &[String], role: ColumnRole) -> Mapping {
    let near = names.iter().find(|name| {
        role.names()
            .iter()
            .any(|known| strsim::damerau_levenshtein(&normal_name(name), known) == 1)
    });
    // The input usually comes first and the output last.
    let likely = match role {
        ColumnRole::Input => names.first(),
        ColumnRole::Output => names.last(),
    };
    Mapping::problem(MappingProblem::Unmapped {
        role,
        likely: near.or(likely).cloned(),
        columns: names.to_vec(),
    })
}

/// The mapping of records as prompts without responses: the first such layout of which all sampled
/// records, or the header, have the prompt.
fn as_prompts(sample: &Sample<'_>, names: &[String]) -> Option<Mapping> {
    let mut layouts = layout::all();
    layouts.retain(|layout| layout.capacity().is_prompt_only());
    // The field with the prompt is their first.
    let has_prompt = |layout: &Arc<dyn Layout>| {
        let mut fields = layout.fields().iter().take(1);
        fields.any(|prompt| names.iter().any(|name| name == prompt))
    };
    layouts.retain(has_prompt);
    each_sample(sample, |body| layouts.retain(|layout| layout.reads(body)));
    let layout = layouts.into_iter().next()?;
    Some(Mapping::of(layout, "inferred from the target"))
}

/// The mapping of JSON records: the layout that most sampled records have; of equally frequent
/// ones, the first in the registry.
fn by_sample(sample: &Sample<'_>, names: &[String]) -> Mapping {
    let layouts = layout::all();
    let mut votes = vec![0_usize; layouts.len()];
    let mut sampled = 0;
    each_sample(sample, |body| {
        let found = layouts.iter().position(|layout| layout.recognises(body));
        let is_object = matches!(body, Body::Json(json) if json.root().kind() == Kind::Object);
        // `malformed-record` reports anything else.
        sampled += usize::from(is_object || found.is_some());
        if let Some(vote) = found.and_then(|at| votes.get_mut(at)) {
            *vote += 1;
        }
    });
    let best = votes
        .iter()
        .zip(&layouts)
        .rev()
        .max_by_key(|(votes, _)| **votes);
    let best = best.filter(|(votes, _)| **votes > 0);
    if best.is_some_and(|(_, layout)| has_other_names(sample, layout, names)) {
        return unknown_layout(sample, names);
    }
    if let Some((votes, layout)) = best {
        let evidence = match (*votes, sampled) {
            (all, of) if all == of => format!(
                "inferred from the first {}",
                tunelint_data::text::printable::counted(of as u64, "record")
            ),
            (some, of) => format!("inferred from {some} of the first {of} records"),
        };
        return Mapping::of(Arc::clone(layout), evidence);
    }
    match (names.is_empty(), sampled) {
        // No record could be parsed; each is reported by itself.
        (true, 0) => Mapping::none(),
        (true, _) => Mapping::problem(MappingProblem::NoFields),
        (false, _) => unknown_layout(sample, names),
    }
}

/// Whether every sampled record lacks a field of a layout of two texts, and has a well-known name
/// instead: then it is another pair of names, rather than a fault of each record.
fn has_other_names(sample: &Sample<'_>, layout: &Arc<dyn Layout>, names: &[String]) -> bool {
    if layout.columns().is_empty() || !matches!(well_known_sides(names), (Some(_), Some(_))) {
        return false;
    }
    let mut lack = true;
    each_sample(sample, |body| {
        let record = Record {
            source: SourceId(0),
            raw: &[],
            start: Position::START,
            ordinal: 1,
            body: *body,
            role_aliases: RoleAliases::empty(),
            lone_cr: false,
            recovered: false,
        };
        let mut mismatches = Mismatches::default();
        layout.decode(&record, &mut mismatches);
        let is_missing = |of: &Mismatch| matches!(of.kind, MismatchKind::MissingField { .. });
        lack &= mismatches.take().iter().any(is_missing);
    });
    lack
}

/// The mapping of records in an unknown layout: by well-known field names, if they have any, and if
/// their values can be an input and an output.
fn unknown_layout(sample: &Sample<'_>, names: &[String]) -> Mapping {
    let unknown = || {
        let fields = names.to_vec();
        Mapping::problem(MappingProblem::UnknownLayout { fields })
    };
    let (Some(input), Some(output)) = well_known_sides(names) else {
        return unknown();
    };
    // The context of a question is a text; a list of choices is not.
    let mut common: Vec<String> = names.to_vec();
    let mut values = FieldValues::new(names);
    each_sample(sample, |body| {
        common.retain(|name| matches!(body.field(name), Some(Field::Text(_))));
        values.add(body);
    });
    let binding = with_context(input.clone(), &common);
    let columns = binding.columns();
    let unread = names.iter().filter(|name| !columns.contains(name));
    let has_choices = unread
        .map(|name| normal_name(name))
        .any(|name| CHOICES.contains(&name.as_str()));
    if has_choices || !values.are_sides(&input, &output, &columns) {
        return unknown();
    }
    let evidence = format!("fields {}", side_names(&binding, &output));
    let layout = mapped_pairs(binding, Binding::Name(output.clone()), None);
    Mapping {
        problem: Some(MappingProblem::ReadByName {
            input: columns,
            output,
        }),
        ..Mapping::mapped(layout, evidence)
    }
}

/// The layout `pairs` with other field names.
fn mapped_pairs(input: Binding, output: Binding, system: Option<String>) -> Arc<dyn Layout> {
    Arc::new(Pairs::mapped(input, output, system))
}

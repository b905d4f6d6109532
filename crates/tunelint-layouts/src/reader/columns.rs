//! Detects the layout of a file, and its input and output columns.

use std::sync::Arc;

use super::field_values::FieldValues;
use super::likely;
use super::mapping::{
    CONTEXT_NAMES, ColumnRole, INPUT_NAMES, Mapping, MappingProblem, OUTPUT_NAMES, is_comment,
};
use super::options::{OpenError, ReadOptions};
use crate::declared::{Entry, FILE_NAME, Reading};
use crate::layout::mismatch::{Mismatch, MismatchKind, Mismatches};
use crate::layout::{self, Binding, Layout, Pairs, Template, TrainingObjective};
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

/// Names of a field that says which question is asked about a text.
const ASKING: [&str; 5] = ["task", "task_name", "subtask", "aspect", "relation"];

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
        return by_options(sample, names, options);
    }
    let rows = container.has_rows();
    // With an explicit layout that maps columns, a table may still have any of the well-known
    // names.
    let named = options
        .layout
        .as_ref()
        .is_some_and(|layout| layout.maps_columns());
    if options.system.is_some() || named && rows && layout_of_header(names).is_none() {
        return by_options(sample, names, options);
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
    let (mut parser, mut rows) = (Parser::new(), RowParser::new(sample.delimiter));
    let has_rows = sample.container.is_some_and(Container::has_rows);
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
        let body = text.and_then(|text| match has_rows {
            true => rows.parse(text, sample.header).ok().map(Body::Row),
            false => parser.parse(text).ok().map(Body::Json),
        });
        if let Some(body) = body {
            take(&body);
        }
    }
}

/// The mapping to the columns that the user named. A side that was not named is detected.
fn by_options(
    sample: &Sample<'_>,
    names: &[String],
    options: &ReadOptions,
) -> Result<Mapping, OpenError> {
    let rows = sample.container.is_some_and(Container::has_rows);
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
        (None, output) => {
            let output = output.as_ref().map(Binding::columns);
            let known = output.as_ref().and_then(|names| names.first());
            unmapped(sample, names, [None, known])
        }
        (Some(input), None) => unmapped(sample, names, [input.columns().first(), None]),
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
    match context {
        Some(context) => with_field(name, &context),
        None => Binding::Name(name),
    }
}

/// The input `name` with the field `other` after it.
fn with_field(name: String, other: &str) -> Binding {
    let template = Template::parse(&format!("{name}: {{{name}}}\n{other}: {{{other}}}")).ok();
    template.map_or(Binding::Name(name), |of| Binding::Template(of.guessed()))
}

/// The field that says which question is asked about a text, if it varies.
fn asking<'n>(values: &FieldValues, names: &'n [String]) -> Option<&'n String> {
    names.iter().find(|name| {
        let is_asking = ASKING.contains(&normal_name(name).as_str());
        is_asking
            && values
                .of(name)
                .is_some_and(|of| of.is_worded() && !of.is_constant())
    })
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
    let (input, output) = well_known_sides(names);
    match (input, output) {
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
        (input, output) => match likely::preferred(&field_values(sample, names)) {
            Some(of) => Mapping::problem(MappingProblem::PreferenceNames(of)),
            None => unmapped(sample, names, [input.as_ref(), output.as_ref()]),
        },
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
    each_sample(sample, |body| {
        let Body::Row(row) = body else {
            return;
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
    });
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

/// The mapping of a table of which only the `known` columns of input and output were recognized.
fn unmapped(sample: &Sample<'_>, names: &[String], known: [Option<&String>; 2]) -> Mapping {
    let [input, output] = known;
    let (role, other) = match input {
        None => (ColumnRole::Input, output),
        _ => (ColumnRole::Output, input),
    };
    let near = names.iter().find(|name| {
        let is_near = |of: &&str| strsim::damerau_levenshtein(&normal_name(name), of) == 1;
        // Next to a name of one letter, every short name would be near.
        name.len() > 2 && Some(*name) != other && role.names().iter().any(is_near)
    });
    let known = match role {
        ColumnRole::Input => [near, output],
        ColumnRole::Output => [input, near],
    };
    let sides = likely::sides(&field_values(sample, names), known);
    Mapping::problem(MappingProblem::Unmapped {
        role,
        sides,
        columns: names.to_vec(),
    })
}

/// The values of the fields `names` in the sampled records.
fn field_values(sample: &Sample<'_>, names: &[String]) -> FieldValues {
    let mut values = FieldValues::new(names);
    each_sample(sample, |body| values.add(body));
    values
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
        let mapping = unknown_layout(sample, names);
        return match mapping.problem {
            Some(MappingProblem::UnknownLayout { fields, sides }) => {
                Mapping::problem(MappingProblem::HalfKnown { fields, sides })
            }
            _ => mapping,
        };
    }
    if let Some((votes, layout)) = best {
        let evidence = match (*votes, sampled) {
            (all, of) if all == of => format!(
                "inferred from the first {}",
                tunelint_data::text::printable::counted(of as u64, "record")
            ),
            (some, of) => format!("inferred from {some} of the first {of} records"),
        };
        return Mapping {
            problem: unread_prompt(sample, layout, names),
            ..Mapping::of(Arc::clone(layout), evidence)
        };
    }
    // Fragments of broken records show nothing about their fields.
    if sampled * 2 < sampled_pieces(sample) {
        return Mapping::none();
    }
    if sampled == 1 && sample.container == Some(Container::Json) && is_map(sample) {
        let names = names.to_vec();
        return Mapping::problem(MappingProblem::ObjectAsMap { names });
    }
    match (names.is_empty(), sampled) {
        // No record could be parsed; each is reported by itself.
        (true, 0) => Mapping::none(),
        (true, _) => Mapping::problem(MappingProblem::NoFields),
        (false, _) => unknown_layout(sample, names),
    }
}

/// The number of sampled records, with those that cannot be parsed.
fn sampled_pieces(sample: &Sample<'_>) -> usize {
    let pieces = sample.batch.pieces.iter();
    let records = pieces.filter(|piece| matches!(piece.kind, PieceKind::Record));
    records.take(SAMPLE).count()
}

/// Whether the only record is an object whose keys are data: texts of several words, or many, all
/// with a value of one kind.
fn is_map(sample: &Sample<'_>) -> bool {
    const FEWEST: usize = 4;
    const MANY: usize = 30;
    let mut is_map = true;
    each_sample(sample, |body| {
        let Body::Json(json) = body else {
            return;
        };
        let keys: Vec<&str> = json.root().entries().map(|entry| entry.key).collect();
        let of_words = keys.iter().filter(|key| key.trim().contains(' ')).count();
        let mut kinds = json.root().entries().map(|entry| entry.value.kind());
        let first = kinds.next();
        let is_one_kind = kinds.all(|kind| Some(kind) == first);
        let are_data = keys.len() >= MANY || of_words * 2 > keys.len();
        is_map &= keys.len() >= FEWEST && is_one_kind && are_data;
    });
    is_map
}

/// Whether nearly every sampled record lacks a field of a layout of two texts, and has another text
/// that the layout does not read: then the field has another name, rather than each record a fault.
/// A name that is close to the missing one is a misspelling, unless there are names of another pair.
fn has_other_names(sample: &Sample<'_>, layout: &Arc<dyn Layout>, names: &[String]) -> bool {
    if layout.columns().is_empty() {
        return false;
    }
    let is_pair = matches!(well_known_sides(names), (Some(_), Some(_)));
    let (mut lack, mut records) = (0, 0);
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
        let is_missing = |of: &Mismatch| match &of.kind {
            MismatchKind::MissingField { near, .. } => {
                is_pair || near.is_none() && has_unread_text(body, layout)
            }
            _ => false,
        };
        records += 1;
        lack += usize::from(mismatches.take().iter().any(is_missing));
    });
    /// One record in this many may have the field.
    const ONE_IN: usize = 20;
    lack > 0 && (records - lack) * ONE_IN <= records
}

/// The problem of preference data without a prompt in which a text that could be one is not read. If
/// an answer holds that text, the answers are whole dialogues.
fn unread_prompt(
    sample: &Sample<'_>,
    layout: &Arc<dyn Layout>,
    names: &[String],
) -> Option<MappingProblem> {
    let is_preference = layout.capacity().objective == TrainingObjective::Preference;
    let prompt = layout.fields().first().copied().unwrap_or_default();
    if !is_preference || names.iter().any(|name| name == prompt) {
        return None;
    }
    let of = likely::preferred(&field_values(sample, names))?;
    let prompt = of.prompt.as_ref()?;
    let mut is_unread = !layout.fields().contains(&prompt.as_str());
    each_sample(sample, |body| {
        is_unread &= match (body.field(prompt), body.field(&of.chosen)) {
            (Some(Field::Text(prompt)), Some(Field::Text(chosen))) => {
                !chosen.as_str().contains(prompt.as_str())
            }
            _ => false,
        };
    });
    is_unread.then_some(MappingProblem::PreferenceNames(of))
}

/// Whether a record has a text in a field that `layout` does not read.
fn has_unread_text(body: &Body<'_>, layout: &Arc<dyn Layout>) -> bool {
    let names = body.names();
    let mut names = names.iter().map(|(name, _)| *name);
    names.any(|name| {
        let is_text = |field| matches!(field, Field::Text(text) if text.as_str().contains(char::is_alphabetic));
        !layout.fields().contains(&name) && body.field(name).is_some_and(is_text)
    })
}

/// The mapping of records in an unknown layout: by well-known field names, if they have any, and if
/// their values can be an input and an output.
fn unknown_layout(sample: &Sample<'_>, names: &[String]) -> Mapping {
    let values = field_values(sample, names);
    if let Some(of) = likely::preferred(&values) {
        return Mapping::problem(MappingProblem::PreferenceNames(of));
    }
    let (input, output) = well_known_sides(names);
    let unknown = || {
        let known = [input.as_ref(), output.as_ref()];
        Mapping::problem(MappingProblem::UnknownLayout {
            fields: names.to_vec(),
            sides: likely::sides(&values, known),
        })
    };
    let (Some(input), Some(output)) = (input.clone(), output.clone()) else {
        return unknown();
    };
    // The name of a label says more than its number.
    let output = values.in_words(&output).unwrap_or(output);
    // The context of a question is a text; a list of choices is not.
    let mut common: Vec<String> = names.to_vec();
    each_sample(sample, |body| {
        common.retain(|name| matches!(body.field(name), Some(Field::Text(_))));
    });
    let binding = match (
        with_context(input.clone(), &common),
        asking(&values, &common),
    ) {
        (Binding::Name(name), Some(task)) => with_field(name, task),
        (binding, _) => binding,
    };
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

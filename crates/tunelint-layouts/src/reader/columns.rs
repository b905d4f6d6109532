//! Detects the layout of a file, and its input and output columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::field_values::FieldValues;
use super::mapping::{
    CONTEXT_NAMES, ColumnRole, INPUT_NAMES, Likely, Mapping, MappingProblem, Misspelled,
    OUTPUT_NAMES, is_comment,
};
use super::options::{OpenError, ReadOptions};
use crate::declared::{Entry, FILE_NAME, Reading};
use crate::layout::mismatch::{Mismatch, MismatchKind, Mismatches};
use crate::layout::{self, Binding, Layout, Pairs, Template, is_class};
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
    /// Whether the source may go on after them.
    pub is_cut: bool,
    /// The first batch with a record. Used if the sample has none, because the first record is
    /// larger than the sample.
    pub first: Option<&'r Batch>,
}

/// Names of a field with the answers to choose from. Without them, a question has no answer.
const CHOICES: [&str; 3] = ["choices", "options", "candidates"];

/// The number of records from which the layout is detected.
const SAMPLE: usize = 64;

/// The minimum number of records that do not all have the same fault by coincidence.
const MANY: usize = 5;

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
    // Names of columns, compared without case and spaces.
    let header = container.has_header();
    // With an explicit layout that maps columns, a table may still have any of the well-known
    // names.
    let named = options
        .layout
        .as_ref()
        .is_some_and(|layout| layout.maps_columns());
    if options.system.is_some() || named && header && layout_of_header(names).is_none() {
        return by_options(sample, names, options);
    }
    if let Some(layout) = &options.layout {
        return Ok(Mapping::of(Arc::clone(layout), "set by the user"));
    }
    let prompts = options.prompts_only.then(|| as_prompts(sample, names));
    Ok(match prompts.flatten() {
        Some(mapping) => mapping,
        None if rows => by_header(sample, names),
        None if header => by_sheet(sample, names),
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
    let has_header = sample.container.is_some_and(Container::has_header);
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
            .any(|have| have == &name || has_header && normal_name(have) == normal_name(&name));
        if !exists && !names.is_empty() {
            return Err(OpenError::NoColumn {
                name,
                columns: names.to_vec(),
            });
        }
    }
    Ok(match (input, output) {
        (Some(input), Some(output)) => {
            let pairs = mapped_pairs(sample, input, output, options.system.clone());
            Mapping::mapped(pairs, "user-defined columns".to_owned())
        }
        (None, output) => unmapped(sample, names, ColumnRole::Input, output.is_none()),
        (_, None) => unmapped(sample, names, ColumnRole::Output, false),
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
    by_names(sample, names)
}

/// The mapping of a sheet of a workbook: its records are objects, whose keys a layout reads as they
/// are, but people name its columns as they name those of other tables.
fn by_sheet(sample: &Sample<'_>, names: &[String]) -> Mapping {
    let mapping = by_sample(sample, names);
    match (&mapping.layout, &mapping.problem) {
        (Some(_), None) => mapping,
        _ => by_names(sample, names),
    }
}

/// The mapping to columns with well-known names.
fn by_names(sample: &Sample<'_>, names: &[String]) -> Mapping {
    match well_known_sides(names) {
        (Some(input), Some(output)) => {
            let input = with_context(input, names);
            let evidence = format!("columns {}", side_names(&input, &output));
            let pairs = mapped_pairs(sample, input, Binding::Name(output), None);
            Mapping::mapped(pairs, evidence)
        }
        (None, None) if is_comment(names) => {
            let cells = names.to_vec();
            Mapping::problem(MappingProblem::HeaderIsComment {
                cells,
                delimiter: sample.delimiter,
            })
        }
        _ if !names.iter().any(|name| is_known(name))
            && (looks_like_data(names) || recurs(sample, names)) =>
        {
            let cells = names.to_vec();
            Mapping::problem(MappingProblem::HeaderLooksLikeData {
                cells,
                delimiter: sample.delimiter,
            })
        }
        (None, output) => unmapped(sample, names, ColumnRole::Input, output.is_none()),
        (_, None) => unmapped(sample, names, ColumnRole::Output, false),
    }
}

/// The first layout whose columns the header has.
fn layout_of_header(names: &[String]) -> Option<Arc<dyn Layout>> {
    let has = |name: &str| names.iter().any(|have| normal_name(have) == name);
    let fits = |layout: &Arc<dyn Layout>| layout.fits_header(&has, names.len());
    layout::all().into_iter().find(fits)
}

/// Whether the first row is data by its columns: a name in it, such as a label, is a value of its column
/// as well, or it is written like nearly all values of its column, as identifiers and dates are. The
/// header itself, repeated where files were joined, does not count.
fn recurs(sample: &Sample<'_>, names: &[String]) -> bool {
    /// Fewer, or a smaller share of the rows, may be a coincidence.
    const TIMES: usize = 2;
    const ONE_IN: usize = 10;
    let is_word = |name: &String| name.len() > 1 && name.contains(char::is_alphabetic);
    let signatures: Vec<Option<String>> = names.iter().map(|name| signature(name)).collect();
    let mut counts = vec![(0_usize, 0_usize); names.len()];
    let mut rows = 0;
    each_sample(sample, |body| {
        let Body::Row(row) = body else { return };
        let same: Vec<(bool, bool)> = row
            .cells()
            .zip(names)
            .zip(&signatures)
            .map(|((cell, name), like)| {
                let cell = cell.as_str().trim();
                let is_like = like.is_some() && signature(cell) == *like;
                (is_word(name) && cell == name.trim(), is_like)
            })
            .collect();
        rows += 1;
        if !same.iter().all(|(same, _)| *same) {
            for ((times, likes), (same, is_like)) in counts.iter_mut().zip(same) {
                *times += usize::from(same);
                *likes += usize::from(is_like);
            }
        }
    });
    counts.iter().any(|(times, likes)| {
        let repeats = *times >= TIMES && times * ONE_IN >= rows;
        repeats || *likes >= TIMES && likes * ONE_IN >= rows * (ONE_IN - 1)
    })
}

/// How a value with a digit and a sign that names do not have is written: `P-104` and `P-7` alike.
/// `None` for other values, and for long ones.
fn signature(value: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let class = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    let mut classes: Vec<char> = value.trim().chars().take(LONGEST + 1).map(class).collect();
    let is_long = classes.len() > LONGEST;
    classes.dedup();
    let has_sign = classes.iter().any(|c| !['0', 'a', '_', ' '].contains(c));
    (!is_long && has_sign && classes.contains(&'0')).then(|| classes.into_iter().collect())
}

/// Whether the first row is probably data rather than a header.
fn looks_like_data(names: &[String]) -> bool {
    let is_text = |name: &String| {
        name.split_whitespace().count() > 4
            || name.chars().count() > 40
            || name.ends_with(['?', '.', '!'])
    };
    let is_number = |name: &String| name.parse::<f64>().is_ok();
    let has_numbers = names.iter().any(is_number) && !are_numbered(names);
    names.iter().any(is_text) || has_numbers
}

/// Whether a column has a well-known name.
fn is_known(name: &str) -> bool {
    let name = normal_name(name);
    // One letter may be a value as well.
    name.len() > 1
        && (INPUT_NAMES.contains(&name.as_str()) || OUTPUT_NAMES.contains(&name.as_str()))
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

/// The mapping of a table whose column for `role` was not recognized, or neither of the two.
fn unmapped(sample: &Sample<'_>, names: &[String], role: ColumnRole, both: bool) -> Mapping {
    /// In a shorter name, one letter makes another name.
    const SHORTEST: usize = 4;
    let mut values = FieldValues::new(names);
    each_sample(sample, |body| values.add(body));
    let (input, output) = well_known_sides(names);
    let mut likely = values.likely([input.as_ref(), output.as_ref()]);
    let is_near = |name: &&String| {
        let known = role.names().iter().filter(|known| known.len() >= SHORTEST);
        known
            .map(|known| strsim::damerau_levenshtein(&normal_name(name), known))
            .any(|distance| distance == 1)
    };
    if let Some(near) = names.iter().find(is_near).cloned() {
        likely = match role {
            ColumnRole::Input => Likely {
                input: Some(near),
                output: None,
            },
            ColumnRole::Output => Likely {
                input: None,
                output: Some(near),
            },
        };
    }
    Mapping::problem(MappingProblem::Unmapped {
        role,
        both,
        likely,
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
    let other_names = best.and_then(|(_, layout)| OtherNames::of(sample, layout));
    if let Some(mapping) = other_names.and_then(|of| of.mapping(sample, names, sampled)) {
        return mapping;
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

/// The names of a layout of two texts in records that all lack one of its fields: then it has another
/// name, rather than each record a fault.
struct OtherNames {
    /// The field that nearly all records have under a similar name.
    misspelled: Option<Misspelled>,
}

impl OtherNames {
    /// `None` if a sampled record has all fields of `layout`, or it is no layout of two texts.
    fn of(sample: &Sample<'_>, layout: &Arc<dyn Layout>) -> Option<Self> {
        if layout.columns().is_empty() {
            return None;
        }
        let (mut records, mut lacking) = (0_usize, 0);
        let mut times: BTreeMap<Misspelled, usize> = BTreeMap::new();
        each_sample(sample, |body| {
            let record = Record {
                source: SourceId(0),
                raw: &[],
                start: Position::START,
                ordinal: 1,
                body: *body,
                role_aliases: RoleAliases::empty(),
                lone_cr: false,
                in_table: false,
                recovered: false,
            };
            let mut mismatches = Mismatches::default();
            layout.decode(&record, &mut mismatches);
            let mut lacks = false;
            for Mismatch { kind, .. } in mismatches.take() {
                let MismatchKind::MissingField { name, near, .. } = kind else {
                    continue;
                };
                lacks = true;
                if let Some(near) = near {
                    *times.entry(Misspelled { wanted: name, near }).or_default() += 1;
                }
            }
            records += 1;
            lacking += usize::from(lacks);
        });
        let misspelled = times
            .into_iter()
            .find(|(_, times)| times * 10 >= records * 9)
            .map(|(of, _)| of);
        (records > 0 && records == lacking).then_some(Self { misspelled })
    }

    /// The mapping of the `sampled` records; `None` if each of them is to be reported by itself.
    fn mapping(self, sample: &Sample<'_>, names: &[String], sampled: usize) -> Option<Mapping> {
        let (input, output) = well_known_sides(names);
        let known = [input.as_ref(), output.as_ref()];
        // A well-known name that differs in case is read all the same.
        let misspelled = self
            .misspelled
            .filter(|of| !known.contains(&Some(&of.near)));
        let is_read = known.iter().all(Option::is_some);
        if is_read && (misspelled.is_none() || sampled < MANY) {
            return Some(unknown_layout(sample, names));
        }
        let mut values = FieldValues::new(names);
        each_sample(sample, |body| values.add(body));
        let may_have_side = misspelled.is_some() || values.may_have_side(known);
        (sampled >= MANY && may_have_side).then(|| {
            Mapping::problem(MappingProblem::MissingSide {
                fields: names.to_vec(),
                likely: values.likely(known),
                misspelled,
                first: is_part(sample).then_some(sampled),
            })
        })
    }
}

/// Whether the sample may be only a part of the source.
fn is_part(sample: &Sample<'_>) -> bool {
    let pieces = sample.batch.pieces.iter();
    let records = pieces.filter(|piece| matches!(piece.kind, PieceKind::Record));
    sample.is_cut || records.count() > SAMPLE
}

/// The mapping of records in an unknown layout: by well-known field names, if they have any, and if
/// their values can be an input and an output.
fn unknown_layout(sample: &Sample<'_>, names: &[String]) -> Mapping {
    // The context of a question is a text; a list of choices is not.
    let mut common: Vec<String> = names.to_vec();
    let mut values = FieldValues::new(names);
    each_sample(sample, |body| {
        common.retain(|name| matches!(body.field(name), Some(Field::Text(_))));
        values.add(body);
    });
    let sides = well_known_sides(names);
    let unknown = |likely: Likely| {
        let fields = names.to_vec();
        Mapping::problem(MappingProblem::UnknownLayout { fields, likely })
    };
    let (Some(input), Some(output)) = &sides else {
        return unknown(values.likely([sides.0.as_ref(), sides.1.as_ref()]));
    };
    let binding = with_context(input.clone(), &common);
    let columns = binding.columns();
    let unread = names.iter().filter(|name| !columns.contains(name));
    let has_choices = unread
        .map(|name| normal_name(name))
        .any(|name| CHOICES.contains(&name.as_str()));
    if has_choices || !values.are_sides(input, output, &columns) {
        return unknown(Likely::default());
    }
    let evidence = format!("fields {}", side_names(&binding, output));
    let layout = mapped_pairs(sample, binding, Binding::Name(output.clone()), None);
    Mapping {
        problem: Some(MappingProblem::ReadByName {
            input: columns,
            output: output.clone(),
        }),
        ..Mapping::mapped(layout, evidence)
    }
}

/// The layout `pairs` with other field names.
fn mapped_pairs(
    sample: &Sample<'_>,
    input: Binding,
    output: Binding,
    system: Option<String>,
) -> Arc<dyn Layout> {
    let are_classes = matches!(&output, Binding::Name(name) if are_classes(sample, name));
    let pairs = Pairs::mapped(input, output, system);
    Arc::new(match are_classes {
        true => pairs.with_classes(),
        false => pairs,
    })
}

/// Whether all sampled values of a field are whole numbers or booleans, few of them different: classes,
/// as classifiers are trained on.
fn are_classes(sample: &Sample<'_>, name: &str) -> bool {
    let mut distinct = BTreeSet::new();
    let (mut records, mut classes) = (0, 0);
    each_sample(sample, |body| {
        records += 1;
        if let Some(Field::Other(value)) = body.field(name)
            && is_class(value)
        {
            classes += 1;
            distinct.insert(value.raw().to_owned());
        }
    });
    records >= MANY && classes == records && distinct.len() * 2 <= records
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tunelint_data::source::Input;

    use super::*;
    use crate::reader::Reader;

    /// The mapping of a file called `name`: a first line, and others that `line` writes.
    fn mapping(name: &str, first: &str, count: usize, line: impl Fn(usize) -> String) -> Mapping {
        let lines: String = (0..count).map(|n| line(n) + "\n").collect();
        let text = format!("{first}{lines}");
        let input = Input::bytes(Path::new(name), text.as_bytes());
        let reader = Reader::open(SourceId(0), input, &ReadOptions::default());
        reader.expect("memory").mapping
    }

    fn missing_side(count: usize, line: impl Fn(usize) -> String) -> Option<MappingProblem> {
        let problem = mapping("a.jsonl", "", count, line).problem;
        problem.filter(|of| matches!(of, MappingProblem::MissingSide { .. }))
    }

    #[test]
    fn a_field_that_nearly_all_records_misspell_is_renamed() {
        let misspelled = |line: &dyn Fn(usize) -> String| match missing_side(20, line)? {
            MappingProblem::MissingSide { misspelled, .. } => misspelled,
            _ => None,
        };
        let of = |wanted: &str, near: &str| {
            Some(Misspelled {
                wanted: wanted.to_owned(),
                near: near.to_owned(),
            })
        };
        let line = |n: usize| format!(r#"{{"text_input":"Who is {n}?","ouput":"He is {n}."}}"#);
        assert_eq!(misspelled(&line), of("output", "ouput"));
        let alpaca = |n: usize| line(n).replace("text_input", "instruction");
        assert_eq!(misspelled(&alpaca), of("output", "ouput"));
        let input = |n: usize| format!(r#"{{"promt":"Who is {n}?","completion":"He is {n}."}}"#);
        assert_eq!(misspelled(&input), of("prompt", "promt"));
        // A well-known name of something else does not hide it.
        let labelled = |n: usize| line(n).replace('}', r#","category":"pos"}"#);
        assert_eq!(misspelled(&labelled), of("output", "ouput"));
        let half = |n: usize| match n % 2 {
            0 => line(n),
            _ => line(n).replace("ouput", "antwort"),
        };
        assert_eq!(misspelled(&half), None);
    }

    #[test]
    fn the_sample_is_named_where_only_it_was_looked_at() {
        let first = |count: usize, answer: &str| {
            let answer = answer.to_owned();
            let line = move |n: usize| {
                format!(r#"{{"text_input":"Who is {n}?","resp":"He is {n}{answer}"}}"#)
            };
            match missing_side(count, line) {
                Some(MappingProblem::MissingSide { first, .. }) => first,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(first(64, "."), None);
        assert_eq!(first(65, "."), Some(64));
        let long = " and so on".repeat(700);
        assert!(first(40, &long).is_some_and(|sampled| sampled < 40));
    }

    #[test]
    fn a_chosen_response_lacks_a_rejected_one() {
        let layout = |line: &dyn Fn(usize) -> String| {
            let mapping = mapping("a.jsonl", "", 20, line);
            mapping.layout.map(|layout| layout.name())
        };
        let line = |n: usize| {
            format!(r#"{{"prompt":"Who is {n}?","chosen":"He is {n}.","reject_de":"No {n}."}}"#)
        };
        assert_eq!(layout(&line), Some("preference"));
        let answered = |n: usize| line(n).replace("reject_de", "response");
        assert_ne!(layout(&answered), Some("preference"));
    }

    #[test]
    fn without_another_field_each_record_lacks_one() {
        let only = |n: usize| format!(r#"{{"text_input":"Who is {n}?"}}"#);
        assert_eq!(missing_side(20, only), None);
        let numbered = |n: usize| format!(r#"{{"id":{n},"text_input":"Who is {n}?"}}"#);
        assert_eq!(missing_side(20, numbered), None);
        let with_input = |n: usize| format!(r#"{{"instruction":"Do {n}.","input":"Who is {n}?"}}"#);
        assert_eq!(missing_side(20, with_input), None);
        let class = |n: usize| format!(r#"{{"text_input":"Who is {n}?","klasse":{}}}"#, n % 2);
        assert!(missing_side(20, class).is_some());
    }

    #[test]
    fn a_header_with_a_well_known_name_is_no_data() {
        let is_data = |header: &str, cell: &str| {
            let row =
                |n: usize| format!("Where is parcel {n}?,{}", cell.replace('#', &n.to_string()));
            let mapping = mapping("a.csv", &format!("{header}\n"), 20, row);
            matches!(
                mapping.problem,
                Some(MappingProblem::HeaderLooksLikeData { .. })
            )
        };
        assert!(is_data("frage,P-104", "P-#"));
        assert!(!is_data("question,P-104", "P-#"));
        assert!(!is_data("question,[etikett]", "[pos]"));
        // Signs without a digit are the way to write a name as well.
        assert!(!is_data("frage,[etikett]", "[pos]"));
        assert!(is_data("frage,pos", "pos"));
        assert!(!is_data("question,pos", "pos"));
    }
}

//! The section markers that nearly every input has, with their order, spelling and separators.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::majority::Majority;
use super::plateau::LEAST;
use crate::survey::SketchEntry;
use crate::survey::section_marker::{self, Event, Separator};
use tunelint_layouts::example::{Example, Turn};

/// The minimum share of inputs with a marker. At 0.80, optional fields cause false positives: 156
/// in 3 of 185 clean files, against none at 0.90.
const SHARE: f64 = 0.9;
/// The same for markers that are mostly list items, where optional fields are common.
const SHARE_IN_LISTS: f64 = 0.98;
/// The maximum share of its inputs in which a section marker occurs several times. Names in a
/// dialogue and fields of repeated entries occur more often.
const MAX_REPEATED: f64 = 0.1;
/// The maximum share of inputs with a similar marker for it to be a misspelling.
const RARE: f64 = 0.1;

/// The section markers of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markers {
    /// The markers, in the most common order.
    pub markers: Vec<Marker>,
    /// The share of inputs in this order, among those with all markers; `None` if no order is common
    /// enough.
    pub ordered: Option<Majority<()>>,
    /// The keys of all markers that are too frequent to be misspellings.
    frequent: BTreeSet<String>,
    /// The number of inputs.
    pub of: usize,
}

/// An input whose markers differ from the usual ones.
pub struct Departing<'e, 'a> {
    /// The first prompt.
    pub turn: &'e Turn<'a>,
    /// The text of the prompt.
    pub text: Cow<'e, str>,
    /// The markers in the text.
    pub events: Vec<Event>,
}

/// A section marker of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The key (see [`section_marker::key`]), with the number of inputs that have it.
    pub key: Majority<String>,
    /// The most frequent spelling.
    pub form: String,
    /// The same, if common enough to be expected.
    pub usual_form: Option<Majority<String>>,
    /// The most frequent separator after it, if common enough to be expected.
    pub separator: Option<Majority<Separator>>,
    /// Whether it is part of the preamble.
    pub in_preamble: bool,
    /// The number of inputs in which it is doubled; `None` if that is common.
    pub doubled: Option<usize>,
}

/// The markers of a distinct input, with the number of examples that have it.
struct Input<'e> {
    markers: Vec<(String, &'e Event)>,
    examples: usize,
}

impl<'e> Input<'e> {
    fn of(entry: &'e SketchEntry) -> Self {
        let markers = entry.markers.iter();
        Self {
            markers: markers.map(|event| (event.key(), event)).collect(),
            examples: entry.examples(),
        }
    }
}

/// The counts for one key, in examples.
#[derive(Default)]
struct MarkerCounts<'e> {
    holders: usize,
    repeated: usize,
    doubled: usize,
    bullets: usize,
    forms: BTreeMap<&'e str, usize>,
    separators: BTreeMap<Separator, usize>,
}

impl Markers {
    /// Infers the markers from distinct inputs; `preamble` is the usual preamble. `None` without
    /// markers that are common enough, or with fewer than [`LEAST`] inputs.
    pub fn infer<'e>(
        entries: impl Iterator<Item = &'e SketchEntry>,
        preamble: Option<&str>,
    ) -> Option<Self> {
        let inputs: Vec<Input<'_>> = entries.map(Input::of).collect();
        if inputs.len() < LEAST {
            return None;
        }
        let of = inputs.iter().map(|input| input.examples).sum();
        let counts = count_markers(&inputs);
        let common = |count: &MarkerCounts<'_>| {
            if count.repeated as f64 > MAX_REPEATED * count.holders as f64 {
                return false;
            }
            let listed = count.bullets * 2 > count.holders;
            let share = if listed { SHARE_IN_LISTS } else { SHARE };
            count.holders as f64 >= share * of as f64
        };
        let in_preamble = preamble.map(keys).unwrap_or_default();
        let mut markers: BTreeMap<&str, Marker> = BTreeMap::new();
        for (&key, count) in counts.iter().filter(|(_, count)| common(count)) {
            let holders = Majority {
                value: key.to_owned(),
                holders: count.holders,
                of,
            };
            markers.insert(key, marker_of(holders, count, in_preamble.contains(key)));
        }
        let (order, ordered) = common_order(&inputs, &markers)?;
        let markers: Vec<Marker> = order
            .iter()
            .filter_map(|key| markers.remove(*key))
            .collect();
        let frequent = counts
            .iter()
            .filter(|(_, count)| count.holders as f64 > RARE * of as f64)
            .map(|(key, _)| (*key).to_owned())
            .collect();
        (!markers.is_empty()).then_some(Self {
            markers,
            ordered,
            frequent,
            of,
        })
    }

    /// Markers that are expected of `of` inputs, without knowing which others occur; `None` if there
    /// are none.
    pub fn expected(
        markers: Vec<Marker>,
        ordered: Option<Majority<()>>,
        of: usize,
    ) -> Option<Self> {
        (!markers.is_empty()).then_some(Self {
            markers,
            ordered,
            frequent: BTreeSet::new(),
            of,
        })
    }

    /// The first prompt of an example, if its markers differ from the usual ones.
    pub fn departing<'e, 'a>(&self, example: &'e Example<'a>) -> Option<Departing<'e, 'a>> {
        let turn = example.written_prompt()?;
        let text = turn.joined();
        if self.conforms(&text) {
            return None;
        }
        let events = section_marker::events(&text);
        Some(Departing { turn, text, events })
    }

    /// Whether `text` has every marker in the usual spelling, order and separator. A fast path: most
    /// texts do.
    fn conforms(&self, text: &str) -> bool {
        let mut from = 0;
        self.markers.iter().all(|marker| {
            let found = self.find_as_usual(text, marker, from);
            from = found.unwrap_or(from);
            found.is_some()
        })
    }

    /// The end of the first usual occurrence of a marker at or after `from`.
    fn find_as_usual(&self, text: &str, marker: &Marker, from: usize) -> Option<usize> {
        let mut from = if self.ordered.is_some() { from } else { 0 };
        loop {
            let rest = text.get(from..)?;
            let at = from + memchr::memmem::find(rest.as_bytes(), marker.form.as_bytes())?;
            let end = at + marker.form.len();
            let before = text.get(..at)?.chars().next_back();
            let is_separate =
                before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '*' | '#')));
            let rest = text.get(end..)?;
            let is_open = || closing(&marker.form).is_some_and(|closing| !rest.contains(&closing));
            if rest.trim_start().starts_with(&marker.form) || is_open() {
                return None;
            }
            let follows = section_marker::separator(rest);
            if is_separate && marker.separator.is_none_or(|usual| usual.value == follows) {
                return Some(end);
            }
            from = end;
        }
    }

    /// The place of the tag `form` in a text where it is not closed.
    pub fn unclosed(form: &str, text: &str) -> Option<std::ops::Range<usize>> {
        let closing = closing(form)?;
        let at = text.find(form)?;
        let rest = text.get(at..)?;
        (!rest.contains(&closing)).then(|| at..at + form.len())
    }

    /// The marker among `events` that is probably a misspelling of `missing`.
    pub fn misspelt<'t>(&self, missing: &str, events: &'t [Event]) -> Option<&'t Event> {
        let near = |event: &&Event| {
            let key = event.key();
            let distance = strsim::damerau_levenshtein(&key, missing);
            !self.frequent.contains(&key)
                && distance <= 2
                && distance * 3 <= missing.chars().count()
        };
        events.iter().find(near)
    }

    /// The markers in their usual order, for messages: `question:`, `context:`.
    pub fn listed(&self) -> String {
        let forms: Vec<String> = self
            .markers
            .iter()
            .map(|marker| tunelint_data::text::printable::quoted(&marker.form, 30))
            .collect();
        forms.join(", ")
    }
}

/// The closing tag of a marker that is a tag.
fn closing(form: &str) -> Option<String> {
    let name = form.strip_prefix('<')?;
    Some(format!("</{name}"))
}

fn keys(text: &str) -> BTreeSet<String> {
    section_marker::events(text)
        .iter()
        .map(Event::key)
        .collect()
}

fn count_markers<'e>(inputs: &'e [Input<'e>]) -> BTreeMap<&'e str, MarkerCounts<'e>> {
    let mut counts: BTreeMap<&str, MarkerCounts<'_>> = BTreeMap::new();
    for input in inputs {
        for (key, event) in &input.markers {
            let count = counts.entry(key).or_default();
            count.holders += input.examples;
            count.doubled += if event.doubled { input.examples } else { 0 };
            count.repeated += if event.repeats { input.examples } else { 0 };
            count.bullets += if event.bullet { input.examples } else { 0 };
            *count.forms.entry(&event.form).or_default() += input.examples;
            *count.separators.entry(event.separator).or_default() += input.examples;
        }
    }
    counts
}

fn marker_of(key: Majority<String>, count: &MarkerCounts<'_>, in_preamble: bool) -> Marker {
    let form = largest(&count.forms);
    Marker {
        form: form.map_or(String::new(), |form| (*form.value).to_owned()),
        usual_form: form
            .and_then(|form| form.when(0, SHARE))
            .map(|form| Majority {
                value: (*form.value).to_owned(),
                holders: form.holders,
                of: form.of,
            }),
        separator: largest(&count.separators)
            .and_then(|kind| kind.when(0, SHARE))
            .map(|kind| Majority {
                value: *kind.value,
                holders: kind.holders,
                of: kind.of,
            }),
        key,
        in_preamble,
        doubled: (count.doubled as f64 <= MAX_REPEATED * count.holders as f64)
            .then_some(count.doubled),
    }
}

/// The most frequent of counted values. Ties go to the largest.
fn largest<T: Ord>(counts: &BTreeMap<T, usize>) -> Option<Majority<&T>> {
    let (value, holders) = counts
        .iter()
        .max_by_key(|(value, number)| (**number, *value))?;
    Some(Majority {
        value,
        holders: *holders,
        of: counts.values().sum(),
    })
}

/// The most common order of the markers among the inputs that have all of them, and its share if it
/// is common enough.
fn common_order<'k>(
    inputs: &'k [Input<'_>],
    markers: &BTreeMap<&str, Marker>,
) -> Option<(Vec<&'k str>, Option<Majority<()>>)> {
    let mut orders: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for input in inputs {
        let order: Vec<&str> = input
            .markers
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| markers.contains_key(key))
            .collect();
        if order.len() == markers.len() {
            *orders.entry(order).or_default() += input.examples;
        }
    }
    let most = largest(&orders)?;
    let ordered = Majority {
        value: (),
        holders: most.holders,
        of: most.of,
    };
    Some((most.value.clone(), ordered.when(0, SHARE)))
}

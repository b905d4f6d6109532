//! How the prompts of an application differ in form from the inputs that a model was trained on.
//!
//! A difference is said only if it is large and too large to be chance (two proportions, p <
//! 0.001). On 60 sets, each cut into training and 50 prompts, nothing was said wrongly; of prompts
//! that were damaged, 36 of 36 lost preambles, 17 of 17 endings and 31 of 31 markers were found.

use super::Inferred;
use super::common::{Common, beginning, ending};
use super::majority::Majority;
use super::markers::Markers;
use super::plateau::LEAST;
use super::script::dominant;
use crate::survey::section_marker::Event;
use crate::survey::{Cut, Entry, Sketch, Spot};
use tunelint_data::text::printable::{grouped, quoted};

/// Points between shares from which on a part of the form differs, and a mere habit.
const PART: f64 = 0.05;
const HABIT: f64 = 0.2;
/// How many standard errors a gap must have: p < 0.001.
const STANDARD_ERRORS: f64 = 3.29;
/// Prompts from which on lengths are compared, and how far their distributions must be apart.
const ENOUGH_FOR_LENGTH: usize = 50;
const APART: f64 = 0.3;
/// The share of training inputs up to which they do not have what production has.
const HARDLY: f64 = 0.05;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Both sides of it, in words.
    pub message: String,
    /// The first prompt that shows it.
    pub spot: Spot,
}

/// The two sets that are compared.
struct Sides<'s> {
    training: Vec<&'s Entry>,
    production: Vec<&'s Entry>,
    /// The usual edges of training inputs: what comes with them is no difference of its own.
    preamble: String,
    suffix: String,
    found: Vec<Difference>,
}

/// All differences; nothing where one of the two is too small.
pub fn differences(training: &Sketch, inferred: &Inferred, production: &Sketch) -> Vec<Difference> {
    if training.len() < LEAST || production.len() < LEAST {
        return Vec::new();
    }
    let mut sides = Sides {
        training: training.entries().collect(),
        production: production.entries().collect(),
        preamble: usual(inferred.preamble.as_ref()).unwrap_or_default(),
        suffix: usual(inferred.suffix.as_ref()).unwrap_or_default(),
        found: Vec::new(),
    };
    sides.edges();
    sides.markers(inferred);
    sides.habits();
    sides.lengths();
    sides.scripts();
    sides.found
}

impl Sides<'_> {
    /// Says that `what` holds for other shares of both, if the gap is at least `gap`.
    fn compare(&mut self, what: &str, gap: f64, has: &dyn Fn(&Entry) -> bool) {
        let count = |entries: &[&Entry]| entries.iter().filter(|entry| has(entry)).count();
        let (a, n) = (count(&self.training), self.training.len());
        let (b, m) = (count(&self.production), self.production.len());
        if !is_large(a, n, b, m, gap) {
            return;
        }
        // The odd prompts are those that do not do as training does.
        let usual = a * 2 >= n;
        let odd = self.production.iter().filter(|entry| has(entry) != usual);
        let percent = |holders, of| {
            Majority {
                value: (),
                holders,
                of,
            }
            .percent()
        };
        if let Some(spot) = odd.map(|entry| entry.spot).min() {
            self.found.push(Difference {
                message: format!(
                    "{} of training inputs {what}, {} of production prompts do",
                    percent(a, n),
                    percent(b, m)
                ),
                spot,
            });
        }
    }

    fn inputs<'e>(entries: &[&'e Entry]) -> Vec<&'e Cut> {
        entries.iter().map(|entry| &entry.input).collect()
    }

    fn edges(&mut self) {
        let production = Self::inputs(&self.production);
        let starts = |text: &str, entry: &Entry| entry.input.head().starts_with(text);
        let ends = |text: &str, entry: &Entry| entry.input.tail().ends_with(text);
        let new = usual(beginning(&production).as_ref())
            .filter(|text| self.is_new(|entry| starts(text, entry)));
        for text in [self.preamble.clone(), new.unwrap_or_default()] {
            let what = format!("start with {}", quoted(text.trim_end(), 60));
            self.compare(&what, PART, &|entry| starts(&text, entry));
        }
        let new = usual(ending(&production).as_ref())
            .filter(|text| self.is_new(|entry| ends(text, entry)));
        for text in [self.suffix.clone(), new.unwrap_or_default()] {
            let what = format!("end with {}", quoted(&text, 60));
            self.compare(&what, PART, &|entry| ends(&text, entry));
        }
    }

    /// Whether hardly any training input has this edge, which production prompts have.
    fn is_new(&self, has: impl Fn(&Entry) -> bool) -> bool {
        let holders = self.training.iter().filter(|entry| has(entry)).count();
        holders as f64 <= HARDLY * self.training.len() as f64
    }

    fn markers(&mut self, inferred: &Inferred) {
        let expected = inferred.markers.iter().flat_map(|markers| &markers.markers);
        for marker in expected {
            let of = |entry: &Entry| -> Option<Event> {
                let found = entry
                    .markers
                    .iter()
                    .find(|event| event.key() == marker.key.value);
                found.cloned()
            };
            let form = quoted(&marker.form, 40);
            self.compare(&format!("have the marker {form}"), PART, &|entry| {
                of(entry).is_some()
            });
            if marker.usual_form.is_some() {
                let written =
                    |entry: &Entry| of(entry).is_none_or(|event| *event.form == *marker.form);
                self.compare(&format!("write this marker as {form}"), PART, &written);
            }
            if let Some(usual) = marker.separator {
                let follows =
                    |entry: &Entry| of(entry).is_none_or(|event| event.separator == usual.value);
                let what = format!("have {} after {form}", usual.value.describe());
                self.compare(&what, PART, &follows);
            }
        }
        if let Some(markers) = inferred
            .markers
            .as_ref()
            .filter(|markers| markers.ordered.is_some())
        {
            let what = format!("have the order {}", markers.listed());
            self.compare(&what, PART, &|entry| !is_disordered(markers, entry));
        }
        self.new_markers(inferred);
    }

    fn new_markers(&mut self, inferred: &Inferred) {
        let production = Markers::infer(self.production.iter().copied(), None);
        let known: Vec<&str> = inferred
            .markers
            .iter()
            .flat_map(|markers| &markers.markers)
            .map(|marker| marker.key.value.as_str())
            .collect();
        for marker in production.iter().flat_map(|markers| &markers.markers) {
            if !known.contains(&marker.key.value.as_str()) {
                let has = |entry: &Entry| {
                    entry
                        .markers
                        .iter()
                        .any(|event| event.key() == marker.key.value)
                };
                let what = format!("have the marker {}", quoted(&marker.form, 40));
                self.compare(&what, HABIT, &has);
            }
        }
    }

    fn habits(&mut self) {
        let (preamble, suffix) = (self.preamble.clone(), self.suffix.clone());
        let start = |entry: &'_ Entry| -> String {
            let head = entry.input.head();
            head.strip_prefix(&preamble).unwrap_or(head).to_owned()
        };
        let end = |entry: &'_ Entry| -> String {
            let tail = entry.input.tail();
            tail.strip_suffix(&suffix).unwrap_or(tail).to_owned()
        };
        self.compare("end with a line break", HABIT, &|entry| {
            end(entry).ends_with('\n')
        });
        self.compare("start or end with a space", HABIT, &|entry| {
            start(entry).starts_with(' ') || end(entry).ends_with(' ')
        });
        self.compare("start with a small letter", HABIT, &|entry| {
            start(entry).chars().next().is_some_and(char::is_lowercase)
        });
        self.compare("end with a question mark", HABIT, &|entry| {
            end(entry).trim_end().ends_with(['?', '？'])
        });
        self.compare("have several lines", HABIT, &|entry| {
            start(entry).trim().contains('\n')
        });
    }

    fn lengths(&mut self) {
        let sorted = |entries: &[&Entry]| {
            let mut lengths: Vec<u64> = entries.iter().map(|entry| entry.input.chars).collect();
            lengths.sort_unstable();
            lengths
        };
        let (a, b) = (sorted(&self.training), sorted(&self.production));
        let middle = |lengths: &[u64]| lengths.get(lengths.len() / 2).copied().unwrap_or(0);
        let (x, y) = (middle(&a), middle(&b));
        let ratio = y as f64 / (x as f64).max(1.0);
        let (n, m) = (a.len() as f64, b.len() as f64);
        let needed = APART.max(1.95 * ((n + m) / (n * m)).sqrt());
        let apart = b.len() >= ENOUGH_FOR_LENGTH
            && !(0.5..=2.0).contains(&ratio)
            && distance(&a, &b) >= needed;
        let first = self.production.iter().map(|entry| entry.spot).min();
        if let Some(spot) = first.filter(|_| apart) {
            self.found.push(Difference {
                message: format!(
                    "training inputs have {} characters at the median, production prompts {}",
                    grouped(x),
                    grouped(y)
                ),
                spot,
            });
        }
    }

    fn scripts(&mut self) {
        let scripts = self
            .training
            .iter()
            .filter_map(|entry| dominant(entry.input.head()));
        if let Some(usual) = Majority::among(scripts) {
            let what = format!("are in {} letters", usual.value);
            self.compare(&what, HABIT, &|entry| {
                dominant(entry.input.head()).is_none_or(|script| script == usual.value)
            });
        }
    }
}

/// An edge that is expected of every input.
fn usual(common: Option<&Common>) -> Option<String> {
    let usual = common.filter(|common| common.is_usual());
    usual.map(|common| common.value.clone())
}

/// Whether an input has all markers, in another order than the usual.
fn is_disordered(markers: &Markers, entry: &Entry) -> bool {
    let keys: Vec<String> = entry.markers.iter().map(Event::key).collect();
    let at = |key: &String| keys.iter().position(|have| have == key);
    let places: Option<Vec<usize>> = markers
        .markers
        .iter()
        .map(|marker| at(&marker.key.value))
        .collect();
    places.is_some_and(|places| !places.is_sorted())
}

/// Whether two shares differ by at least `gap`, and more than by chance.
fn is_large(a: usize, n: usize, b: usize, m: usize, gap: f64) -> bool {
    let (n, m) = (n as f64, m as f64);
    let (p, q) = (a as f64 / n, b as f64 / m);
    let pooled = (a + b) as f64 / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let difference = (p - q).abs();
    difference >= gap && difference >= STANDARD_ERRORS * error
}

/// The largest distance of two distributions (Kolmogorov–Smirnov); both are sorted.
fn distance(a: &[u64], b: &[u64]) -> f64 {
    let share =
        |of: &[u64], at: u64| of.partition_point(|length| *length <= at) as f64 / of.len() as f64;
    let gaps = a
        .iter()
        .chain(b)
        .map(|&at| (share(a, at) - share(b, at)).abs());
    gaps.fold(0.0, f64::max)
}

//! Differences in format between production prompts and training inputs.
//!
//! A difference is reported only if it is large and statistically significant (two proportions, p <
//! 0.001). On 60 datasets, each split into training inputs and 50 prompts, there were no false
//! positives; in altered prompts, 36 of 36 removed preambles, 17 of 17 removed suffixes and 31 of 31
//! removed markers were found.

use super::Inferred;
use super::common::{Common, Counted, beginning, ending};
use super::majority::Majority;
use super::markers::Markers;
use super::plateau::LEAST;
use super::script::dominant;
use crate::survey::section_marker::Event;
use crate::survey::{CompactLocation, Sketch, SketchEntry};
use tunelint_data::text::printable::{grouped, quoted};

/// The minimum gap between shares for a part of the format (preamble, suffix, marker), and for style.
const FORMAT_GAP: f64 = 0.05;
const STYLE_GAP: f64 = 0.2;
/// The minimum gap in standard errors, for p < 0.001.
const STANDARD_ERRORS: f64 = 3.29;
/// The minimum number of prompts for comparing lengths, and the minimum distance of the
/// distributions.
const MIN_PROMPTS_FOR_LENGTH: usize = 50;
const MIN_DISTANCE: f64 = 0.3;
/// The maximum share of training inputs with a feature for it to be new in production.
const MAX_SHARE_NEW: f64 = 0.05;

/// A difference in format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The message, with the figures of both sides.
    pub message: String,
    /// The first production prompt with the difference.
    pub spot: CompactLocation,
}

/// The training inputs and the production prompts that are compared.
struct ComparedSides<'s> {
    training: Vec<&'s SketchEntry>,
    production: Vec<&'s SketchEntry>,
    /// The usual preamble and suffix of training inputs. They are removed before style is compared.
    preamble: String,
    suffix: String,
    found: Vec<Difference>,
}

/// All differences; empty if one of the two has fewer than [`LEAST`] distinct inputs.
pub fn differences(training: &Sketch, inferred: &Inferred, production: &Sketch) -> Vec<Difference> {
    if training.len() < LEAST || production.len() < LEAST {
        return Vec::new();
    }
    let mut sides = ComparedSides {
        training: training.entries().collect(),
        production: production.entries().collect(),
        preamble: usual(inferred.preamble.as_ref()).unwrap_or_default(),
        suffix: usual(inferred.suffix.as_ref()).unwrap_or_default(),
        found: Vec::new(),
    };
    sides.edges();
    sides.markers(inferred);
    sides.style();
    sides.lengths();
    sides.scripts();
    sides.found
}

impl ComparedSides<'_> {
    /// Adds a difference if the shares of both sides for which `what` holds differ by at least `gap`.
    fn compare(&mut self, what: &str, gap: f64, has: &dyn Fn(&SketchEntry) -> bool) {
        let count = |entries: &[&SketchEntry]| entries.iter().filter(|entry| has(entry)).count();
        let (a, n) = (count(&self.training), self.training.len());
        let (b, m) = (count(&self.production), self.production.len());
        if !is_large(a, n, b, m, gap) {
            return;
        }
        // Point to a prompt that deviates from most training inputs.
        let usual = a * 2 >= n;
        let deviating = self.production.iter().filter(|entry| has(entry) != usual);
        let percent = |holders, of| {
            Majority {
                value: (),
                holders,
                of,
            }
            .percent()
        };
        if let Some(spot) = deviating.map(|entry| entry.spot).min() {
            self.found.push(Difference {
                message: format!(
                    "{} of training inputs {what}, but {} of production prompts do",
                    percent(a, n),
                    percent(b, m)
                ),
                spot,
            });
        }
    }

    /// The distinct inputs: here shares are those of inputs, since no finding is about an example.
    fn inputs<'e>(entries: &[&'e SketchEntry]) -> Vec<Counted<'e>> {
        entries.iter().map(|entry| (&entry.input, 1)).collect()
    }

    fn edges(&mut self) {
        let production = Self::inputs(&self.production);
        let starts = |text: &str, entry: &SketchEntry| entry.input.head().starts_with(text);
        let ends = |text: &str, entry: &SketchEntry| entry.input.tail().ends_with(text);
        let new = usual(beginning(&production).as_ref())
            .filter(|text| self.is_new(|entry| starts(text, entry)));
        for text in [self.preamble.clone(), new.unwrap_or_default()] {
            let what = format!("start with {}", quoted(text.trim_end(), 60));
            self.compare(&what, FORMAT_GAP, &|entry| starts(&text, entry));
        }
        let new = usual(ending(&production).as_ref())
            .filter(|text| self.is_new(|entry| ends(text, entry)));
        for text in [self.suffix.clone(), new.unwrap_or_default()] {
            let what = format!("end with {}", quoted(&text, 60));
            self.compare(&what, FORMAT_GAP, &|entry| ends(&text, entry));
        }
    }

    /// Whether hardly any training input has this feature of the production prompts.
    fn is_new(&self, has: impl Fn(&SketchEntry) -> bool) -> bool {
        let holders = self.training.iter().filter(|entry| has(entry)).count();
        holders as f64 <= MAX_SHARE_NEW * self.training.len() as f64
    }

    fn markers(&mut self, inferred: &Inferred) {
        let expected = inferred.markers.iter().flat_map(|markers| &markers.markers);
        for marker in expected {
            let of = |entry: &SketchEntry| -> Option<Event> {
                let found = entry
                    .markers
                    .iter()
                    .find(|event| event.key() == marker.key.value);
                found.cloned()
            };
            let form = quoted(&marker.form, 40);
            self.compare(&format!("have the marker {form}"), FORMAT_GAP, &|entry| {
                of(entry).is_some()
            });
            if marker.usual_form.is_some() {
                let written =
                    |entry: &SketchEntry| of(entry).is_none_or(|event| *event.form == *marker.form);
                self.compare(&format!("write the marker as {form}"), FORMAT_GAP, &written);
            }
            if let Some(usual) = marker.separator {
                let follows = |entry: &SketchEntry| {
                    of(entry).is_none_or(|event| event.separator == usual.value)
                };
                let what = format!("have {} after {form}", usual.value.describe());
                self.compare(&what, FORMAT_GAP, &follows);
            }
        }
        if let Some(markers) = inferred
            .markers
            .as_ref()
            .filter(|markers| markers.ordered.is_some())
        {
            let what = format!("have the marker order {}", markers.listed());
            self.compare(&what, FORMAT_GAP, &|entry| !is_disordered(markers, entry));
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
                let has = |entry: &SketchEntry| {
                    entry
                        .markers
                        .iter()
                        .any(|event| event.key() == marker.key.value)
                };
                let what = format!("have the marker {}", quoted(&marker.form, 40));
                self.compare(&what, STYLE_GAP, &has);
            }
        }
    }

    fn style(&mut self) {
        let (preamble, suffix) = (self.preamble.clone(), self.suffix.clone());
        let start = |entry: &'_ SketchEntry| -> String {
            let head = entry.input.head();
            head.strip_prefix(&preamble).unwrap_or(head).to_owned()
        };
        let end = |entry: &'_ SketchEntry| -> String {
            let tail = entry.input.tail();
            tail.strip_suffix(&suffix).unwrap_or(tail).to_owned()
        };
        self.compare("end with a line break", STYLE_GAP, &|entry| {
            end(entry).ends_with('\n')
        });
        self.compare("start or end with a space", STYLE_GAP, &|entry| {
            start(entry).starts_with(' ') || end(entry).ends_with(' ')
        });
        self.compare("start with a lowercase letter", STYLE_GAP, &|entry| {
            start(entry).chars().next().is_some_and(char::is_lowercase)
        });
        self.compare("end with a question mark", STYLE_GAP, &|entry| {
            end(entry).trim_end().ends_with(['?', '？'])
        });
        self.compare("have several lines", STYLE_GAP, &|entry| {
            start(entry).trim().contains('\n')
        });
    }

    fn lengths(&mut self) {
        let sorted = |entries: &[&SketchEntry]| {
            let mut lengths: Vec<u64> = entries.iter().map(|entry| entry.input.chars).collect();
            lengths.sort_unstable();
            lengths
        };
        let (a, b) = (sorted(&self.training), sorted(&self.production));
        let middle = |lengths: &[u64]| lengths.get(lengths.len() / 2).copied().unwrap_or(0);
        let (x, y) = (middle(&a), middle(&b));
        let ratio = y as f64 / (x as f64).max(1.0);
        let (n, m) = (a.len() as f64, b.len() as f64);
        let needed = MIN_DISTANCE.max(1.95 * ((n + m) / (n * m)).sqrt());
        let apart = b.len() >= MIN_PROMPTS_FOR_LENGTH
            && !(0.5..=2.0).contains(&ratio)
            && distance(&a, &b) >= needed;
        let first = self.production.iter().map(|entry| entry.spot).min();
        if let Some(spot) = first.filter(|_| apart) {
            self.found.push(Difference {
                message: format!(
                    "median length: {} characters in training inputs, {} in production prompts",
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
            let what = format!("are in {} script", usual.value);
            self.compare(&what, STYLE_GAP, &|entry| {
                dominant(entry.input.head()).is_none_or(|script| script == usual.value)
            });
        }
    }
}

/// The shared text, if it is expected of every input.
fn usual(common: Option<&Common>) -> Option<String> {
    let usual = common.filter(|common| common.is_usual());
    usual.map(|common| common.value.clone())
}

/// Whether an input has all markers, but not in the usual order.
fn is_disordered(markers: &Markers, entry: &SketchEntry) -> bool {
    let keys: Vec<String> = entry.markers.iter().map(Event::key).collect();
    let at = |key: &String| keys.iter().position(|have| have == key);
    let places: Option<Vec<usize>> = markers
        .markers
        .iter()
        .map(|marker| at(&marker.key.value))
        .collect();
    places.is_some_and(|places| !places.is_sorted())
}

/// Whether the shares `a / n` and `b / m` differ by at least `gap`, and significantly.
fn is_large(a: usize, n: usize, b: usize, m: usize, gap: f64) -> bool {
    let (n, m) = (n as f64, m as f64);
    let (p, q) = (a as f64 / n, b as f64 / m);
    let pooled = (a + b) as f64 / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    let difference = (p - q).abs();
    difference >= gap && difference >= STANDARD_ERRORS * error
}

/// The Kolmogorov–Smirnov distance of two sorted samples.
fn distance(a: &[u64], b: &[u64]) -> f64 {
    let share =
        |of: &[u64], at: u64| of.partition_point(|length| *length <= at) as f64 / of.len() as f64;
    let gaps = a
        .iter()
        .chain(b)
        .map(|&at| (share(a, at) - share(b, at)).abs());
    gaps.fold(0.0, f64::max)
}

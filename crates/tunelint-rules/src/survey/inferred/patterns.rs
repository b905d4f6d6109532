//! The patterns that nearly all outputs share, and how an output differs from them.
//!
//! The method is that of data profiling (Auto-Detect, SIGMOD 2018; Auto-Validate, SIGMOD 2021): each
//! output is generalized to classes, the class that nearly all share is the convention, and only what
//! is close to it, such as the same content in another order, deviates. Anything else may be meant.

use std::collections::{BTreeMap, BTreeSet};

use super::dates::DateFormat;
use super::frame::{answer_heading, list_marker, opening, separating, separator, unfenced};
use super::majority::{AMONG_NEAR, Majority};
use super::numbers::Number;
use super::outputs::Outputs;
use super::pattern::{Pattern, after_heading, is_short, is_unit_sign, words};
use super::plateau::LEAST;
use super::tokens::{Token, numbers, tokens};
use crate::survey::Sketch;
use crate::survey::occurrence::occurs;

/// The minimum share of one order among dates whose order is clear. Others can hide among those of
/// unclear order, so it may be lower.
const CLEAR: f64 = 0.8;
/// The minimum share of outputs that start with the same word, for them to be code.
const SAME_OPENING: f64 = 0.5;
/// The maximum share of lists with a second separator inside items.
const FEW_MIXED: f64 = 0.05;
/// The minimum share of outputs copied from their input for copying to be the task.
const COPIED: f64 = 0.1;

/// The patterns of a dataset's outputs. A part is `None` if it is not common enough, or with too few
/// outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns {
    /// Whether many outputs are copied from their input, so that they are written as it is.
    pub copied: bool,
    /// Whether they are in code fences.
    fenced: Option<Majority<bool>>,
    /// The first word of most outputs.
    opening: Option<String>,
    /// Whether code ends with a semicolon.
    semicolon: Option<Majority<bool>>,
    /// The marker of list items.
    marker: Option<Majority<String>>,
    /// The separator of items in one line.
    separator: Option<Majority<String>>,
    /// `false` if they are short and nearly none starts with a heading such as `Answer:`.
    headed: Option<Majority<bool>>,
    /// The pattern of short outputs.
    value: Option<Value>,
}

/// The pattern of short outputs, and the notation of numbers and dates in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    pattern: Majority<Pattern>,
    constants: BTreeSet<String>,
    /// The shortest output of this pattern.
    example: String,
    decimal: Option<Majority<char>>,
    grouped: Option<Majority<bool>>,
    date: Option<Majority<DateFormat>>,
    /// An output with the usual notation.
    noted: String,
}

/// How an output differs from the usual pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What differs.
    pub kind: DeviationKind,
    /// How this output is written.
    pub found: String,
    /// How outputs are usually written.
    pub usual: String,
    /// The outputs that are written in this way.
    pub convention: Majority<()>,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviationKind {
    /// The output is in code fences.
    Fence,
    /// The output is not in code fences.
    NoFence,
    /// A final semicolon.
    Semicolon,
    /// No final semicolon.
    NoSemicolon,
    /// The marker of list items.
    Marker,
    /// The separator of items.
    Separator,
    /// A heading before the output.
    Heading,
    /// The format of a date.
    Date,
    /// The order, units, signs or numbers of a value.
    Value,
}

/// An output of the sketch, with the number of examples that have its input.
type Weighted<'t> = (&'t str, usize);

impl Patterns {
    /// Infers the patterns of the outputs in the sketch.
    pub fn infer(sketch: &Sketch, outputs: &Outputs) -> Self {
        let mut copied = Vec::new();
        let mut texts: Vec<Weighted<'_>> = Vec::new();
        for entry in sketch.entries() {
            let Some(cut) = entry.output.as_ref() else {
                continue;
            };
            let weight = entry.count as usize;
            // The content of a long output is unknown: it has no pattern.
            let body = cut.whole().map_or("", |text| outputs.body(text));
            copied.push((is_copied(body, entry.input.head()), weight));
            texts.push((body, weight));
        }
        let copying = Majority::weighted(copied).is_some_and(|most| {
            let share = most.share();
            (if most.value { share } else { 1.0 - share }) >= COPIED
        });
        let fenced = usual(
            texts
                .iter()
                .map(|(text, weight)| (unfenced(text).is_some(), *weight)),
        );
        let code = || {
            texts
                .iter()
                .map(|(text, weight)| (unfenced(text).unwrap_or(text), *weight))
        };
        let opening =
            Majority::weighted(code().filter_map(|(text, weight)| Some((opening(text)?, weight))))
                .and_then(|most| most.when(LEAST, SAME_OPENING));
        let opening = opening.map(|most| most.value);
        let ends = |(text, weight): Weighted<'_>| {
            starts_alike(&opening, text).then(|| (text.ends_with(';'), weight))
        };
        Self {
            copied: copying,
            semicolon: usual(code().filter_map(ends)),
            fenced,
            opening,
            marker: marker_of(&texts),
            separator: separator_of(&texts),
            headed: headed_of(&texts),
            value: Value::infer(&texts),
        }
    }

    /// Whether an output of the sketch is outside a pattern. If not, and the sketch is the whole
    /// dataset, none deviates.
    pub fn may_deviate(&self) -> bool {
        fn some<T>(part: &Option<Majority<T>>) -> bool {
            part.as_ref().is_some_and(|usual| usual.holders < usual.of)
        }
        some(&self.fenced)
            || some(&self.semicolon)
            || some(&self.marker)
            || some(&self.separator)
            || some(&self.headed)
            || self.value.as_ref().is_some_and(|value| {
                value.pattern.holders < value.pattern.of
                    || some(&value.decimal)
                    || some(&value.grouped)
                    || some(&value.date)
            })
    }

    /// Whether a pattern was inferred.
    pub fn is_known(&self) -> bool {
        self.fenced.is_some()
            || self.semicolon.is_some()
            || self.marker.is_some()
            || self.separator.is_some()
            || self.headed.is_some()
            || self.value.is_some()
    }

    /// How `body`, an output without its stop suffix, differs from the usual pattern.
    pub fn deviation(&self, body: &str) -> Option<Deviation> {
        self.fence(body)
            .or_else(|| self.end(body))
            .or_else(|| self.list(body))
            .or_else(|| self.heading(body))
            .or_else(|| self.value.as_ref()?.deviation(body))
    }

    fn fence(&self, body: &str) -> Option<Deviation> {
        let usual = self.fenced.as_ref()?;
        let inner = unfenced(body);
        let code = inner.unwrap_or(body);
        let alike = starts_alike(&self.opening, code)
            || self.value.as_ref().is_some_and(|value| value.has(code));
        let kind = match inner {
            Some(_) => DeviationKind::Fence,
            None => DeviationKind::NoFence,
        };
        (usual.value != inner.is_some() && alike).then(|| Deviation::new(kind, "", "", usual))
    }

    fn end(&self, body: &str) -> Option<Deviation> {
        let usual = self.semicolon.as_ref()?;
        let code = unfenced(body).unwrap_or(body);
        let ends = code.ends_with(';');
        let kind = match ends {
            true => DeviationKind::Semicolon,
            false => DeviationKind::NoSemicolon,
        };
        (usual.value != ends && starts_alike(&self.opening, code))
            .then(|| Deviation::new(kind, "", "", usual))
    }

    fn list(&self, body: &str) -> Option<Deviation> {
        let compare = |usual: &Option<Majority<String>>, found: Option<String>, kind| {
            let usual = usual.as_ref()?;
            let found = found.filter(|found| *found != usual.value)?;
            Some(Deviation::new(kind, &found, &usual.value, usual))
        };
        let marker =
            list_marker(body).filter(|found| self.numbers_items() == Some(is_numbered(found)));
        compare(&self.marker, marker, DeviationKind::Marker)
            .or_else(|| compare(&self.separator, separator(body), DeviationKind::Separator))
    }

    /// Whether items usually have numbers. Lists with and without numbers may both be meant.
    fn numbers_items(&self) -> Option<bool> {
        self.marker.as_ref().map(|usual| is_numbered(&usual.value))
    }

    fn heading(&self, body: &str) -> Option<Deviation> {
        let usual = self.headed.as_ref()?;
        let (heading, _) = answer_heading(body)?;
        Some(Deviation::new(DeviationKind::Heading, heading, "", usual))
    }
}

impl Deviation {
    fn new<T>(kind: DeviationKind, found: &str, usual: &str, convention: &Majority<T>) -> Self {
        Self {
            kind,
            found: found.to_owned(),
            usual: usual.to_owned(),
            convention: convention.bare(),
        }
    }

    /// The first word, or currency or percent sign, of a value that outputs usually do not have.
    pub fn unit(&self) -> Option<String> {
        let units = |text| -> Vec<String> {
            let units = tokens(text).into_iter().filter_map(|token| match token {
                Token::Word(word) => Some(word.to_owned()),
                Token::Sign(sign) if is_unit_sign(sign) => Some(sign.to_string()),
                _ => None,
            });
            units.collect()
        };
        let usual = units(&self.usual);
        let value = self.kind == DeviationKind::Value;
        let mut found = units(&self.found).into_iter().filter(|_| value);
        found.find(|unit| !usual.contains(unit))
    }
}

impl Value {
    fn infer(texts: &[Weighted<'_>]) -> Option<Self> {
        let constants = constants(texts);
        if constants.is_empty() && !has_numbers(texts) {
            return None;
        }
        let patterns = texts.iter().map(|(text, _)| Pattern::of(text, &constants));
        let patterns: Vec<Option<Pattern>> = patterns.collect();
        let weighted = patterns.iter().zip(texts);
        let usual_pattern = usual(weighted.map(|(pattern, (_, weight))| (pattern, *weight)))?;
        let pattern = Majority {
            value: usual_pattern.value.clone().filter(Pattern::is_structured)?,
            holders: usual_pattern.holders,
            of: usual_pattern.of,
        };
        let having = patterns.iter().zip(texts);
        let having = having.filter(|(found, _)| found.as_ref() == Some(&pattern.value));
        let having: Vec<Weighted<'_>> = having.map(|(_, text)| *text).collect();
        let noted = having.iter().flat_map(|(text, weight)| {
            numbers(&tokens(text))
                .map(|number| (number, *weight))
                .collect::<Vec<_>>()
        });
        let noted: Vec<(Number, usize)> = noted.collect();
        // Numbers alone are the subject of `mixed-number-style`.
        let within = !pattern.value.is_number();
        let decimal = usual(
            noted
                .iter()
                .filter_map(|(number, weight)| Some((number.decimal?, *weight))),
        );
        let grouped = usual(
            noted
                .iter()
                .filter_map(|(number, weight)| Some((number.grouped?, *weight))),
        );
        let mut value = Self {
            example: shortest(&having)?.to_owned(),
            noted: String::new(),
            decimal: decimal.filter(|_| within),
            grouped: grouped.filter(|_| within),
            date: date_of(&having),
            constants,
            pattern,
        };
        let plain: Vec<Weighted<'_>> = having
            .into_iter()
            .filter(|(text, _)| value.notes(text) && !value.misses(text))
            .collect();
        value.noted = shortest(&plain).unwrap_or(&value.example).to_owned();
        Some(value)
    }

    /// Whether a text has the usual pattern.
    fn has(&self, text: &str) -> bool {
        Pattern::of(text, &self.constants).as_ref() == Some(&self.pattern.value)
    }

    /// Whether a text has a number whose notation is compared.
    fn notes(&self, text: &str) -> bool {
        numbers(&tokens(text)).any(|number| {
            self.decimal.is_none() == number.decimal.is_none()
                && self.grouped.is_none() == number.grouped.is_none()
        })
    }

    /// Whether a number in a text is written in another notation.
    fn misses(&self, text: &str) -> bool {
        numbers(&tokens(text)).any(|number| {
            let decimal = self.decimal.zip(number.decimal);
            let grouped = self.grouped.zip(number.grouped);
            decimal.is_some_and(|(usual, found)| usual.value != found)
                || grouped.is_some_and(|(usual, found)| usual.value != found)
        })
    }

    fn deviation(&self, body: &str) -> Option<Deviation> {
        if !is_short(body) {
            return None;
        }
        let value = |usual: &str| Deviation::new(DeviationKind::Value, body, usual, &self.pattern);
        let pattern = Pattern::of(body, &self.constants)?;
        if pattern != self.pattern.value {
            let usual = &self.pattern.value;
            // Before text, it may be part of a title: only known headings are reported there.
            let heading =
                after_heading(body).filter(|(_, rest)| self.has(rest) && !usual.has_text());
            let rewritten = || usual.is_rewritten(&self.example, &pattern, body);
            return match heading {
                Some((heading, _)) => Some(Deviation::new(
                    DeviationKind::Heading,
                    heading,
                    "",
                    &self.pattern,
                )),
                None => rewritten().then(|| value(&self.example)),
            };
        }
        if self.misses(body) {
            return Some(value(&self.noted));
        }
        let usual = self.date.as_ref()?;
        let found = dates(body).find(|date| !date.fits(usual.value))?;
        Some(Deviation::new(
            DeviationKind::Date,
            &found.name(),
            &usual.value.name(),
            usual,
        ))
    }
}

/// The most frequent of values with their weights, if at least [`LEAST`] outputs have a value, and
/// enough of them this one.
fn usual<T: Ord>(values: impl Iterator<Item = (T, usize)>) -> Option<Majority<T>> {
    let values: Vec<(T, usize)> = values.collect();
    let enough = values.len() >= LEAST;
    Majority::weighted(values)
        .filter(|_| enough)?
        .when(LEAST, AMONG_NEAR)
}

/// Whether a text starts with the word that most outputs start with.
fn starts_alike(usual: &Option<String>, text: &str) -> bool {
    usual.is_some() && opening(text) == *usual
}

/// Whether an output is part of its input, and not just a digit or a letter.
pub fn is_copied(body: &str, input: &str) -> bool {
    body.chars().nth(2).is_some() && occurs(body, input)
}

/// Whether enough outputs have a digit for the usual pattern to have a number.
fn has_numbers(texts: &[Weighted<'_>]) -> bool {
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let digits = texts
        .iter()
        .map(|(text, weight)| (has_digit(text), *weight));
    usual(digits).is_some_and(|most| most.value)
}

/// The words that nearly all outputs have.
fn constants(texts: &[Weighted<'_>]) -> BTreeSet<String> {
    let all: usize = texts.iter().map(|(_, weight)| weight).sum();
    let common = |count: usize| count as f64 >= AMONG_NEAR * all as f64;
    let (short, long): (Vec<_>, Vec<_>) = texts.iter().partition(|(text, _)| is_short(text));
    let mut passed: usize = long.iter().map(|(_, weight)| weight).sum();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (text, weight) in short {
        for word in words(text) {
            *counts.entry(word).or_default() += weight;
        }
        passed += weight;
        // A word that too many outputs lack cannot become common any more.
        if !common(all - passed) {
            counts.retain(|_, count| common(all - (passed - *count)));
            if counts.is_empty() {
                break;
            }
        }
    }
    counts.into_keys().collect()
}

/// The usual marker, where nearly all outputs are lists.
fn marker_of(texts: &[Weighted<'_>]) -> Option<Majority<String>> {
    usual(
        texts
            .iter()
            .map(|(text, weight)| (list_marker(text).is_some(), *weight)),
    )
    .filter(|lists| lists.value)?;
    usual(
        texts
            .iter()
            .filter_map(|(text, weight)| Some((list_marker(text)?, *weight))),
    )
}

/// The usual separator, where most outputs are lists in one line and none of their items contains
/// another separator.
fn separator_of(texts: &[Weighted<'_>]) -> Option<Majority<String>> {
    let most = usual(
        texts
            .iter()
            .filter_map(|(text, weight)| Some((separator(text)?, *weight))),
    )?;
    let sign = separating(&most.value).next()?;
    let (mut all, mut mixed) = (0, 0);
    for (text, weight) in texts {
        all += weight;
        let others = separating(text).any(|other| other != sign);
        if others && separating(text).any(|other| other == sign) {
            mixed += weight;
        }
    }
    let (all, mixed) = (all as f64, mixed as f64);
    (most.holders as f64 >= 0.5 * all && mixed <= FEW_MIXED * all).then_some(most)
}

/// Whether outputs have a heading, where nearly all are short.
fn headed_of(texts: &[Weighted<'_>]) -> Option<Majority<bool>> {
    usual(
        texts
            .iter()
            .map(|(text, weight)| (is_short(text) && !text.is_empty(), *weight)),
    )
    .filter(|short| short.value)?;
    usual(
        texts
            .iter()
            .map(|(text, weight)| (answer_heading(text).is_some(), *weight)),
    )
    .filter(|headed| !headed.value)
}

/// The usual format of dates in outputs.
fn date_of(texts: &[Weighted<'_>]) -> Option<Majority<DateFormat>> {
    let found = texts
        .iter()
        .flat_map(|(text, weight)| dates(text).map(|date| (date, *weight)));
    let found: Vec<(DateFormat, usize)> = found.collect();
    let enough = found.len() >= LEAST;
    DateFormat::most(&found, CLEAR)
        .filter(|_| enough)?
        .when(LEAST, AMONG_NEAR)
}

/// Whether a marker of list items is a number.
fn is_numbered(marker: &str) -> bool {
    marker.contains('1')
}

fn dates(text: &str) -> impl Iterator<Item = DateFormat> {
    tokens(text).into_iter().filter_map(|token| match token {
        Token::Date(date) => Some(date),
        _ => None,
    })
}

/// The shortest text, and the first in byte order of those.
fn shortest<'t>(texts: &[Weighted<'t>]) -> Option<&'t str> {
    texts
        .iter()
        .map(|(text, _)| *text)
        .min_by_key(|text| (text.len(), *text))
}

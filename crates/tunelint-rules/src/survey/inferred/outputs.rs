//! What the outputs of a set have in common: how they end, their shape, how they write numbers.

use super::common::{Common, reversed};
use super::majority::Majority;
use super::numbers::{DateStyle, Number, is_words};
use super::plateau::{LEAST, is_word};
use super::script::dominant;
use super::shape::{Shape, json_keys};
use crate::survey::{Cut, Sketch};

/// Outputs from which on their shape is judged.
pub const ENOUGH: usize = 50;
/// The share of outputs that must have one shape, one set of keys, one ending.
const NEARLY_ALL: f64 = 0.95;
/// The share of numbers that must be written one way.
const MOST: f64 = 0.9;
/// The share of outputs in quotes up to which they stand out.
const FEW_QUOTED: f64 = 0.1;
/// The share of outputs up to which white space at their edge stands out.
const HALF: f64 = 0.5;

/// The common form of outputs; what is `None` is not common enough, or there are too few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs {
    /// What nearly all end with: ` END`, `<|endoftext|>`.
    pub stop: Option<Common>,
    /// The white space before that, where most have the same.
    pub stop_gap: Option<String>,
    /// Whether there is white space before most of them.
    pub leading: Option<Majority<bool>>,
    /// Whether there is white space behind most of them.
    pub trailing: Option<Majority<bool>>,
    /// The shape.
    pub shape: Option<Majority<Shape>>,
    /// The keys of JSON objects, sorted.
    pub keys: Option<Majority<Vec<String>>>,
    /// The same, in the order in which they stand.
    pub key_order: Option<Majority<Vec<String>>>,
    /// Whether thousands are separated.
    pub grouped: Option<Majority<bool>>,
    /// The sign before decimals.
    pub decimal: Option<Majority<char>>,
    /// That there is a currency sign, where nearly all have one.
    pub currency: Option<Majority<bool>>,
    /// That there is a percent sign, where nearly all have one.
    pub percent: Option<Majority<bool>>,
    /// Whether numbers are in words.
    pub in_words: Option<Majority<bool>>,
    /// The style of dates.
    pub date: Option<Majority<DateStyle>>,
    /// Whether they stand in quotes: `false`, where a few do.
    pub quoted: Option<Majority<bool>>,
    /// The script of their letters.
    pub script: Option<Majority<&'static str>>,
    /// That they are in the script of their input, where nearly all are.
    pub same_script: Option<Majority<bool>>,
    /// Whether they end with a full stop.
    pub ended: Option<Majority<bool>>,
    /// Whether they start with a capital.
    pub upper: Option<Majority<bool>>,
}

impl Outputs {
    /// Infers it.
    pub fn infer(sketch: &Sketch) -> Self {
        let cuts: Vec<&Cut> = sketch
            .entries()
            .filter_map(|entry| entry.output.as_ref())
            .collect();
        let cuts: Vec<&Cut> = cuts
            .into_iter()
            .filter(|cut| !cut.head().trim().is_empty())
            .collect();
        let stop = stop(&cuts);
        let ending = stop.as_ref().map_or("", |stop| stop.value.as_str());
        // Of a longer output only the start is there: it is text, or its shape is not known.
        let texts: Vec<&str> = cuts
            .iter()
            .filter_map(|cut| cut.whole())
            .map(|text| body(text, ending))
            .collect();
        let mut form = Self {
            leading: edge(&cuts, |cut| cut.head().starts_with(char::is_whitespace)),
            trailing: edge(&cuts, |cut| cut.tail().ends_with(char::is_whitespace)),
            shape: Majority::among(texts.iter().map(|text| Shape::of(text)))
                .and_then(|shape| shape.when(ENOUGH, NEARLY_ALL)),
            quoted: Majority::among(texts.iter().map(|text| is_quoted(text)))
                .filter(|quoted| !quoted.value)
                .and_then(|quoted| quoted.when(ENOUGH, 1.0 - FEW_QUOTED)),
            date: Majority::among(texts.iter().filter_map(|text| DateStyle::of(text)))
                .and_then(|date| date.when(LEAST, MOST)),
            script: Majority::among(cuts.iter().filter_map(|cut| dominant(cut.head())))
                .and_then(|script| script.when(ENOUGH, NEARLY_ALL)),
            same_script: Majority::among(sketch.entries().filter_map(|entry| {
                let output = dominant(entry.output.as_ref()?.head())?;
                Some(output == dominant(entry.input.head())?)
            }))
            .filter(|same| same.value)
            .and_then(|same| same.when(ENOUGH, NEARLY_ALL)),
            ended: Majority::among(texts.iter().filter_map(|text| ends_sentence(text)))
                .and_then(|ended| ended.when(ENOUGH, NEARLY_ALL)),
            upper: Majority::among(texts.iter().filter_map(|text| starts_upper(text)))
                .and_then(|upper| upper.when(ENOUGH, NEARLY_ALL)),
            stop_gap: gap(&cuts, ending),
            stop,
            ..Self::default()
        };
        form.read_keys(&texts);
        form.read_numbers(&texts);
        form
    }

    fn read_keys(&mut self, texts: &[&str]) {
        let keys: Vec<Vec<String>> = texts.iter().filter_map(|text| json_keys(text)).collect();
        self.keys = Majority::among(keys.iter().map(|keys| sorted(keys)))
            .and_then(|keys| keys.when(LEAST, NEARLY_ALL));
        let same = |order: &&Vec<String>| {
            self.keys
                .as_ref()
                .is_some_and(|keys| keys.value == sorted(order))
        };
        self.key_order = Majority::among(keys.iter().filter(same).cloned())
            .and_then(|order| order.when(LEAST, NEARLY_ALL));
    }

    fn read_numbers(&mut self, texts: &[&str]) {
        let numbers: Vec<Number> = texts
            .iter()
            .filter_map(|text| Number::parse(text))
            .collect();
        let most =
            |values: Vec<bool>| Majority::among(values).and_then(|value| value.when(LEAST, MOST));
        self.grouped = most(numbers.iter().filter_map(|number| number.grouped).collect());
        // A sign that few have is meant; one that nearly all have is missed.
        let signed = |sign: &Majority<bool>| sign.value;
        self.currency = most(numbers.iter().map(|number| number.currency).collect()).filter(signed);
        self.percent = most(numbers.iter().map(|number| number.percent).collect()).filter(signed);
        self.decimal = Majority::among(numbers.iter().filter_map(|number| number.decimal))
            .and_then(|sign| sign.when(LEAST, MOST));
        let words = texts.iter().filter(|text| is_words(text)).count();
        self.in_words = most([vec![false; numbers.len()], vec![true; words]].concat());
    }

    /// An output without white space around it and without what ends every output.
    pub fn body<'t>(&self, text: &'t str) -> &'t str {
        body(
            text,
            self.stop.as_ref().map_or("", |stop| stop.value.as_str()),
        )
    }
}

fn body<'t>(text: &'t str, stop: &str) -> &'t str {
    let trimmed = text.trim();
    trimmed
        .strip_suffix(stop.trim_end())
        .unwrap_or(trimmed)
        .trim()
}

/// The white space that most outputs have before their ending.
fn gap(cuts: &[&Cut], ending: &str) -> Option<String> {
    let before = cuts.iter().filter_map(|cut| {
        let text = cut.tail().trim_end().strip_suffix(ending)?;
        text.get(text.trim_end().len()..)
    });
    let most = Majority::among(before).filter(|_| !ending.is_empty())?;
    most.when(LEAST, MOST).map(|most| most.value.to_owned())
}

fn edge(cuts: &[&Cut], of: fn(&Cut) -> bool) -> Option<Majority<bool>> {
    let most = Majority::among(cuts.iter().map(|cut| of(cut)))?.when(LEAST, HALF)?;
    // A half and a half is no form, and up to 95 % with white space may be meant.
    let clear = if most.value {
        most.share() >= NEARLY_ALL
    } else {
        most.share() > HALF
    };
    clear.then_some(most)
}

/// Keys in the order of their letters.
pub fn sorted(keys: &[String]) -> Vec<String> {
    let mut keys = keys.to_vec();
    keys.sort();
    keys
}

/// Whether a text that ends with a letter or a full stop ends with a full stop.
pub fn ends_sentence(text: &str) -> Option<bool> {
    match text.trim_end().chars().next_back()? {
        '.' | '。' => Some(true),
        c if c.is_alphabetic() => Some(false),
        _ => None,
    }
}

/// Whether a text that starts with a letter of two cases starts with a capital.
pub fn starts_upper(text: &str) -> Option<bool> {
    let first = text.trim_start().chars().next()?;
    (first.is_uppercase() != first.is_lowercase()).then_some(first.is_uppercase())
}

/// Whether a text stands in quotes, and none are inside.
pub fn is_quoted(text: &str) -> bool {
    [
        ("\"", "\""),
        ("'", "'"),
        ("“", "”"),
        ("«", "»"),
        ("「", "」"),
    ]
    .into_iter()
    .any(|(open, close)| {
        let inner = text
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| {
            !inner.is_empty() && !inner.contains(open) && !inner.contains(close)
        })
    })
}

/// What at least [`NEARLY_ALL`] of the outputs end with, if it is said on purpose: not the second
/// half of a word, nor brackets and full stops alone.
fn stop(cuts: &[&Cut]) -> Option<Common> {
    if cuts.len() < LEAST {
        return None;
    }
    let tails: Vec<String> = cuts
        .iter()
        .map(|cut| reversed(cut.tail().trim_end()))
        .collect();
    let mut left: Vec<std::str::Chars<'_>> = tails.iter().map(|tail| tail.chars()).collect();
    let need = (NEARLY_ALL * tails.len() as f64).ceil() as usize;
    let mut ending = String::new();
    loop {
        let next = Majority::among(left.iter().filter_map(|rest| rest.clone().next()));
        let Some(next) = next.filter(|next| next.holders >= need) else {
            break;
        };
        left.retain_mut(|rest| rest.next() == Some(next.value));
        ending.push(next.value);
    }
    let whole_word = |before: Option<char>| !before.is_some_and(is_word);
    let inside = left
        .iter()
        .filter(|rest| !whole_word((*rest).clone().next()))
        .count();
    if inside * 50 > left.len() {
        // The walk ended inside a word.
        let word = ending.chars().rev().take_while(|c| is_word(*c)).count();
        let kept = ending.chars().count() - word;
        ending = ending.chars().take(kept).collect();
    }
    let value = said_on_purpose(reversed(&ending).trim())?.to_owned();
    let holders = |of: fn(&str, &str) -> bool| {
        let has = |cut: &&&Cut| of(cut.tail().trim_end(), &value);
        cuts.iter().filter(has).count()
    };
    let ended = holders(|text, value| text.ends_with(value));
    // What is ever a whole output says something.
    let alone = holders(|text, value| text.trim() == value);
    (alone == 0).then_some(Common {
        holders: ended,
        of: cuts.len(),
        value,
    })
}

/// Words that are written to end an output. Another word in capitals may be a label or a unit.
const STOP_WORDS: [&str; 4] = ["END", "STOP", "EOS", "DONE"];

/// The part of a common ending that is written to end an output: a word of signs (`###`) or one
/// for it (`END`), else a closing sentence. A unit or the end of a word says something.
fn said_on_purpose(ending: &str) -> Option<&str> {
    let last = ending.split_whitespace().next_back()?;
    let signs = last.contains(['#', '<', '|', '~']) && !last.starts_with("</");
    if (signs && last.chars().count() >= 2) || STOP_WORDS.contains(&last) {
        return Some(last);
    }
    let words = ending
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty());
    let sentence = words.count() >= 3 && ending.chars().count() >= 12;
    (sentence && !ending.ends_with(['}', ']', '>'])).then_some(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop_of(texts: &[&str]) -> Option<String> {
        let cuts: Vec<Cut> = texts.iter().map(|text| Cut::new(text, 2048, 128)).collect();
        let cuts: Vec<&Cut> = cuts.iter().collect();
        stop(&cuts).map(|stop| stop.value)
    }

    #[test]
    fn stop_sequences_are_told_from_content() {
        let ended: Vec<String> = (0..30).map(|n| format!("answer {}. END", n * 17)).collect();
        assert_eq!(
            stop_of(&ended.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
            Some("END")
        );
        assert_eq!(stop_of(&["positive", "negative"].repeat(20)), None);
        assert_eq!(
            stop_of(&["{\"a\":\"x\"}", "{\"a\":\"y\"}"].repeat(20)),
            None
        );
        assert_eq!(stop_of(&["It is.", "No."].repeat(20)), None);
        assert_eq!(stop_of(&["12 euro", "37 euro"].repeat(20)), None);
    }

    #[test]
    fn quotes_count_only_around_all() {
        assert!(is_quoted("\"yes\"") && is_quoted("“ja”"));
        assert!(!is_quoted("\"yes\" and \"no\"") && !is_quoted("it's"));
    }
}

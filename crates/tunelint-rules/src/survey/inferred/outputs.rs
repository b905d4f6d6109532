//! The inferred format of outputs: stop suffix, shape, notation of numbers and dates.

use serde::{Deserialize, Serialize};

use super::common::{Common, reversed};
use super::majority::{AMONG_NEAR, Majority, NEARLY_ALL};
use super::names;
use super::numbers::{DateStyle, Number, is_words};
use super::plateau::{LEAST, is_word};
use super::script::dominant;
use super::shape::{OutputShape, json_keys, usual_shape};
use crate::survey::{Cut, Sketch};

/// The minimum number of outputs for inferring their shape.
pub const ENOUGH: usize = 50;
/// The minimum share of numbers with the same notation.
const MOST: f64 = 0.9;
/// The minimum share of long outputs that end a sentence. Below it, ends without a period are a
/// matter of style.
const FINISHED: f64 = 0.98;
/// The minimum length of a long output, in characters.
pub const LONG: u64 = 200;
/// The maximum share of quoted outputs for quotes to be unusual.
const FEW_QUOTED: f64 = 0.1;
/// The maximum share of outputs with whitespace at an edge for it to be unusual.
const HALF: f64 = 0.5;

/// The inferred format of outputs. A part is `None` if it is not common enough, or with too few
/// outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs {
    /// The stop suffix that nearly all end with: ` END`, `<|endoftext|>`.
    pub stop: Option<Common>,
    /// The usual whitespace before the stop suffix.
    pub stop_gap: Option<String>,
    /// Whether most have leading whitespace.
    pub leading: Option<Majority<bool>>,
    /// Whether most have trailing whitespace.
    pub trailing: Option<Majority<bool>>,
    /// The usual shape.
    pub shape: Option<Majority<OutputShape>>,
    /// The usual keys of JSON objects, sorted.
    pub keys: Option<Majority<Vec<String>>>,
    /// The same keys, in their usual order.
    pub key_order: Option<Majority<Vec<String>>>,
    /// Whether thousands are separated.
    pub grouped: Option<Majority<bool>>,
    /// The decimal separator.
    pub decimal: Option<Majority<char>>,
    /// `true` if nearly all numbers have a currency sign.
    pub currency: Option<Majority<bool>>,
    /// `true` if nearly all numbers have a percent sign.
    pub percent: Option<Majority<bool>>,
    /// Whether numbers are written in words.
    pub in_words: Option<Majority<bool>>,
    /// The style of dates.
    pub date: Option<Majority<DateStyle>>,
    /// `false` if at most a few outputs are in quotes.
    pub quoted: Option<Majority<bool>>,
    /// Whether no output of the whole dataset is in quotes.
    pub none_quoted: bool,
    /// The usual script.
    pub script: Option<Majority<&'static str>>,
    /// `true` if nearly all outputs are in the script of their input.
    pub same_script: Option<Majority<bool>>,
    /// Whether they end with a period.
    pub ended: Option<Majority<bool>>,
    /// `true` if nearly all long outputs end a sentence, a block or a quotation.
    pub finished: Option<Majority<bool>>,
    /// Whether they start with an uppercase letter.
    pub upper: Option<Majority<bool>>,
}

impl Outputs {
    /// Infers the format of the outputs in the sketch.
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
        // Long outputs are cut: their shape is unknown, and most are plain text.
        let texts: Vec<&str> = cuts
            .iter()
            .filter_map(|cut| cut.whole())
            .map(|text| body(text, ending))
            .collect();
        // Of each output that has letters: its script, and that of its input.
        let scripts: Vec<(&str, Option<&str>)> = sketch
            .entries()
            .filter_map(|entry| {
                let output = dominant(entry.output.as_ref()?.head())?;
                Some((output, dominant(entry.input.head())))
            })
            .collect();
        let mut outputs = Self {
            shape: usual_shape(&texts, ENOUGH),
            quoted: Majority::among(texts.iter().map(|text| is_quoted(text)))
                .filter(|quoted| !quoted.value)
                .and_then(|quoted| quoted.when(ENOUGH, 1.0 - FEW_QUOTED)),
            date: Majority::among(texts.iter().filter_map(|text| DateStyle::of(text)))
                .and_then(|date| date.when(LEAST, MOST)),
            script: usual_apart_from_inputs(&scripts),
            same_script: Majority::among(
                scripts
                    .iter()
                    .filter_map(|(output, input)| Some(*output == (*input)?)),
            )
            .filter(|same| same.value)
            .and_then(|same| same.when(ENOUGH, NEARLY_ALL)),
            ended: Majority::among(texts.iter().filter_map(|text| ends_sentence(text)))
                .and_then(|ended| ended.when(ENOUGH, NEARLY_ALL)),
            upper: Majority::among(texts.iter().filter_map(|text| starts_upper(text)))
                .and_then(|upper| upper.when(ENOUGH, NEARLY_ALL)),
            finished: Majority::among(cuts.iter().filter_map(|cut| {
                let is_long = cut.chars >= LONG;
                is_long.then(|| !ends_in_word(body(cut.tail(), ending)))
            }))
            .filter(|finished| finished.value)
            .and_then(|finished| finished.when(ENOUGH, FINISHED)),
            stop_gap: gap(&cuts, ending),
            stop,
            ..Self::default()
        };
        outputs.read_keys(&texts);
        outputs.read_numbers(&texts);
        outputs
    }

    fn read_keys(&mut self, texts: &[&str]) {
        let keys: Vec<Vec<String>> = texts.iter().filter_map(|text| json_keys(text)).collect();
        let sets = keys.iter().map(|keys| (sorted(keys), 1));
        self.keys = Majority::convention(sets, LEAST, |usual, other| names::is_near(usual, other));
        let same = |order: &&Vec<String>| {
            self.keys
                .as_ref()
                .is_some_and(|keys| keys.value == sorted(order))
        };
        // The same keys in any order are near.
        let orders = keys.iter().filter(same).map(|order| (order.clone(), 1));
        self.key_order = Majority::convention(orders, LEAST, |_, _| true);
    }

    fn read_numbers(&mut self, texts: &[&str]) {
        let numbers: Vec<Number> = texts
            .iter()
            .filter_map(|text| Number::parse(text))
            .collect();
        let most =
            |values: Vec<bool>| Majority::among(values).and_then(|value| value.when(LEAST, MOST));
        self.grouped = most(numbers.iter().filter_map(|number| number.grouped).collect());
        // Only a sign that nearly all numbers have is expected of the rest.
        let signed = |sign: &Majority<bool>| sign.value;
        self.currency = most(numbers.iter().map(|number| number.currency).collect()).filter(signed);
        self.percent = most(numbers.iter().map(|number| number.percent).collect()).filter(signed);
        self.decimal = Majority::among(numbers.iter().filter_map(|number| number.decimal))
            .and_then(|sign| sign.when(LEAST, MOST));
        let words = texts.iter().filter(|text| is_words(text)).count();
        self.in_words = most([vec![false; numbers.len()], vec![true; words]].concat());
    }

    /// An output without surrounding whitespace and stop suffix.
    pub fn body<'t>(&self, text: &'t str) -> &'t str {
        body(
            text,
            self.stop.as_ref().map_or("", |stop| stop.value.as_str()),
        )
    }
}

/// `text` without surrounding whitespace and the stop suffix `stop`.
pub fn body<'t>(text: &'t str, stop: &str) -> &'t str {
    let trimmed = text.trim();
    trimmed
        .strip_suffix(stop.trim_end())
        .unwrap_or(trimmed)
        .trim()
}

/// The whitespace that most outputs have before the stop suffix.
fn gap(cuts: &[&Cut], ending: &str) -> Option<String> {
    let before = cuts.iter().filter_map(|cut| {
        let text = cut.tail().trim_end().strip_suffix(ending)?;
        text.get(text.trim_end().len()..)
    });
    let most = Majority::among(before).filter(|_| !ending.is_empty())?;
    most.when(LEAST, MOST).map(|most| most.value.to_owned())
}

/// The script or language of nearly all outputs, or of most where the others are not in that of their
/// input either. `values` has that of each output, and that of its input.
pub fn usual_apart_from_inputs<T: Ord + Copy>(values: &[(T, Option<T>)]) -> Option<Majority<T>> {
    let most = Majority::among(values.iter().map(|(output, _)| *output))?.value;
    let forms = values.iter().map(|(output, input)| {
        let is_third = *output != most && input.is_some_and(|input| input != *output);
        ((*output, is_third), 1)
    });
    let usual = Majority::convention(forms, ENOUGH, |_, (_, is_third)| *is_third)?;
    Some(Majority {
        value: usual.value.0,
        holders: usual.holders,
        of: usual.of,
    })
}

/// How many outputs have whitespace at their edges: of all, not only of those in the sketch, which has
/// one of each distinct input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edges {
    /// The number of outputs that are not blank.
    of: usize,
    leading: usize,
    trailing: usize,
    /// The number of those that start with an indented line of several: pieces of code.
    indented: usize,
}

impl Edges {
    /// Counts an output.
    pub fn add(&mut self, text: &str) {
        let body = text.trim();
        if body.is_empty() {
            return;
        }
        self.of += 1;
        self.trailing += usize::from(text.ends_with(char::is_whitespace));
        if text.starts_with(char::is_whitespace) {
            self.leading += 1;
            let is_indented = text.starts_with("  ") || text.starts_with('\t');
            self.indented += usize::from(is_indented && body.contains('\n'));
        }
    }

    /// Adds the counts of other outputs.
    pub fn merge(&mut self, other: Self) {
        self.of += other.of;
        self.leading += other.leading;
        self.trailing += other.trailing;
        self.indented += other.indented;
    }

    /// Whether most outputs have leading whitespace; `None` as well where it is indentation.
    pub fn leading(&self) -> Option<Majority<bool>> {
        /// The maximum share of outputs that are indented by mistake.
        const FEW_INDENTED: f64 = 0.05;
        let is_content = self.indented as f64 > FEW_INDENTED * self.of as f64;
        self.edge(self.leading).filter(|_| !is_content)
    }

    /// Whether most outputs have trailing whitespace.
    pub fn trailing(&self) -> Option<Majority<bool>> {
        self.edge(self.trailing)
    }

    /// Whether most outputs have whitespace at the edge at which `have` have it.
    fn edge(&self, have: usize) -> Option<Majority<bool>> {
        let counts = [(true, have), (false, self.of - have)];
        let most = Majority::weighted(counts)?.when(LEAST, HALF)?;
        // A tie is not a format, and a share of up to 95% with whitespace may be intended.
        let clear = if most.value {
            most.share() >= NEARLY_ALL
        } else {
            most.share() > HALF
        };
        clear.then_some(most)
    }
}

/// The keys in alphabetical order.
pub fn sorted(keys: &[String]) -> Vec<String> {
    let mut keys = keys.to_vec();
    keys.sort();
    keys
}

/// Whether a text ends with a period; `None` if it ends with neither a letter nor a period.
pub fn ends_sentence(text: &str) -> Option<bool> {
    match text.trim_end().chars().next_back()? {
        '.' | '。' => Some(true),
        c if c.is_alphabetic() => Some(false),
        _ => None,
    }
}

/// Whether a text ends with a letter or a comma, in the middle of a sentence.
pub fn ends_in_word(text: &str) -> bool {
    let last = text.trim_end().chars().next_back();
    last.is_some_and(|c| c.is_alphabetic() || matches!(c, ',' | '，' | '、'))
}

/// Whether a text starts with an uppercase letter; `None` if its first character has no case.
pub fn starts_upper(text: &str) -> Option<bool> {
    let first = text.trim_start().chars().next()?;
    (first.is_uppercase() != first.is_lowercase()).then_some(first.is_uppercase())
}

/// Opening and closing quotation marks.
const QUOTES: [(char, char); 5] = [
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('«', '»'),
    ('「', '」'),
];

/// Whether the first visible character is one that a quoted output begins with.
pub fn begins_with_quote(text: &str) -> bool {
    let first = text.trim_start().chars().next();
    first.is_some_and(|first| QUOTES.iter().any(|(open, _)| *open == first))
}

/// Whether a text is in quotes, without the same quotes inside.
pub fn is_quoted(text: &str) -> bool {
    QUOTES.into_iter().any(|(open, close)| {
        let inner = text
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| {
            !inner.is_empty() && !inner.contains(open) && !inner.contains(close)
        })
    })
}

/// The stop suffix of nearly all outputs, or of most if it is a marker: an output without one is
/// near to the others, while a sentence at the end may be left out on purpose.
fn stop(cuts: &[&Cut]) -> Option<Common> {
    suffix_of(cuts, NEARLY_ALL)
        .or_else(|| suffix_of(cuts, AMONG_NEAR).filter(|stop| !stop.value.contains(' ')))
}

/// The suffix that at least `share` of the outputs have, if it is a stop suffix: not the end of a
/// word, and not just brackets or periods.
fn suffix_of(cuts: &[&Cut], share: f64) -> Option<Common> {
    if cuts.len() < LEAST {
        return None;
    }
    let mut left: Vec<_> = cuts
        .iter()
        .map(|cut| cut.tail().trim_end().chars().rev())
        .collect();
    let need = (share * left.len() as f64).ceil() as usize;
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
    let mid_word = left
        .iter()
        .filter(|rest| !whole_word((*rest).clone().next()))
        .count();
    if mid_word * 50 > left.len() {
        // The shared suffix starts inside a word: drop that part.
        let word = ending.chars().rev().take_while(|c| is_word(*c)).count();
        let kept = ending.chars().count() - word;
        ending = ending.chars().take(kept).collect();
    }
    let value = stop_suffix(reversed(&ending).trim())?.to_owned();
    let holders = |of: fn(&str, &str) -> bool| {
        let has = |cut: &&&Cut| of(cut.tail().trim_end(), &value);
        cuts.iter().filter(has).count()
    };
    let with_suffix = holders(|text, value| text.ends_with(value));
    // A suffix that is also a whole output is content.
    let alone = holders(|text, value| text.trim() == value);
    (alone == 0).then_some(Common {
        holders: with_suffix,
        of: cuts.len(),
        value,
    })
}

/// Words that mark the end of an output. Other uppercase words may be labels or units.
const STOP_WORDS: [&str; 4] = ["END", "STOP", "EOS", "DONE"];

/// The part of a shared ending that marks the end of an output: a word of signs (`###`), a stop
/// word (`END`) or a closing sentence. Anything else is content, such as a unit.
fn stop_suffix(ending: &str) -> Option<&str> {
    let last = ending.split_whitespace().next_back()?;
    let has_signs = last.contains(['#', '<', '|', '~']) && !last.contains("</");
    if has_signs && last.chars().count() >= 2 {
        // Punctuation before the token ends the sentence.
        return Some(last.trim_start_matches(['.', ',', '!', '?', ';', ':', '"', '\'', ')', '。']));
    }
    if STOP_WORDS.contains(&last) {
        return Some(last);
    }
    let words = ending
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty());
    let is_sentence = words.count() >= 3 && ending.chars().count() >= 12;
    (is_sentence && !ending.ends_with(['}', ']', '>'])).then_some(ending)
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
    fn stop_suffixes_are_distinguished_from_content() {
        let ended: Vec<String> = (0..30).map(|n| format!("answer {}. END", n * 17)).collect();
        assert_eq!(
            stop_of(&ended.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
            Some("END")
        );
        assert_eq!(stop_of(&["positive", "negative"].repeat(20)), None);
        let text = |n| match n % 10 {
            0 => format!("answer {n}."),
            _ => format!("answer {n}. END"),
        };
        let mostly: Vec<String> = (0..100).map(text).collect();
        let mostly: Vec<&str> = mostly.iter().map(String::as_str).collect();
        assert_eq!(stop_of(&mostly).as_deref(), Some("END"));
        let tag = |n| match n % 10 {
            0 => format!("<r><d>{n}</d></r>"),
            _ => format!("<r><b>{n}</b></r>"),
        };
        let tags: Vec<String> = (0..100).map(tag).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        assert_eq!(stop_of(&tags), None);
        let token = "<|endoftext|>";
        let ended = ["It is.", "No."].map(|text| format!("{text}{token}"));
        let ended: Vec<&str> = ended.iter().map(String::as_str).collect();
        assert_eq!(stop_of(&ended.repeat(20)).as_deref(), Some(token));
        assert_eq!(
            stop_of(&["{\"a\":\"x\"}", "{\"a\":\"y\"}"].repeat(20)),
            None
        );
        assert_eq!(stop_of(&["It is.", "No."].repeat(20)), None);
        assert_eq!(stop_of(&["12 euro", "37 euro"].repeat(20)), None);
    }

    #[test]
    fn all_outputs_count_for_whitespace_at_edges() {
        let of = |counts: &[(&str, usize)]| {
            let mut halves = [Edges::default(), Edges::default()];
            for (text, times) in counts {
                for n in 0..*times {
                    halves[n % 2].add(text);
                }
            }
            let [mut edges, rest] = halves;
            edges.merge(rest);
            let shown = |most: Option<Majority<bool>>| most.map(|most| (most.value, most.holders));
            (shown(edges.leading()), shown(edges.trailing()))
        };
        let (some, all) = (Some((false, 30)), Some((false, 40)));
        assert_eq!(of(&[("Yes.", 30), (" No.", 10), (" ", 9)]), (some, all));
        assert_eq!(of(&[("Yes.", 30), ("No.\n", 10)]), (all, some));
        assert_eq!(of(&[("Yes.\n", 40)]), (all, Some((true, 40))));
        assert_eq!(of(&[("Yes.", 19)]), (None, None));
        // A tie, and pieces of code.
        assert_eq!(of(&[("Yes.", 20), (" No.", 20)]), (None, all));
        assert_eq!(of(&[("a();", 30), ("  b();\n}", 10)]), (None, all));
        let few = Some((false, 98));
        assert_eq!(of(&[("a();", 98), ("  b();\n}", 2)]).0, few);
    }

    #[test]
    fn quotes_must_enclose_the_whole_text() {
        assert!(is_quoted("\"yes\"") && is_quoted("“ja”"));
        assert!(!is_quoted("\"yes\" and \"no\"") && !is_quoted("it's"));
    }
}

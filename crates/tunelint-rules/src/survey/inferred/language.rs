//! The language of a text, for telling apart languages of one script.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use whatlang::{Detector, Lang, Script};

use super::frequent_words::FrequentWords;
use super::majority::Majority;
use super::outputs::usual_apart_from_inputs;
use crate::survey::Sketch;

/// The minimum length of a text whose language is certain, in characters.
const LONG: usize = 150;
/// The number of characters that are read.
const READ: usize = 400;
/// The minimum share of letters, spaces and punctuation in prose.
const PLAIN: f64 = 0.95;
/// The maximum length of a short word, and the minimum share of short words and of different words in
/// prose.
const SHORT_WORD: usize = 3;
const SHORT_WORDS: f64 = 0.05;
const DIFFERENT: f64 = 0.4;
/// The minimum length of an input whose language may be that of its output.
const SHORT: usize = 20;

/// The number of outputs in the sample whose language is identified before that of the others is
/// looked up by its frequent words.
const IDENTIFIED: usize = 150;

/// The languages that are distinguished.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_allowlist(vec![
        Lang::Bul,
        Lang::Ces,
        Lang::Dan,
        Lang::Deu,
        Lang::Eng,
        Lang::Fin,
        Lang::Fra,
        Lang::Hun,
        Lang::Ind,
        Lang::Ita,
        Lang::Nld,
        Lang::Nob,
        Lang::Pol,
        Lang::Por,
        Lang::Ron,
        Lang::Rus,
        Lang::Spa,
        Lang::Swe,
        Lang::Tur,
        Lang::Ukr,
        Lang::Vie,
    ])
});

/// A language and its script, by their English names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Language {
    /// The language.
    pub name: &'static str,
    /// The script.
    pub script: &'static str,
}

/// The language of a text of at least 150 characters; `None` if it is not certain.
///
/// ```
/// use tunelint_rules::survey::inferred::language::certain;
/// let text = "The parcel left the depot this morning, and it will reach your house before noon. \
///     Please have the slip ready, because the driver will ask you for it at the door.";
/// assert_eq!(certain(text).map(|language| language.name), Some("English"));
/// assert_eq!(certain("The parcel left the depot this morning."), None);
/// ```
pub fn certain(text: &str) -> Option<Language> {
    let text = start(text);
    if !is_long(text) || !is_prose(text) {
        return None;
    }
    let found = DETECTOR.detect(text).filter(whatlang::Info::is_reliable)?;
    language(found.lang(), found.script())
}

/// The most likely language of a text of at least 20 characters.
pub fn likely(text: &str) -> Option<Language> {
    let text = start(text);
    text.char_indices().nth(SHORT - 1)?;
    let found = DETECTOR.detect(text)?;
    language(found.lang(), found.script())
}

fn is_long(text: &str) -> bool {
    text.char_indices().nth(LONG - 1).is_some()
}

/// Whether a text is prose, and not code, a table or a list of names, which look like a language at
/// random: it has nearly only letters, some short words as every language has, and few repeated ones.
fn is_prose(text: &str) -> bool {
    let is_plain =
        |c: &char| c.is_alphabetic() || c.is_whitespace() || ".,;:'\u{2019}\"!?-".contains(*c);
    let plain = text.chars().filter(is_plain).count();
    if (plain as f64) < PLAIN * text.chars().count() as f64 {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_short = |word: &&&str| {
        let word = word.trim_matches(|c: char| !c.is_alphabetic());
        !word.is_empty()
            && word.chars().nth(SHORT_WORD).is_none()
            && word.chars().all(char::is_lowercase)
    };
    let short = words.iter().filter(is_short).count() as f64;
    let different = words.iter().collect::<BTreeSet<_>>().len() as f64;
    let all = words.len() as f64;
    short >= SHORT_WORDS * all && different >= DIFFERENT * all
}

/// The names of a language; `None` for one in another script, which needs no comparison.
fn language(lang: Lang, script: Script) -> Option<Language> {
    let script = match script {
        Script::Latin => "Latin",
        Script::Cyrillic => "Cyrillic",
        _ => return None,
    };
    let name = lang.eng_name();
    Some(Language { name, script })
}

fn start(text: &str) -> &str {
    let end = text.char_indices().nth(READ).map(|(at, _)| at);
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// The language of nearly all outputs, or of most where the others are not in that of their input
/// either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualLanguage {
    /// The language, and how many of the long outputs are in it.
    pub majority: Majority<Language>,
    words: Option<FrequentWords>,
}

impl UsualLanguage {
    /// The language of a text of at least 150 characters, if that is certain and another one.
    pub fn other(&self, text: &str) -> Option<Language> {
        let usual = self.majority.value;
        // The cheap look first: identifying a language costs over 1,000 instructions per character.
        if are_frequent(self.words.as_ref(), text) {
            return None;
        }
        certain(text).filter(|language| *language != usual)
    }
}

fn are_frequent(words: Option<&FrequentWords>, text: &str) -> bool {
    words.is_some_and(|words| words.are_frequent_in(text))
}

/// The usual language of the outputs.
pub fn infer(sketch: &Sketch) -> Option<UsualLanguage> {
    let texts = sketch.entries().filter_map(|entry| {
        let output = entry.output.as_ref()?.head();
        is_long(output).then(|| (output, entry.input.head()))
    });
    let texts: Vec<(&str, &str)> = texts.collect();
    let first = texts.iter().take(IDENTIFIED);
    let first = first.filter_map(|(output, _)| Some((certain(output)?, *output)));
    let first: Vec<(Language, &str)> = first.collect();
    let most = Majority::among(first.iter().map(|(language, _)| *language))?.value;
    let of_most = first.iter().filter(|(language, _)| *language == most);
    let words = FrequentWords::of(&of_most.map(|(_, text)| *text).collect::<Vec<_>>());
    let languages = texts.iter().filter_map(|(output, input)| {
        if are_frequent(words.as_ref(), output) {
            return Some((most, None));
        }
        let language = certain(output)?;
        let of_input = (language != most).then(|| likely(input)).flatten();
        Some((language, of_input))
    });
    let majority = usual_apart_from_inputs(&languages.collect::<Vec<_>>())?;
    Some(UsualLanguage { majority, words })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_lists_and_loops_have_no_language() {
        let code = "function toCelsius(value) { return (value - 32) * 5 / 9; } ".repeat(4);
        let list =
            "Courageous, heroic, audacious, vigorous, valorous, resolute, intrepid, ".repeat(3);
        let looped = "Make a form to ask a guest of the house. ".repeat(6);
        for text in [code, list, looped] {
            assert!(!is_prose(&text), "{text}");
            assert_eq!(certain(&text), None);
        }
    }
}

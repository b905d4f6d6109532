//! Texts that most examples share at their start (preamble) or end (suffix).

use super::majority::{Majority, NEARLY_ALL};
use super::plateau::{self, LEAST, is_cjk, is_word};
use super::preamble::{PreambleFault, depart};
use crate::survey::Cut;
use crate::survey::letters::ascii_prefix;

/// Minimum length of an instruction, in characters and words.
const SHORTEST: usize = 12;
const FEWEST_WORDS: usize = 2;
/// The same for Chinese, Japanese and Korean, where each character counts as a word.
const SHORTEST_CJK: usize = 8;
/// The minimum length of a text that is evidently an instruction, in characters; of Chinese, Japanese
/// and Korean.
const EVIDENT: usize = 40;
const EVIDENT_CJK: usize = 16;
/// The minimum share of texts with a suffix that is a separator, not an instruction.
const SEPARATOR_SHARE: f64 = 0.9;
/// The maximum share of texts that consist of nothing but the shared text.
const ALONE: f64 = 0.5;

/// A shared text, with the number of texts that have it.
pub type Common = Majority<String>;

/// The minimum share of texts for a shared text to be expected of all.
const USUAL: f64 = 0.8;

impl Common {
    /// Whether the shared text is common enough to be expected of all texts.
    pub fn is_usual(&self) -> bool {
        self.share() >= USUAL
    }
}

/// A distinct text, with the number of examples that have it. Which text is shared depends on the
/// distinct texts, since a frequent one is not an instruction; the share is that of the examples,
/// since each of them is checked.
pub type Counted<'t> = (&'t Cut, usize);

/// The text that most of `texts` start with, if it can be an instruction.
pub fn beginning(texts: &[Counted<'_>]) -> Option<Common> {
    let heads: Vec<&str> = texts.iter().map(|(cut, _)| cut.head()).collect();
    let plateau = plateau::walk(&heads)?;
    let ended = ended(plateau.text.clone());
    let is_ended = ended.is_some();
    let text = ended.unwrap_or(plateau.text);
    let length = text.chars().count() as u64;
    let holders: Vec<&Counted<'_>> = texts
        .iter()
        .filter(|(cut, _)| cut.head().starts_with(&text))
        .collect();
    // Compare whole lengths: a long preamble may fill the part that is kept.
    let alone = holders.iter().filter(|(cut, _)| cut.chars == length);
    let instructs = is_instruction(&text) && has_content(alone.count(), holders.len());
    let common = Common {
        holders: holders.iter().map(|(_, examples)| examples).sum(),
        of: texts.iter().map(|(_, examples)| examples).sum(),
        value: text,
    };
    let is_common = common.share() >= plateau::MIN_SHARE_OF_ALL;
    let holds = is_common && (is_ended || is_expected(&common.value, texts));
    (instructs && holds).then_some(common)
}

/// Whether a preamble that ends in the middle of a sentence is one, and not a habit of speech: nearly
/// all texts start with it, or most do and the others have it damaged, or have only what follows it.
fn is_expected(preamble: &str, texts: &[Counted<'_>]) -> bool {
    let kind = |text: &str| {
        let first = text.chars().next()?;
        (first.is_uppercase() || first.is_numeric()).then_some(first.is_numeric())
    };
    // Other text that starts with a capital in the middle of a sentence was put there.
    let after = texts.iter().filter_map(|(cut, examples)| {
        let content = cut.head().strip_prefix(preamble)?;
        Some((kind(content), *examples))
    });
    let usual = Majority::weighted(after).and_then(|usual| usual.when(LEAST, NEARLY_ALL));
    let usual = usual.and_then(|usual| usual.value);
    let faults = texts.iter().map(|(cut, examples)| {
        let text = cut.head();
        let fault = match text.starts_with(preamble) {
            true => None,
            false => Some(depart(text, preamble).fault),
        };
        let is_content = usual.is_some() && kind(text) == usual;
        ((fault, fault.is_some() && is_content), *examples)
    });
    let usual = Majority::convention(faults, LEAST, |_, (fault, is_content)| {
        *fault != Some(PreambleFault::Missing) || *is_content
    });
    usual.is_some_and(|usual| usual.value.0.is_none())
}

/// A shared prefix up to the end of its last line, sentence or label; `None` without one. What
/// follows belongs to the content, where most texts happen to have the same words.
pub fn ended(mut prefix: String) -> Option<String> {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | ',' | '\'' | '’' | '-' | '/');
    let is_sign = |c: char| !is_inner(c) && (c == '\n' || !c.is_whitespace());
    let after = |at: usize| prefix.get(at..).unwrap_or_default().chars().nth(1);
    // A sign inside a word or number ends nothing: `3.5`.
    let ends = |(at, c): &(usize, char)| {
        matches!(c, '\n' | '。' | '：' | '？' | '！')
            || is_sign(*c) && after(*at).is_none_or(|next| !next.is_alphanumeric())
    };
    let (at, _) = prefix.char_indices().rev().find(ends)?;
    // An opening quote or markup belongs to the instruction.
    let rest = prefix.get(at..).unwrap_or_default();
    let content = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
    prefix.truncate(at + content);
    Some(prefix)
}

/// The text that most of `texts` end with, if it can be an instruction, a separator or line breaks.
pub fn ending(texts: &[Counted<'_>]) -> Option<Common> {
    shared_ending(texts).or_else(|| line_breaks(texts))
}

/// The line breaks that nearly all of `texts` end with.
fn line_breaks(texts: &[Counted<'_>]) -> Option<Common> {
    let ends = texts.iter().map(|(cut, examples)| {
        let tail = cut.tail();
        let breaks = tail.get(tail.trim_end_matches('\n').len()..);
        (breaks.unwrap_or_default(), *examples)
    });
    let usual = Majority::convention(ends, LEAST, |_, other| other.is_empty())?;
    Some(Common {
        value: (!usual.value.is_empty()).then(|| usual.value.to_owned())?,
        holders: usual.holders,
        of: usual.of,
    })
}

fn shared_ending(texts: &[Counted<'_>]) -> Option<Common> {
    let reversed: Vec<String> = texts.iter().map(|(cut, _)| reversed(cut.tail())).collect();
    let tails: Vec<&str> = reversed.iter().map(String::as_str).collect();
    let plateau = plateau::walk(&tails)?;
    let length = plateau.text.chars().count() as u64;
    let holders = || {
        let texts = reversed.iter().zip(texts);
        texts.filter(|(tail, _)| tail.starts_with(&plateau.text))
    };
    let alone = holders().filter(|(_, (cut, _))| cut.chars == length);
    let common = Common {
        value: self::reversed(&plateau.text),
        holders: holders().map(|(_, (_, examples))| examples).sum(),
        of: texts.iter().map(|(_, examples)| examples).sum(),
    };
    let is_suffix = is_instruction(&common.value)
        || is_separator(&common.value) && common.share() >= SEPARATOR_SHARE;
    let is_common = common.share() >= plateau::MIN_SHARE_OF_ALL;
    (is_suffix && is_common && has_content(alone.count(), plateau.holders)).then_some(common)
}

/// The text of at least `share` of the examples, where `None` is a missing text. `texts` has one
/// item for each distinct input.
pub fn same<'t>(
    texts: impl ExactSizeIterator<Item = (Option<&'t str>, usize)>,
    share: f64,
) -> Option<Common> {
    if texts.len() < LEAST {
        return None;
    }
    let most = Majority::weighted(texts)?.when(LEAST, share)?;
    let value = most
        .value
        .filter(|text| !text.trim().is_empty())?
        .to_owned();
    Some(Common {
        value,
        holders: most.holders,
        of: most.of,
    })
}

/// Whether enough of the texts have content besides the shared text.
fn has_content(alone: usize, holders: usize) -> bool {
    alone as f64 <= ALONE * holders as f64
}

/// Whether a text is long enough to be an instruction.
pub fn is_instruction(text: &str) -> bool {
    let chars = text.chars().count();
    let ideographs = text.chars().filter(|c| is_cjk(*c)).count();
    if ideographs * 2 >= chars {
        return ideographs >= SHORTEST_CJK;
    }
    let words = text
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty());
    chars >= SHORTEST && words.count() >= FEWEST_WORDS
}

/// Whether a shared beginning is evidently an instruction: it ends with a line, a sentence or a label.
pub fn is_ended(text: &str) -> bool {
    ended(text.to_owned()).is_some_and(|ended| ended == text)
}

/// Whether it is, in addition, so long that texts do not begin with it by habit.
pub fn is_evident(text: &str) -> bool {
    let ideographs = text.chars().filter(|c| is_cjk(*c)).count();
    let is_long = text.chars().nth(EVIDENT - 1).is_some() || ideographs >= EVIDENT_CJK;
    is_long && is_ended(text)
}

/// Whether a shared ending cannot be content: a separator or line breaks.
pub fn is_sign(text: &str) -> bool {
    text.trim().is_empty() || is_separator(text)
}

/// Whether a text is a separator, made of signs that do not end a sentence: `\n\n###\n\n`, ` ->`.
fn is_separator(text: &str) -> bool {
    let signs = |c: char| matches!(c, '#' | '=' | '>' | '|' | '~' | '*' | '-' | '_' | '<');
    let bare = text.trim();
    bare.chars().count() >= 2 && bare.chars().all(signs)
}

/// The characters of `text` in reverse order.
pub fn reversed(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.reverse();
    // The bytes of a character stay in their order.
    let mut rest = bytes.as_mut_slice();
    while let (_, character @ [_, ..]) = rest.split_at_mut(ascii_prefix(rest)) {
        let length = character.iter().position(|byte| *byte >= 0xc0);
        let (character, after) = character.split_at_mut(length.map_or(1, |last| last + 1));
        character.reverse();
        rest = after;
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(texts: impl Iterator<Item = String>) -> Vec<Cut> {
        texts.map(|text| Cut::new(&text, 2048, 512)).collect()
    }

    fn both(texts: impl Iterator<Item = String>) -> (Option<Common>, Option<Common>) {
        let cuts = cuts(texts);
        let cuts: Vec<Counted<'_>> = cuts.iter().map(|cut| (cut, 1)).collect();
        (beginning(&cuts), ending(&cuts))
    }

    fn word(n: usize) -> String {
        let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
        [n, n / 3 + 7, n * 7 + 1, n / 2]
            .map(letter)
            .iter()
            .collect()
    }

    #[test]
    fn characters_are_reversed_and_not_bytes() {
        for text in ["", "abc", "é", "aé東😀b", "😀😀", "東京 tokyo é"] {
            assert_eq!(reversed(text), text.chars().rev().collect::<String>());
        }
    }

    #[test]
    fn instructions_and_separators_are_found() {
        let (before, after) =
            both((0..40).map(|n| format!("Translate to German: {}\n\n###\n\n", word(n))));
        assert_eq!(before.unwrap().value, "Translate to German: ");
        assert_eq!(after.unwrap().value, "\n\n###\n\n");
    }

    #[test]
    fn short_prefixes_and_whole_texts_are_not_preambles() {
        assert_eq!(
            both((0..40).map(|n| format!("Q: {}", word(n)))),
            (None, None)
        );
        assert_eq!(
            both((0..40).map(|_| "Tell me a joke, please.".to_owned())),
            (None, None)
        );
    }

    #[test]
    fn preambles_may_be_longer_than_the_kept_part() {
        let long = "All of this is said before. ".repeat(100);
        let (before, _) = both((0..40).map(|n| format!("{long}{}", word(n))));
        let before = before.unwrap().value;
        assert_eq!(before, "All of this is said before. ".repeat(73));
    }

    #[test]
    fn shares_are_those_of_the_examples() {
        let cuts = cuts((0..40).map(|n| format!("Translate to German: {}", word(n))));
        let greeting = Cut::new("Hi", 2048, 512);
        let with_greetings = |greetings| {
            let mut texts: Vec<Counted<'_>> = cuts.iter().map(|cut| (cut, 1)).collect();
            texts.push((&greeting, greetings));
            beginning(&texts).map(|found| (found.holders, found.of))
        };
        assert_eq!(with_greetings(1), Some((40, 41)));
        assert_eq!(with_greetings(20), Some((40, 60)));
        assert_eq!(with_greetings(60), None);
    }

    #[test]
    fn a_preamble_is_not_a_habit_of_speech() {
        let of = |before: &str, content: fn(usize) -> String, other: fn(usize) -> String| {
            let text = |n| match n % 10 {
                0 => other(n),
                _ => format!("{before}{}", content(n)),
            };
            both((0..100).map(text)).0.map(|found| found.value)
        };
        let upper = |n| word(n).to_uppercase();
        let found = Some("Name parts of ".to_owned());
        assert_eq!(of("Name parts of ", upper, upper), found);
        let doubled = |n| format!("Name  parts of {}", word(n).to_uppercase());
        assert_eq!(of("Name parts of ", upper, doubled), found);
        let question = |n| format!("What is {}", word(n));
        assert_eq!(of("How should I ", word, question), None);
    }

    #[test]
    fn preambles_end_with_a_line_a_sentence_or_a_label() {
        let of = |text: &str| ended(text.to_owned()).unwrap_or_default();
        assert_eq!(of("How should I"), "");
        assert_eq!(of("Hi, how do I use the "), "");
        assert_eq!(of("Classify it.\nReview: The "), "Classify it.\nReview: ");
        assert_eq!(
            of("Classify it.\nReview: \"The "),
            "Classify it.\nReview: \""
        );
        assert_eq!(
            of("Answer this question\nWhat is "),
            "Answer this question\n"
        );
        assert_eq!(of("请判断评论的情感：这个"), "请判断评论的情感：");
        assert_eq!(of("Round 3.5 to "), "");
    }
}

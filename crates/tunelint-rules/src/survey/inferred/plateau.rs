//! The text that most texts start with, found though some depart from it.
//!
//! The longest common prefix of all texts is lost to a single odd one, and the most common
//! prefix runs on into the content. So the walk goes along the most common next character for as
//! long as nearly everybody who came so far goes along, and then takes back what belongs to the
//! content: half a word, punctuation that varies, a last word that is frequent only by chance.
//! On 340 clean sets of 200 examples it found 162 preambles and flagged none of 46,614 records
//! wrongly (see `docs/evaluation.md`).

use std::collections::BTreeMap;

/// Texts from which on something can be said.
pub const LEAST: usize = 20;
/// The share of all texts that must share the form.
const OF_ALL: f64 = 0.5;
/// The share of those that came so far that must go along with the next character.
const OF_THESE: f64 = 0.9;
/// The share that may go on with the same word where the walk ended.
const INSIDE_A_WORD: f64 = 0.02;
/// Texts, and their share, that have another last word than the rest.
const OTHER_WORD: (usize, f64) = (2, 0.01);

/// A common beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Plateau {
    /// The text.
    pub text: String,
    /// How many of the texts start with it.
    pub holders: usize,
}

/// What most of `texts` start with; nothing where no text is common enough, or there are fewer
/// than [`LEAST`].
///
/// ```
/// use tunelint_rules::survey::inferred::plateau::walk;
/// let texts: Vec<String> = (b'a'..=b'z').map(|c| format!("Answer briefly: {}?", c as char)).collect();
/// let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
/// assert_eq!(walk(&texts).unwrap().text, "Answer briefly: ");
/// ```
pub fn walk(texts: &[&str]) -> Option<Plateau> {
    if texts.len() < LEAST {
        return None;
    }
    let mut path = climb(texts);
    let boundary = word_boundary(&path, texts);
    path.cut(boundary);
    loop {
        path.cut(variable_edge(&path));
        let Some(word) = chance_word(&path, texts) else {
            break;
        };
        path.cut(word);
    }
    let text: String = path.chars.iter().collect();
    let holders = texts.iter().filter(|have| have.starts_with(&text)).count();
    (!text.is_empty()).then_some(Plateau { text, holders })
}

/// The characters of the walk, and how many texts were left before each and after the last.
struct Path {
    chars: Vec<char>,
    support: Vec<usize>,
}

impl Path {
    fn cut(&mut self, length: usize) {
        self.chars.truncate(length);
        self.support.truncate(length + 1);
    }

    fn text(&self) -> String {
        self.chars.iter().collect()
    }
}

fn climb(texts: &[&str]) -> Path {
    let all = texts.len() as f64;
    let mut left: Vec<std::str::Chars<'_>> = texts.iter().map(|text| text.chars()).collect();
    let mut path = Path {
        chars: Vec::new(),
        support: vec![left.len()],
    };
    loop {
        let need = if path.chars.is_empty() {
            OF_ALL * all
        } else {
            (OF_ALL * all).max(OF_THESE * left.len() as f64)
        };
        let Some((next, count)) = most_common(&left) else {
            return path;
        };
        if (count as f64) < need {
            return path;
        }
        left.retain_mut(|rest| rest.next() == Some(next));
        path.chars.push(next);
        path.support.push(count);
    }
}

/// The most common next character; of equally common ones the larger.
fn most_common(left: &[std::str::Chars<'_>]) -> Option<(char, usize)> {
    // Nearly always everybody agrees with the first.
    let first = left.first()?.clone().next();
    let agreeing = left
        .iter()
        .filter(|rest| (*rest).clone().next() == first)
        .count();
    if let Some(first) = first
        && agreeing * 2 > left.len()
    {
        return Some((first, agreeing));
    }
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for next in left.iter().filter_map(|rest| rest.clone().next()) {
        *counts.entry(next).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(c, count)| (*count, *c))
}

/// Whether `c` is part of a word that is written without spaces around each character; a
/// character of Chinese, Japanese or Korean is a word of its own.
pub fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_cjk(c)
}

/// Whether `c` is an ideograph, kana or hangul.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Where the last word starts, if the walk ended inside of one.
fn word_boundary(path: &Path, texts: &[&str]) -> usize {
    let end = path.chars.len();
    let text = path.text();
    let behind: Vec<Option<char>> = texts
        .iter()
        .filter_map(|have| have.strip_prefix(&text))
        .map(|rest| rest.chars().next())
        .collect();
    let going_on = behind
        .iter()
        .filter(|next| next.is_some_and(is_word))
        .count();
    let inside = path.chars.last().is_some_and(|c| is_word(*c))
        && going_on as f64 > INSIDE_A_WORD * behind.len() as f64;
    if inside { last_word(&path.chars) } else { end }
}

/// Where the trailing run of word characters starts.
fn last_word(chars: &[char]) -> usize {
    chars
        .iter()
        .rposition(|c| !is_word(*c))
        .map_or(0, |at| at + 1)
}

/// The end, without the punctuation and spaces from which on texts differ. Signs alone, such as
/// `###`, have no word that they could belong to.
fn variable_edge(path: &Path) -> usize {
    let end = path.chars.len();
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let Some(last) = path.chars.iter().rposition(word) else {
        return end;
    };
    let drops = |at: &usize| path.support.get(at + 1) < path.support.get(*at);
    (last + 1..end).find(drops).unwrap_or(end)
}

/// Where the last word starts, if other texts have a different word there: then it belongs to
/// what is asked, and most happen to ask with the same word.
fn chance_word(path: &Path, texts: &[&str]) -> Option<usize> {
    let edge = path.chars.iter().rposition(|c| is_word(*c))? + 1;
    let start = last_word(path.chars.get(..edge)?);
    let word: String = path.chars.get(start..edge)?.iter().collect();
    let before: String = path.chars.get(..start)?.iter().collect();
    let others = texts
        .iter()
        .filter_map(|have| have.strip_prefix(&before))
        .map(|rest| {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default()
        });
    let length = word.chars().count();
    let other_word = |have: &&str| {
        *have != word
            && (have.to_lowercase() == word.to_lowercase()
                || strsim::levenshtein(have, &word) > length / 4)
    };
    let (least, share) = OTHER_WORD;
    let needed = least.max((share * texts.len() as f64).ceil() as usize);
    (others.filter(other_word).count() >= needed).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[String]) -> String {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        walk(&texts).map_or(String::new(), |plateau| plateau.text)
    }

    fn questions(before: &str) -> Vec<String> {
        let words = [
            "What is",
            "What was",
            "How are",
            "Who were",
            "What could",
            "Where did",
        ];
        (0..60)
            .map(|n| format!("{before}{} item {n}?", words[n % words.len()]))
            .collect()
    }

    #[test]
    fn content_is_not_taken_in() {
        assert_eq!(of(&questions("Question: ")), "Question: ");
        assert_eq!(
            of(&questions("Answer the question below.\n")),
            "Answer the question below.\n"
        );
        assert_eq!(of(&questions("")), "");
    }

    #[test]
    fn a_few_that_depart_do_not_hide_it() {
        let mut texts = questions("Classify the text: ");
        texts[3] = "hello".to_owned();
        texts[9] = "Clasify the text: x".to_owned();
        texts[40] = texts[40].to_lowercase();
        assert_eq!(of(&texts), "Classify the text: ");
    }

    #[test]
    fn ideographs_are_words() {
        let texts: Vec<String> = (0..40)
            .map(|n| format!("请判断下面评论的情感：内容{}", n * 7919))
            .collect();
        assert!(of(&texts).starts_with("请判断下面评论的情感："));
    }

    #[test]
    fn too_few_say_nothing() {
        assert_eq!(of(&questions("Question: ")[..19]), "");
    }
}

//! The prefix that most texts share, tolerant of some texts that differ.
//!
//! A single deviating text breaks the longest common prefix, and the most frequent prefix runs on
//! into the content. So the walk follows the most common next character as long as nearly all texts
//! that got this far agree, then removes what belongs to the content: half a word, punctuation that
//! varies, a last word that is frequent only by coincidence. On 340 clean datasets of 200 examples,
//! it found 162 preambles, and none of 46,614 records was a false positive (see
//! `docs/evaluation.md`).

use std::collections::BTreeMap;

use super::majority::AMONG_NEAR;

/// The minimum number of texts for inferring anything.
pub const LEAST: usize = 20;
/// The minimum share of all texts with the prefix.
pub const MIN_SHARE_OF_ALL: f64 = 0.5;
/// The maximum share of texts that continue the word at which the walk ended.
const MAX_SHARE_INSIDE_WORD: f64 = 0.02;
/// The minimum number and share of texts with another last word for it to be content.
const MIN_OTHER_WORDS: (usize, f64) = (2, 0.01);

/// A shared prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Plateau {
    /// The prefix.
    pub text: String,
    /// The number of texts that start with it.
    pub holders: usize,
}

/// The prefix that most of `texts` share; `None` if no prefix is common enough, or for fewer than
/// [`LEAST`] texts.
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
    let mut path = follow_most_common(texts);
    let boundary = word_boundary(&path, texts);
    path.cut(boundary);
    loop {
        path.cut(variable_edge(&path));
        let Some(word) = coincidental_word(&path, texts) else {
            break;
        };
        path.cut(word);
    }
    let text: String = path.chars.iter().collect();
    let holders = texts.iter().filter(|have| have.starts_with(&text)).count();
    (!text.is_empty()).then_some(Plateau { text, holders })
}

/// The characters of the walk, and the number of texts left before each and after the last.
struct SharedPath {
    chars: Vec<char>,
    support: Vec<usize>,
}

impl SharedPath {
    fn cut(&mut self, length: usize) {
        self.chars.truncate(length);
        self.support.truncate(length + 1);
    }

    fn text(&self) -> String {
        self.chars.iter().collect()
    }
}

/// Follows the most common next character as long as enough texts agree.
fn follow_most_common(texts: &[&str]) -> SharedPath {
    let all = texts.len() as f64;
    let mut left: Vec<std::str::Chars<'_>> = texts.iter().map(|text| text.chars()).collect();
    let mut path = SharedPath {
        chars: Vec::new(),
        support: vec![left.len()],
    };
    loop {
        let need = if path.chars.is_empty() {
            MIN_SHARE_OF_ALL * all
        } else {
            // Texts that leave the path here, all at one place, are near to the others.
            (MIN_SHARE_OF_ALL * all).max(AMONG_NEAR * left.len() as f64)
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

/// The most common next character, with its count. Ties go to the larger character.
fn most_common(left: &[std::str::Chars<'_>]) -> Option<(char, usize)> {
    // Fast path: nearly always, most texts agree with the first.
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

/// Whether `c` is part of a longer word. Chinese, Japanese and Korean characters count as single
/// words.
pub fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_cjk(c)
}

/// Whether `c` is an ideograph, kana or hangul.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The start of the last word, if the walk ended inside it; else the end.
fn word_boundary(path: &SharedPath, texts: &[&str]) -> usize {
    let end = path.chars.len();
    let text = path.text();
    let following: Vec<Option<char>> = texts
        .iter()
        .filter_map(|have| have.strip_prefix(&text))
        .map(|rest| rest.chars().next())
        .collect();
    let continuing = following
        .iter()
        .filter(|next| next.is_some_and(is_word))
        .count();
    let inside = path.chars.last().is_some_and(|c| is_word(*c))
        && continuing as f64 > MAX_SHARE_INSIDE_WORD * following.len() as f64;
    if inside { last_word(&path.chars) } else { end }
}

/// The start of the trailing run of word characters.
fn last_word(chars: &[char]) -> usize {
    chars
        .iter()
        .rposition(|c| !is_word(*c))
        .map_or(0, |at| at + 1)
}

/// The end without trailing punctuation and spaces that some texts do not share. A path without
/// words, such as `###`, is kept whole.
fn variable_edge(path: &SharedPath) -> usize {
    let end = path.chars.len();
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let Some(last) = path.chars.iter().rposition(word) else {
        return end;
    };
    let drops = |at: &usize| path.support.get(at + 1) < path.support.get(*at);
    (last + 1..end).find(drops).unwrap_or(end)
}

/// The start of the last word, if some texts have a different word there: then it belongs to the
/// content, where most texts happen to have the same word.
fn coincidental_word(path: &SharedPath, texts: &[&str]) -> Option<usize> {
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
    let (least, share) = MIN_OTHER_WORDS;
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
    fn content_is_excluded() {
        assert_eq!(of(&questions("Question: ")), "Question: ");
        assert_eq!(
            of(&questions("Answer the question below.\n")),
            "Answer the question below.\n"
        );
        assert_eq!(of(&questions("")), "");
    }

    #[test]
    fn a_few_deviating_texts_do_not_hide_it() {
        let mut texts = questions("Classify the text: ");
        texts[3] = "hello".to_owned();
        texts[9] = "Clasify the text: x".to_owned();
        texts[40] = texts[40].to_lowercase();
        assert_eq!(of(&texts), "Classify the text: ");
    }

    #[test]
    fn ideographs_count_as_words() {
        let texts: Vec<String> = (0..40)
            .map(|n| format!("请判断下面评论的情感：内容{}", n * 7919))
            .collect();
        assert!(of(&texts).starts_with("请判断下面评论的情感："));
    }

    #[test]
    fn too_few_texts_have_no_prefix() {
        assert_eq!(of(&questions("Question: ")[..19]), "");
    }
}

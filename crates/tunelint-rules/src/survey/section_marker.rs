//! Section markers: labels such as `question:`, `**Context:**` or `<text>` that introduce the parts
//! of an input. Finds them in a text.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use serde::{Deserialize, Serialize};

/// The separator after a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Separator {
    /// None: text, or the end of the input.
    Nothing,
    /// A space.
    Space,
    /// A line break.
    Newline,
}

impl Separator {
    /// A noun phrase for messages, such as `a space`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Space => "a space",
            Self::Newline => "a line break",
        }
    }
}

/// An occurrence of a marker in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The marker as written, with markup and colon: `**Question:**`.
    pub form: Box<str>,
    /// The byte offset of its start.
    pub at: usize,
    /// The separator after it.
    pub separator: Separator,
    /// Whether it is in a list item: `- name: x`.
    pub bullet: bool,
    /// Whether it starts another line later, or is between two lines that the same marker starts.
    pub repeats: bool,
    /// Whether the same marker follows it at once: `Question: Question:`.
    pub doubled: bool,
}

impl Event {
    /// The key of the marker, without letter case, markup and spacing.
    pub fn key(&self) -> String {
        key(&self.form)
    }

    /// Its byte range in the text.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.form.len()
    }
}

/// The key of a marker: its words in lower case, so `**Order_ID:**` gives `order id`. A tag keeps its
/// brackets.
///
/// ```
/// assert_eq!(tunelint_rules::survey::section_marker::key("**Order_ID:**"), "order id");
/// assert_eq!(tunelint_rules::survey::section_marker::key("<Text>"), "<text>");
/// ```
pub fn key(form: &str) -> String {
    let unquoted = form.trim_start_matches(['#', '>', ' ', '\t']);
    let letters = unquoted.trim_matches(['*', '_', ' ', '\t', ':', '：', '=']);
    let folded = letters.to_lowercase();
    let words: Vec<&str> = folded
        .split([' ', '_', '-'])
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// The number of distinct markers kept from the start and the end of a text. A text with more of
/// them is not a template, and those at its edges are the most likely to be part of one.
const KEPT: (usize, usize) = (48, 16);
/// Maximum number of words of a marker at the start of a line.
const WORDS: usize = 4;
/// Maximum length of such a marker, in characters.
const LONGEST: usize = 60;
/// Length of a marker inside a line, in letters.
const INLINE: std::ops::RangeInclusive<usize> = 2..=25;

/// The first occurrence of each marker of a text, in order.
///
/// ```
/// use tunelint_rules::survey::section_marker::events;
/// let found = events("Question: who?\nContext:\n<text>it rains</text> at 10:30 http://x");
/// let forms: Vec<&str> = found.iter().map(|event| &*event.form).collect();
/// assert_eq!(forms, ["Question:", "Context:", "<text>"]);
/// ```
pub fn events(text: &str) -> Vec<Event> {
    let mut scan = Scan {
        text,
        seen: BTreeMap::new(),
        unclosed: BTreeSet::new(),
        found: Vec::new(),
        until: Vec::new(),
    };
    scan.at(memchr::memchr3_iter(b':', b'=', b'<', text.as_bytes()));
    // The full-width colon used in Chinese and Japanese.
    scan.at(memchr::memmem::find_iter(text.as_bytes(), "：".as_bytes()));
    scan.headings();
    let mut found = scan.found;
    let mut repeated = 0;
    for (at, (event, until)) in found.iter_mut().zip(scan.until).enumerate() {
        repeated = repeated.max(until);
        event.repeats = at < repeated;
        let after = text.get(event.range().end..).unwrap_or_default();
        event.doubled = after.trim_start().starts_with(&*event.form);
    }
    found.sort_by_key(|event| event.at);
    let (first, last) = KEPT;
    if found.len() > first + last {
        found.drain(first..found.len() - last);
    }
    found
}

/// A single pass over a text, in linear time for any number of colons and tags.
struct Scan<'t> {
    text: &'t str,
    /// The keys of the markers, each with the index of its first occurrence in `found`.
    seen: BTreeMap<String, usize>,
    /// Tag names without a closing tag in the rest of the text.
    unclosed: BTreeSet<&'t str>,
    found: Vec<Event>,
    /// For each of them, the number of those found when it last started another line.
    until: Vec<usize>,
}

impl<'t> Scan<'t> {
    /// Checks the colons, equals signs and tags at `places`, which must be in order.
    fn at(&mut self, places: impl Iterator<Item = usize>) {
        let (text, mut line_start) = (self.text, 0);
        for at in places {
            let line = text.as_bytes().get(line_start..at).unwrap_or_default();
            line_start += memchr::memrchr(b'\n', line).map_or(0, |end| end + 1);
            let event = match text.as_bytes().get(at) {
                Some(b'<') => self.tag(at),
                _ => before_colon(text, at, line_start),
            };
            if let Some(event) = event {
                self.add(event, line_start);
            }
        }
    }

    /// Checks the lines that are headings without a colon: `### Question`.
    fn headings(&mut self) {
        let text = self.text;
        for at in memchr::memchr_iter(b'#', text.as_bytes()) {
            let before = text.get(..at).unwrap_or_default();
            if before.is_empty() || before.ends_with('\n') {
                heading(text, at)
                    .into_iter()
                    .for_each(|event| self.add(event, at));
            }
        }
    }

    /// Adds the first occurrence of a marker, or notes that it starts another line.
    fn add(&mut self, event: Event, line_start: usize) {
        match self.seen.entry(event.key()) {
            Entry::Vacant(new) => {
                new.insert(self.found.len());
                self.found.push(event);
                self.until.push(0);
            }
            Entry::Occupied(known) => {
                let line = self.text.get(line_start..event.at).unwrap_or_default();
                let starts_line = line.chars().all(|c| " \t-*".contains(c));
                if let Some(until) = self.until.get_mut(*known.get()).filter(|_| starts_line) {
                    *until = self.found.len();
                }
            }
        }
    }

    /// The tag `<name>` at `at`, if it is closed later.
    fn tag(&mut self, at: usize) -> Option<Event> {
        let rest = self.text.get(at + 1..)?;
        let name = rest.get(..rest.bytes().take(LONGEST).position(|byte| byte == b'>')?)?;
        let starts_with_letter = name.chars().next().is_some_and(char::is_alphabetic);
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let known = self.unclosed.contains(name) || self.unclosed.len() > KEPT.0 + KEPT.1;
        if !starts_with_letter || !name.chars().all(inner) || known {
            return None;
        }
        let form = format!("<{name}>");
        if self.seen.contains_key(&key(&form)) {
            return None;
        }
        let after = rest.get(name.len() + 1..)?;
        if memchr::memmem::find(after.as_bytes(), format!("</{name}>").as_bytes()).is_none() {
            self.unclosed.insert(name);
            return None;
        }
        Some(Event {
            form: form.into(),
            at,
            separator: separator(after),
            bullet: false,
            repeats: false,
            doubled: false,
        })
    }
}

/// The heading that starts at `at`, if it is the whole line and has no colon.
fn heading(text: &str, at: usize) -> Option<Event> {
    let line = text.get(at..)?.lines().next()?.trim_end();
    let name = line.trim_start_matches('#');
    let is_heading = line.len() - name.len() <= 4 && name.starts_with(' ') && is_name(name.trim());
    is_heading.then(|| Event {
        form: line.into(),
        at,
        separator: separator(text.get(at + line.len()..).unwrap_or_default()),
        bullet: false,
        repeats: false,
        doubled: false,
    })
}

/// The marker that ends with the colon (or equals sign) at `at`, in the line that starts at
/// `line_start`.
fn before_colon(text: &str, at: usize, line_start: usize) -> Option<Event> {
    let colon = text.get(at..)?.chars().next()?;
    let mut end = at + colon.len_utf8();
    // After a full-width colon there is no space.
    let is_wide = colon == '：';
    let follows = |end: usize| -> Option<bool> {
        let next = text.get(end..)?.chars().next();
        Some(is_wide || next.is_none_or(|c| c.is_whitespace() || is_bracket_or_quote(c)))
    };
    // Most colons do not end a marker: times, URLs, code.
    if !follows(end)? && !text.get(end..)?.starts_with(['*', '_']) {
        return None;
    }
    let (name, markup) = name_before(text.get(..at)?, line_start)?;
    let before = text.get(name.start..at)?;
    if !markup.is_empty() && !before.trim_end().ends_with(markup) {
        text.get(end..)?
            .strip_prefix(markup)
            .map(|_| end += markup.len())?;
    }
    if !follows(end)? {
        return None;
    }
    let inline = name.inline && colon == ':' && markup.is_empty();
    if !name.at_line_start && !inline {
        return None;
    }
    let separator = separator(text.get(end..)?);
    if !name.at_line_start && separator == Separator::Newline && ends_sentence(text, name.start) {
        return None;
    }
    Some(Event {
        form: text.get(name.start..end)?.into(),
        at: name.start,
        separator,
        bullet: name.bullet,
        repeats: false,
        doubled: false,
    })
}

/// Whether the word at `start` goes on with a sentence: `Answer from the text below:`.
fn ends_sentence(text: &str, start: usize) -> bool {
    let (before, word) = text.split_at_checked(start).unwrap_or_default();
    let previous = before.trim_end_matches(' ').chars().next_back();
    word.starts_with(char::is_lowercase) && previous.is_some_and(char::is_alphanumeric)
}

/// The separator at the start of `after`, the text after a marker.
pub fn separator(after: &str) -> Separator {
    match after.trim_start_matches([' ', '\t']).chars().next() {
        Some('\n' | '\r') => Separator::Newline,
        _ if after.starts_with(char::is_whitespace) => Separator::Space,
        _ => Separator::Nothing,
    }
}

fn is_bracket_or_quote(c: char) -> bool {
    matches!(
        c,
        '(' | '[' | '{' | '<' | '"' | '\'' | '`' | '“' | '‘' | '«' | '「' | '【'
    )
}

/// The name of a marker, before its colon.
struct Name {
    start: usize,
    at_line_start: bool,
    bullet: bool,
    /// Whether it is a single plain word, which may also be a marker inside a line.
    inline: bool,
}

/// The name that ends before a colon, and its opening markup (`**`, `__`, or nothing).
fn name_before(before: &str, line_start: usize) -> Option<(Name, &'static str)> {
    let inline = || {
        let name = Name {
            start: last_word(before)?,
            at_line_start: false,
            bullet: false,
            inline: true,
        };
        Some((name, ""))
    };
    line_name(before, line_start).or_else(inline)
}

/// The name, if it starts at the start of the line.
fn line_name(before: &str, line_start: usize) -> Option<(Name, &'static str)> {
    let line = before
        .get(line_start..)
        .filter(|line| line.len() <= 8 * LONGEST)?;
    let open = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - open.len();
    let item = open.trim_start_matches(['-', '*', '>', '#']);
    let signs = open.len() - item.len();
    let signed = (1..=4).contains(&signs) && item.starts_with([' ', '\t']);
    let bullet = signed && open.starts_with(['-', '*']);
    let rest = if signed {
        item.trim_start_matches([' ', '\t'])
    } else {
        open
    };
    let markup = ["**", "__"]
        .into_iter()
        .find(|markup| rest.starts_with(markup))
        .unwrap_or("");
    let words = rest.strip_prefix(markup).unwrap_or(rest);
    let name = words.trim_end_matches([' ', '\t']);
    let name = name
        .strip_suffix(markup)
        .filter(|_| !markup.is_empty())
        .unwrap_or(name);
    if indent > 3 || words.len() - name.len() > 1 + markup.len() || !is_name(name) {
        return None;
    }
    // The signs of a heading are part of the marker, a list bullet is not.
    let form = if signed && !bullet { open } else { rest };
    let name = Name {
        start: line_start + (line.len() - form.len()),
        at_line_start: true,
        bullet,
        inline: markup.is_empty() && is_single_word(name),
    };
    Some((name, markup))
}

/// Whether a text can be the name of a marker: one to four words that start with a letter.
fn is_name(name: &str) -> bool {
    let inner = |c: char| {
        c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | '\'' | '’' | '(' | ')')
    };
    name.len() <= 4 * LONGEST
        && name.chars().next().is_some_and(char::is_alphabetic)
        && name.chars().all(inner)
        && name.chars().count() <= LONGEST
        && name.split_whitespace().count() <= WORDS
}

/// Whether a text is one word that may be a marker inside a line.
fn is_single_word(name: &str) -> bool {
    INLINE.contains(&name.chars().count()) && name.chars().all(char::is_alphabetic)
}

/// The start of the single word, optionally with a number, before a colon inside a line.
fn last_word(before: &str) -> Option<usize> {
    let numbered = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let word_end = match before.len() - numbered.len() {
        1..=2 => numbered.strip_suffix(' ')?,
        0 => before,
        _ => return None,
    };
    let word: usize = word_end
        .chars()
        .rev()
        .take(INLINE.end() + 1)
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    let start = word_end.len() - word;
    let letters = word_end.get(start..)?.chars().count();
    let previous = word_end.get(..start)?.chars().next_back();
    let is_separate =
        previous.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '/')));
    (INLINE.contains(&letters) && is_separate).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        events(text)
            .iter()
            .map(|event| event.form.to_string())
            .collect()
    }

    #[test]
    fn line_markers_may_have_markup_bullets_and_spaces() {
        let text =
            "## Task name: x\n**Context:** y\n**Note**: z\n- price: 3\nAnswer :\nkey= 4\n  id: 5";
        let found = forms(text);
        assert_eq!(
            found,
            [
                "## Task name:",
                "**Context:**",
                "**Note**:",
                "price:",
                "Answer :",
                "key=",
                "id:"
            ]
        );
        let bullets: Vec<bool> = events(text).iter().map(|event| event.bullet).collect();
        assert_eq!(bullets, [false, false, false, true, false, false, false]);
    }

    #[test]
    fn inside_a_line_only_single_words_are_markers() {
        assert_eq!(
            forms("it is so, Question: why? Step 7: go"),
            ["Question:", "Step 7:"]
        );
        assert_eq!(forms("see http://a.b/c:d at 10:30, std::fmt: no"), [""; 0]);
        assert_eq!(
            forms("a very long sentence that is none: really"),
            ["none:"]
        );
    }

    #[test]
    fn a_sentence_that_ends_with_a_colon_has_no_marker() {
        assert_eq!(forms("Answer from the text below:\n\nIt rains."), [""; 0]);
        assert_eq!(forms("It rains. context:\nIn Rome."), ["context:"]);
        assert_eq!(
            forms("who of all these people reads it context: In Rome."),
            ["context:"]
        );
    }

    #[test]
    fn full_width_colons_end_markers() {
        assert_eq!(forms("问题： 为什么\n回答：\n"), ["问题：", "回答："]);
        assert_eq!(
            forms("问题：为什么\nContext：x\n他想说：好"),
            ["问题：", "Context：", "他想说："]
        );
        assert_eq!(forms("他说，为什么：好"), [""; 0]);
    }

    #[test]
    fn headings_need_no_colon() {
        assert_eq!(
            forms("Do it.\n### Question\nwho?\n# The Answer  \nme"),
            ["### Question", "# The Answer"]
        );
        assert_eq!(
            forms("# what is it?\n#tag\n a # b\n##### x\n#!/bin/sh"),
            [""; 0]
        );
    }

    #[test]
    fn markers_that_follow_themselves_are_doubled() {
        let of = |text| events(text).first().map(|event| event.doubled);
        assert_eq!(of("Question: Question: why?"), Some(true));
        assert_eq!(of("Question:\nQuestion: why?"), Some(true));
        assert_eq!(of("**The question:** **The question:** why?"), Some(true));
        assert_eq!(of("Question: why?\nQuestion: who?"), Some(false));
    }

    #[test]
    fn separators_are_recognized() {
        let of = |text| events(text).first().map(|event| event.separator);
        assert_eq!(of("Q: a"), Some(Separator::Space));
        assert_eq!(of("Ask: a"), Some(Separator::Space));
        assert_eq!(of("Ask: \na"), Some(Separator::Newline));
        assert_eq!(of("Ask:\"a\""), Some(Separator::Nothing));
        assert_eq!(of("Ask:"), Some(Separator::Nothing));
    }

    #[test]
    fn markers_that_start_several_lines_repeat() {
        let of = |text| {
            events(text)
                .iter()
                .map(|event| event.repeats)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("Ann: hi\nBob: hi\nAnn: bye"), [true, true]);
        assert_eq!(of("- name: a\n- name: b"), [true]);
        assert_eq!(of("Ann: hi, Ann: bye"), [false]);
    }

    #[test]
    fn tags_must_be_closed() {
        assert_eq!(forms("<doc>x</doc><br>"), ["<doc>"]);
    }
}

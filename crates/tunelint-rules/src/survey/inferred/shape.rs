//! The shape of an output: a JSON object, a number, a list, plain text.

use tunelint_data::record::fault::Fault;
use tunelint_data::record::json::{Kind, Parser};
use tunelint_data::text::printable::quoted;

use super::frame::unfenced;
use super::majority::Majority;

/// The shape of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputShape {
    /// None of the others.
    Text,
    /// Two or more lines, most of them with a bullet or a number.
    List,
    /// Three or more lines, most of them with `|`.
    Table,
    /// Text that starts with a tag and ends with `>`.
    Markup,
    /// A single fenced code block.
    CodeFence,
    /// A number in words.
    NumberWords,
    /// A number in digits.
    Number,
    /// A JSON list.
    JsonArray,
    /// A JSON object.
    JsonObject,
}

impl OutputShape {
    /// The shape of an output: the first that matches.
    ///
    /// ```
    /// use tunelint_rules::survey::inferred::shape::OutputShape;
    /// assert_eq!(OutputShape::of("{\"a\": 1}"), OutputShape::JsonObject);
    /// assert_eq!(OutputShape::of("{'a': 1}"), OutputShape::Text);
    /// assert_eq!(OutputShape::of("10,100,000"), OutputShape::Number);
    /// assert_eq!(OutputShape::of("twenty-two"), OutputShape::NumberWords);
    /// assert_eq!(OutputShape::of("- one\n- two"), OutputShape::List);
    /// ```
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        match text.as_bytes().first() {
            Some(b'{') if json_kind(text) == Some(Kind::Object) => return Self::JsonObject,
            Some(b'[') if json_kind(text) == Some(Kind::Array) => return Self::JsonArray,
            Some(b'`') if is_fenced(text) => return Self::CodeFence,
            Some(b'<') if is_markup(text) => return Self::Markup,
            _ => {}
        }
        if super::numbers::Number::parse(text).is_some() {
            return Self::Number;
        }
        if super::numbers::is_words(text) {
            return Self::NumberWords;
        }
        if is_table(text) {
            return Self::Table;
        }
        if is_list(text) {
            Self::List
        } else {
            Self::Text
        }
    }

    /// A noun phrase with its article, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Text => "plain text",
            Self::List => "a list",
            Self::Table => "a table",
            Self::Markup => "markup",
            Self::CodeFence => "a code block",
            Self::NumberWords => "a number in words",
            Self::Number => "a number",
            Self::JsonArray => "a JSON list",
            Self::JsonObject => "a JSON object",
        }
    }

    /// The plural, for messages.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Text => "plain text",
            Self::List => "lists",
            Self::Table => "tables",
            Self::Markup => "markup",
            Self::CodeFence => "code blocks",
            Self::NumberWords => "numbers in words",
            Self::Number => "numbers",
            Self::JsonArray => "JSON lists",
            Self::JsonObject => "JSON objects",
        }
    }

    /// Whether `text`, of another shape, has a text of this shape inside: in code fences, after other
    /// text, or as JSON with a syntax error.
    fn is_within(self, text: &str) -> bool {
        let text = text.trim();
        let (open, close) = match self {
            Self::JsonObject => ('{', '}'),
            Self::JsonArray => ('[', ']'),
            Self::Markup => ('<', '>'),
            _ => return unfenced(text).is_some_and(|inner| Self::of(inner) == self),
        };
        let from = text.find(open).and_then(|at| text.get(at..));
        let inner = unfenced(text).or(from.filter(|inner| inner.ends_with(close)));
        text.starts_with(open) || inner.is_some_and(|inner| Self::of(inner) == self)
    }

    /// Whether `text`, an output of shape `other`, deviates among outputs of this shape. Among plain
    /// text, only clearly structured outputs deviate. A list may have a single item.
    pub fn excludes(self, other: Self, text: &str) -> bool {
        match (self, other) {
            (a, b) if a == b => false,
            // Not code blocks or markup: some outputs in prose contain code.
            (Self::Text, Self::JsonArray) => !is_numbers(text),
            (Self::Text, other) => matches!(other, Self::JsonObject | Self::Table),
            // Several numbers, or a few words that say there is none: `unknown`.
            (Self::Number, Self::JsonArray) => !is_numbers(text),
            (Self::Number, Self::Text) => !is_numbers(text) && !is_other_answer(text),
            (Self::List, Self::Text) => !is_item(text.trim()),
            // `mixed-number-style` covers digits and words for the same numbers.
            (Self::Number, Self::NumberWords) | (Self::NumberWords, Self::Number) => false,
            _ => true,
        }
    }
}

/// The usual shape of outputs: that of nearly all, or of most where the others hold a text of this
/// shape.
pub fn usual_shape(texts: &[&str], least: usize) -> Option<Majority<OutputShape>> {
    let shapes = || texts.iter().map(|text| (OutputShape::of(text), *text));
    let most = Majority::among(shapes().map(|(shape, _)| shape))?.value;
    let forms = shapes().map(|(shape, text)| ((shape, shape != most && most.is_within(text)), 1));
    let usual = Majority::convention(forms, least, |_, (_, holds_it)| *holds_it)?;
    Some(Majority {
        value: usual.value.0,
        holders: usual.holders,
        of: usual.of,
    })
}

/// The kind of JSON value that `text` is; `None` if it is not valid JSON.
fn json_kind(text: &str) -> Option<Kind> {
    let mut parser = Parser::new();
    let kind = parser.parse(text).ok()?.root().kind();
    Some(kind)
}

/// The syntax error of a text that looks like JSON; `None` if it is valid or looks different.
pub fn json_fault(text: &str) -> Option<Fault> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut parser = Parser::new();
    parser.parse(text).err()
}

/// The top-level keys of a JSON object, in order; `None` for any other text.
pub fn json_keys(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    let mut parser = Parser::new();
    let root = parser.parse(text).ok()?.root();
    let keys = root.entries().map(|entry| entry.key.to_owned()).collect();
    (root.kind() == Kind::Object).then_some(keys)
}

/// The JSON inside a text that is one fenced code block; `None` for any other text.
pub fn fenced_json(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("```")?.strip_suffix("```")?;
    let (_, inner) = inner.split_once('\n')?;
    matches!(
        OutputShape::of(inner),
        OutputShape::JsonObject | OutputShape::JsonArray
    )
    .then(|| inner.trim())
}

/// Names, quoted, for a message.
pub fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().take(5).map(|name| quoted(name, 30)).collect();
    names.join(", ")
}

/// Whether a text is two or more numbers: `1, 2, 3`, `[1, 2]`.
fn is_numbers(text: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']' | '(' | ')');
    let mut numbers = text.split(is_between).filter(|part| !part.is_empty());
    let is_number = |part: &str| super::numbers::Number::parse(part).is_some();
    numbers.clone().count() > 1 && numbers.all(is_number)
}

/// The maximum number of words of an answer that is not a number.
const FEW_WORDS: usize = 3;

/// Whether a text is a few words without digits.
fn is_other_answer(text: &str) -> bool {
    text.split_whitespace().count() <= FEW_WORDS
        && text.contains(char::is_alphabetic)
        && !text.contains(|c: char| c.is_ascii_digit())
}

fn is_fenced(text: &str) -> bool {
    text.len() > 6
        && text.starts_with("```")
        && text.ends_with("```")
        && text.matches("```").count() == 2
}

fn is_markup(text: &str) -> bool {
    let name = text
        .get(1..)
        .and_then(|rest| rest.split(['>', ' ', '\n', '/']).next());
    let named = name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?')
    });
    named && text.ends_with('>') && text.len() > 2
}

/// Whether a text has at least `least` lines, and `share` percent of them match `of`.
fn most_lines(text: &str, least: usize, share: usize, of: fn(&str) -> bool) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    // Fast path: most texts are a single line.
    if !text.contains('\n') {
        return false;
    }
    let (all, found) = (lines().count(), lines().filter(|line| of(line)).count());
    all >= least && found * 100 >= all * share
}

fn is_table(text: &str) -> bool {
    text.contains('|') && most_lines(text, 3, 80, |line| line.contains('|'))
}

fn is_list(text: &str) -> bool {
    most_lines(text, 2, 60, is_item)
}

/// Whether a line has a bullet or a number.
fn is_item(line: &str) -> bool {
    let after_bullet = line.strip_prefix(['-', '*', '•', '–', '·', '+']);
    if let Some(rest) = after_bullet {
        return rest.starts_with(char::is_whitespace);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..).unwrap_or_default();
    (1..=3).contains(&digits) && rest.starts_with(['.', ')', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minority_that_holds_the_shape_is_near() {
        let usual = |other: &'static str| {
            let mut texts = vec!["{\"a\": 1}"; 90];
            texts.extend([other; 10]);
            usual_shape(&texts, 50).map(|usual| usual.value)
        };
        let object = Some(OutputShape::JsonObject);
        assert_eq!(usual("```json\n{\"a\": 1}\n```"), object);
        assert_eq!(usual("Here it is: {\"a\": 1}"), object);
        assert_eq!(usual("{'a': 1}"), object);
        assert_eq!(usual("I cannot tell."), None);
    }
}

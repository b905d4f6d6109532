//! What is wrong with a record that is not JSON, in words that say what to change.
//!
//! The parser gives an index and a grammatical cause. People write a few mistakes over and over
//! (a comma too many, Python's literals, single quotes), so the text at the index is looked at
//! to name them.

use jiter::{JiterError, JiterErrorType, JsonErrorType};

use super::MAX_DEPTH;
use crate::position::Span;
use crate::printable::quoted;

/// Why a record cannot be read: the rule it breaks, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule that reports it.
    pub rule: &'static str,
    /// The place in the record.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// A second place, such as the first of two equal keys.
    pub related: Option<Span>,
    /// What stands there is one sign too many: without it the record is as it was meant.
    pub superfluous: bool,
}

impl Fault {
    /// A fault of `rule` at `span`.
    pub fn new(rule: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            span,
            message: message.into(),
            help: None,
            related: None,
            superfluous: false,
        }
    }

    /// The same, where leaving out what stands there mends it.
    #[must_use]
    fn superfluous(mut self) -> Self {
        self.superfluous = true;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

const RULE: &str = "malformed-record";

pub(super) fn too_deep(at: usize) -> Fault {
    Fault::new(
        "nesting-too-deep",
        Span::new(at, at + 1),
        format!("lists and objects are nested more than {MAX_DEPTH} levels deep"),
    )
    .help("no training format needs this; look for text that was parsed where it should be quoted")
}

pub(super) fn duplicate_key(first: Span, second: Span) -> Fault {
    let mut fault = Fault::new(
        "duplicate-key",
        second,
        "this key stands twice in one object; programs disagree on which value counts",
    )
    .help("remove or rename one of the two");
    fault.related = Some(first);
    fault
}

pub(super) fn syntax(text: &str, error: &JiterError) -> Fault {
    let at = error.index.min(text.len());
    let JiterErrorType::JsonError(kind) = &error.error_type else {
        return Fault::new(RULE, one(text, at), "this is not JSON");
    };
    use JsonErrorType as E;
    match kind {
        E::EofWhileParsingList
        | E::EofWhileParsingObject
        | E::EofWhileParsingString
        | E::EofWhileParsingValue => cut_off(text, kind),
        E::LoneLeadingSurrogateInHexEscape | E::UnexpectedEndOfHexEscape => surrogate(text, at),
        E::ControlCharacterWhileParsingString => control(text, at),
        E::TrailingCharacters => trailing(text, at),
        E::TrailingComma => trailing_comma(text, at),
        E::InvalidEscape => escape(text, at),
        E::InvalidNumber | E::NumberOutOfRange => number(text, at),
        _ => unexpected(text, at, kind),
    }
}

/// The character at `at`.
fn one(text: &str, at: usize) -> Span {
    let len = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    Span::new(at, at + len)
}

fn cut_off(text: &str, kind: &JsonErrorType) -> Fault {
    if text.trim().is_empty() {
        return Fault::new(RULE, Span::new(0, text.len()), "there is no value here");
    }
    let end = text.trim_end().len();
    let what = match kind {
        JsonErrorType::EofWhileParsingString => "a string is never closed",
        JsonErrorType::EofWhileParsingList => "a list is never closed",
        JsonErrorType::EofWhileParsingObject => "an object is never closed",
        _ => "a value is missing",
    };
    Fault::new(
        RULE,
        Span::at(end),
        format!("the record is cut off: {what}"),
    )
    .help("restore the rest of the line; a line break inside a string must be written `\\n`")
}

/// The escape that holds byte `at`, and what it wants.
fn surrogate(text: &str, at: usize) -> Fault {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let start = before.rfind("\\u").unwrap_or(at);
    // A high half followed by something else: the high half is the one that stands alone.
    let previous = start.checked_sub(6).filter(|&p| is_high_half(text, p));
    let start = previous.unwrap_or(start);
    let escape = text.get(start..start + 6).unwrap_or_default();
    Fault::new(
        "lone-surrogate",
        Span::new(start, start + escape.len()),
        format!(
            "{} is half of a character: the other half is missing",
            quoted(escape, 6)
        ),
    )
    .help(
        "write the character itself, or both halves; text cut in the middle of an emoji gives this",
    )
}

fn is_high_half(text: &str, at: usize) -> bool {
    let hex = text
        .get(at..at + 6)
        .and_then(|escape| escape.strip_prefix("\\u"));
    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
    matches!(code, Some(0xd800..=0xdbff))
}

fn control(text: &str, at: usize) -> Fault {
    let code = text.as_bytes().get(at).copied().unwrap_or(0);
    let (name, escape) = match code {
        b'\t' => ("a tab", "\\t".to_owned()),
        b'\r' => ("a carriage return", "\\r".to_owned()),
        b'\n' => ("a line break", "\\n".to_owned()),
        _ => ("a control character", format!("\\u{code:04x}")),
    };
    let run = text
        .bytes()
        .skip(at)
        .take_while(|&byte| byte == code)
        .count();
    let message = match (code, run) {
        (0, 2..) => format!("{run} NUL bytes in a row stand in a string"),
        _ => format!("{name} (U+{code:04X}) stands unescaped in a string"),
    };
    Fault::new(RULE, Span::new(at, at + run), message).help(format!("write it as `{escape}`"))
}

fn trailing(text: &str, at: usize) -> Fault {
    let rest = text.get(at..).unwrap_or_default();
    let span = Span::new(at, text.trim_end().len());
    if rest.starts_with(['{', '[', '"']) {
        return Fault::new(
            RULE,
            one(text, at),
            "a second value stands on the same line",
        )
        .help("put each record on a line of its own");
    }
    if rest.starts_with(',') && rest.trim_end().len() == 1 {
        return Fault::new(RULE, one(text, at), "a comma stands after the record")
            .help("remove it: in JSON lines, records are separated by line breaks alone");
    }
    if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        return comment(span);
    }
    if let Some(fault) = nul_run(text, at) {
        return fault;
    }
    Fault::new(RULE, span, "more text follows after the record's end")
        .help("remove it, or put it on a line of its own")
}

fn trailing_comma(text: &str, at: usize) -> Fault {
    let before = text.get(..at).unwrap_or_default();
    let comma = before.rfind(',').unwrap_or(at);
    Fault::new(
        RULE,
        Span::new(comma, comma + 1),
        "a comma stands before the closing bracket",
    )
    .help("remove the trailing comma")
    .superfluous()
}

fn comment(span: Span) -> Fault {
    Fault::new(RULE, span, "JSON has no comments").help("remove the comment")
}

fn escape(text: &str, at: usize) -> Fault {
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\\'))
        .unwrap_or(at);
    let end = one(text, at).end.max(start + 1);
    let shown = quoted(text.get(start..end).unwrap_or_default(), 8);
    Fault::new(
        RULE,
        Span::new(start, end),
        format!("{shown} is not an escape that JSON knows"),
    )
    .help("write a backslash as `\\\\`; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
}

fn number(text: &str, at: usize) -> Fault {
    let span = word_around(text, at);
    let word = span_text(text, span);
    literal(word, span).unwrap_or_else(|| {
        let message = format!("{} is not a number as JSON writes it", quoted(word, 24));
        Fault::new(RULE, span, message)
            .help("write digits, with a point for decimals, or put it in quotes")
    })
}

fn span_text(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

/// The run of letters, digits and number signs around `at`.
fn word_around(text: &str, at: usize) -> Span {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.' | '$');
    let before = text.get(..at).unwrap_or_default();
    let start = before.trim_end_matches(part).len();
    let rest = text.get(start..).unwrap_or_default();
    let len = rest.find(|c| !part(c)).unwrap_or(rest.len());
    Span::new(start, start + len.max(one(text, at).len().min(1)))
}

/// A literal of another language, named.
fn literal(word: &str, span: Span) -> Option<Fault> {
    let (message, help) = match word {
        "NaN" | "Infinity" | "-Infinity" | "inf" | "-inf" | "nan" => (
            format!("`{word}` is not JSON"),
            "JSON has no such number; Python's json module writes it: replace it by null or a string",
        ),
        "None" => (
            "`None` is Python, not JSON".to_owned(),
            "write null; use json.dumps to write records",
        ),
        "True" | "False" => (
            format!("`{word}` is Python, not JSON"),
            "write true or false in lower case; use json.dumps to write records",
        ),
        "undefined" => (
            "`undefined` is JavaScript, not JSON".to_owned(),
            "write null, or leave the key out",
        ),
        _ => (
            number_form(word)?.to_owned(),
            "write digits, with a point for decimals, or put it in quotes",
        ),
    };
    Some(Fault::new(RULE, span, message).help(help))
}

fn number_form(word: &str) -> Option<&'static str> {
    let digits = word.trim_start_matches(['+', '-']);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match () {
        () if !numeric => None,
        () if digits.starts_with("0x") || digits.starts_with("0X") => {
            Some("JSON has no hexadecimal numbers")
        }
        () if word.starts_with('+') => Some("a number must not start with a plus sign"),
        () if digits.starts_with('.') => {
            Some("a number must have a digit before its decimal point")
        }
        () if digits.ends_with('.') => Some("a number must have a digit after its decimal point"),
        () if digits.len() > 1 && digits.starts_with('0') => {
            Some("a number must not start with a zero")
        }
        () => None,
    }
}

fn nul_run(text: &str, at: usize) -> Option<Fault> {
    let run = text.bytes().skip(at).take_while(|&byte| byte == 0).count();
    let fault = Fault::new(
        RULE,
        Span::new(at, at + run),
        format!("{run} NUL bytes stand here instead of a record"),
    );
    (run > 0).then(|| {
        fault.help("the file was not written to its end (a crash, a full disk): restore it")
    })
}

fn unexpected(text: &str, at: usize, kind: &JsonErrorType) -> Fault {
    let rest = text.get(at..).unwrap_or_default();
    let Some(found) = rest.chars().next() else {
        return cut_off(text, kind);
    };
    if let Some(fault) = nul_run(text, at) {
        return fault;
    }
    match found {
        '\'' => {
            return Fault::new(RULE, one(text, at), "strings need double quotes in JSON").help(
                "this looks like a Python dict printed as text: write records with json.dumps",
            );
        }
        '/' | '#' => return comment(one(text, at)),
        ',' => {
            return Fault::new(
                RULE,
                one(text, at),
                "a comma stands where a value should be",
            )
            .help("remove it, or add the missing value");
        }
        '\u{feff}' => {
            return Fault::new(
                RULE,
                one(text, at),
                "a byte order mark stands in the middle of the file",
            )
            .help("files were joined without removing it: delete these three bytes");
        }
        _ => {}
    }
    let span = word_around(text, at);
    let word = span_text(text, span);
    if let Some(fault) = literal(word, span) {
        return fault;
    }
    grammar(text, at, kind, word, span)
}

/// What the grammar wanted, where no common mistake explains it.
fn grammar(text: &str, at: usize, kind: &JsonErrorType, word: &str, span: Span) -> Fault {
    use JsonErrorType as E;
    let is_word = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
    match kind {
        E::KeyMustBeAString if is_word => Fault::new(
            RULE,
            span,
            format!("the key {} needs double quotes", quoted(word, 40)),
        ),
        E::KeyMustBeAString => Fault::new(
            RULE,
            one(text, at),
            "a key in double quotes should stand here",
        ),
        E::ExpectedColon => Fault::new(
            RULE,
            one(text, at),
            "a colon should stand between a key and its value",
        ),
        E::ExpectedListCommaOrEnd => {
            Fault::new(RULE, one(text, at), "a comma or `]` should stand here")
        }
        E::ExpectedObjectCommaOrEnd => {
            Fault::new(RULE, one(text, at), "a comma or `}` should stand here")
                .help("a quote inside a string must be written `\\\"`")
        }
        _ if is_word => Fault::new(RULE, span, format!("{} is no JSON value", quoted(word, 40)))
            .help("put text in double quotes"),
        _ => Fault::new(RULE, one(text, at), "a value should stand here"),
    }
}

//! Diagnoses records that are not JSON.
//!
//! The parser gives an index and a grammatical cause. A few mistakes are very common (a trailing
//! comma, Python literals, single quotes), so the text at the index is examined to name them.

use jiter::{JiterError, JiterErrorType, JsonErrorType};

use crate::record::fault::{Fault, FaultKind, Malformed, NumberForm, Unfinished};
use crate::text::position::Span;

pub(super) fn too_deep(at: usize) -> Fault {
    Fault::new(FaultKind::NestingTooDeep, Span::new(at, at + 1))
}

pub(super) fn duplicate_key(first: Span, second: Span) -> Fault {
    Fault::new(FaultKind::DuplicateKey, second).related(first)
}

pub(super) fn syntax(text: &str, error: &JiterError) -> Fault {
    let at = error.index.min(text.len());
    let JiterErrorType::JsonError(kind) = &error.error_type else {
        return Fault::malformed(Malformed::NotJson, one(text, at));
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

/// The span of the character at `at`.
fn one(text: &str, at: usize) -> Span {
    let len = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    Span::new(at, at + len)
}

fn cut_off(text: &str, kind: &JsonErrorType) -> Fault {
    if text.trim().is_empty() {
        return Fault::malformed(Malformed::NoValue, Span::new(0, text.len()));
    }
    let unfinished = match kind {
        JsonErrorType::EofWhileParsingString => Unfinished::String,
        JsonErrorType::EofWhileParsingList => Unfinished::List,
        JsonErrorType::EofWhileParsingObject => Unfinished::Object,
        _ => Unfinished::Value,
    };
    Fault::malformed(
        Malformed::CutOff(unfinished),
        Span::at(text.trim_end().len()),
    )
}

/// The fault of the surrogate escape that contains byte `at`.
fn surrogate(text: &str, at: usize) -> Fault {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let start = before.rfind("\\u").unwrap_or(at);
    // If another escape follows a high surrogate, the high surrogate is the unpaired one.
    let previous = start.checked_sub(6).filter(|&p| is_high_half(text, p));
    let start = previous.unwrap_or(start);
    let escape = text.get(start..start + 6).unwrap_or_default();
    let span = Span::new(start, start + escape.len());
    Fault::new(FaultKind::LoneSurrogate, span).quoting(escape)
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
    let run = text
        .bytes()
        .skip(at)
        .take_while(|&byte| byte == code)
        .count();
    Fault::malformed(Malformed::Control { code, run }, Span::new(at, at + run))
}

fn trailing(text: &str, at: usize) -> Fault {
    let rest = text.get(at..).unwrap_or_default();
    let span = Span::new(at, text.trim_end().len());
    if rest.starts_with(['{', '[', '"']) {
        return Fault::malformed(Malformed::SecondValue, one(text, at));
    }
    if rest.starts_with(',') && rest.trim_end().len() == 1 {
        return Fault::malformed(Malformed::CommaAfterRecord, one(text, at));
    }
    if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        return Fault::malformed(Malformed::Comment, span);
    }
    nul_run(text, at).unwrap_or_else(|| Fault::malformed(Malformed::TrailingText, span))
}

fn trailing_comma(text: &str, at: usize) -> Fault {
    let before = text.get(..at).unwrap_or_default();
    let comma = before.rfind(',').unwrap_or(at);
    Fault::malformed(Malformed::TrailingComma, Span::new(comma, comma + 1))
}

fn escape(text: &str, at: usize) -> Fault {
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\\'))
        .unwrap_or(at);
    let end = one(text, at).end.max(start + 1);
    let span = Span::new(start, end);
    Fault::malformed(Malformed::UnknownEscape, span).quoting(span_text(text, span))
}

fn number(text: &str, at: usize) -> Fault {
    let span = word_around(text, at);
    let word = span_text(text, span);
    let how = literal(word).unwrap_or(Malformed::Number(NumberForm::Other));
    Fault::malformed(how, span).quoting(word)
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

/// A literal of another language.
fn literal(word: &str) -> Option<Malformed> {
    match word {
        "NaN" | "Infinity" | "-Infinity" | "inf" | "-inf" | "nan" => Some(Malformed::NotFinite),
        "None" => Some(Malformed::PythonNone),
        "True" | "False" => Some(Malformed::PythonBool),
        "undefined" => Some(Malformed::Undefined),
        _ => number_form(word).map(Malformed::Number),
    }
}

fn number_form(word: &str) -> Option<NumberForm> {
    let digits = word.trim_start_matches(['+', '-']);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match () {
        () if !numeric => None,
        () if digits.starts_with("0x") || digits.starts_with("0X") => Some(NumberForm::Hexadecimal),
        () if word.starts_with('+') => Some(NumberForm::Plus),
        () if digits.starts_with('.') => Some(NumberForm::NoDigitBefore),
        () if digits.ends_with('.') => Some(NumberForm::NoDigitAfter),
        () if digits.len() > 1 && digits.starts_with('0') => Some(NumberForm::LeadingZero),
        () => None,
    }
}

fn nul_run(text: &str, at: usize) -> Option<Fault> {
    let run = text.bytes().skip(at).take_while(|&byte| byte == 0).count();
    (run > 0).then(|| Fault::malformed(Malformed::NulRun { run }, Span::new(at, at + run)))
}

fn unexpected(text: &str, at: usize, kind: &JsonErrorType) -> Fault {
    let rest = text.get(at..).unwrap_or_default();
    let Some(found) = rest.chars().next() else {
        return cut_off(text, kind);
    };
    if let Some(fault) = nul_run(text, at) {
        return fault;
    }
    let sign = match found {
        '\'' => Some(Malformed::SingleQuotes),
        '/' | '#' => Some(Malformed::Comment),
        ',' => Some(Malformed::CommaForValue),
        '\u{feff}' => Some(Malformed::ByteOrderMark),
        _ => None,
    };
    if let Some(sign) = sign {
        return Fault::malformed(sign, one(text, at));
    }
    let span = word_around(text, at);
    let word = span_text(text, span);
    match literal(word) {
        Some(literal) => Fault::malformed(literal, span).quoting(word),
        None => grammar(text, at, kind, span),
    }
}

/// What the grammar expects, if no common mistake explains the error.
fn grammar(text: &str, at: usize, kind: &JsonErrorType, span: Span) -> Fault {
    use JsonErrorType as E;
    let word = span_text(text, span);
    let is_word = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
    let here = |how| Fault::malformed(how, one(text, at));
    let at_word = |how| Fault::malformed(how, span).quoting(word);
    match kind {
        E::KeyMustBeAString if is_word => at_word(Malformed::UnquotedKey),
        E::KeyMustBeAString => here(Malformed::ExpectedKey),
        E::ExpectedColon => here(Malformed::ExpectedColon),
        E::ExpectedListCommaOrEnd => here(Malformed::ExpectedListEnd),
        E::ExpectedObjectCommaOrEnd => here(Malformed::ExpectedObjectEnd),
        _ if is_word => at_word(Malformed::UnknownWord),
        _ => here(Malformed::ExpectedValue),
    }
}

//! A record that is not JSON, or not an object.

use tunelint_data::record::Record;
use tunelint_data::record::fault::{Fault, FaultKind, Malformed, NumberForm, Unfinished};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, FixKind, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "malformed-record",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::Safe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(MalformedRecord))
}

struct MalformedRecord;

impl RecordRule for MalformedRecord {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Fault(fault) = why else {
            return;
        };
        let FaultKind::Malformed(how) = fault.kind else {
            return;
        };
        findings.report(record.at(fault.span), Severity::Error, || {
            let message = Message::new(sentence(how, &fault.text));
            let message = match advice(how) {
                Some(help) => message.help(help),
                None => message,
            };
            let fix = fault.is_superfluous();
            message.fix(fix.then(|| Fix::without(record, fault.span)))
        });
    }
}

/// What is wrong with a text that was meant as JSON, in a few words.
pub(super) fn describe(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Malformed(how) => sentence(how, &fault.text),
        FaultKind::NestingTooDeep => {
            let depth = tunelint_data::record::json::MAX_DEPTH;
            format!("lists and objects are nested more than {depth} levels deep")
        }
        FaultKind::DuplicateKey => {
            "this key stands twice in one object; programs disagree on which value counts"
                .to_owned()
        }
        FaultKind::LoneSurrogate => format!(
            "{} is half of a character: the other half is missing",
            quoted(&fault.text, 6)
        ),
        _ => "this is not JSON".to_owned(),
    }
}

fn sentence(how: Malformed, text: &str) -> String {
    match how {
        Malformed::CutOff(unfinished) => {
            format!("the record is cut off: {}", open_at_end(unfinished))
        }
        Malformed::Control { code, run } => control(code, run),
        Malformed::UnknownEscape => {
            format!("{} is not an escape that JSON knows", quoted(text, 8))
        }
        Malformed::Number(form) => number(form, text),
        Malformed::NotFinite => format!("`{text}` is not JSON"),
        Malformed::PythonBool => format!("`{text}` is Python, not JSON"),
        Malformed::NulRun { run } => format!("{run} NUL bytes stand here instead of a record"),
        Malformed::NulInCell { run: 1 } => "1 NUL byte stands in a cell".to_owned(),
        Malformed::NulInCell { run } => format!("{run} NUL bytes stand in a cell"),
        Malformed::UnquotedKey => format!("the key {} needs double quotes", quoted(text, 40)),
        Malformed::UnknownWord => format!("{} is no JSON value", quoted(text, 40)),
        Malformed::NotAnObject(kind) => {
            format!("the record is {}, not an object", kind.describe())
        }
        _ => fixed_sentence(how).to_owned(),
    }
}

/// The sentences that do not depend on the data.
fn fixed_sentence(how: Malformed) -> &'static str {
    match how {
        Malformed::NoValue => "there is no value here",
        Malformed::SecondValue => "a second value stands on the same line",
        Malformed::CommaAfterRecord => "a comma stands after the record",
        Malformed::TrailingText => "more text follows after the record's end",
        Malformed::TrailingComma | Malformed::TrailingCommaInList => {
            "a comma stands before the closing bracket"
        }
        Malformed::CommaForValue => "a comma stands where a value should be",
        Malformed::Comment => "JSON has no comments",
        Malformed::PythonNone => "`None` is Python, not JSON",
        Malformed::Undefined => "`undefined` is JavaScript, not JSON",
        Malformed::SingleQuotes => "strings need double quotes in JSON",
        Malformed::ByteOrderMark => "a byte order mark stands in the middle of the file",
        Malformed::ExpectedKey => "a key in double quotes should stand here",
        Malformed::ExpectedColon => "a colon should stand between a key and its value",
        Malformed::ExpectedListEnd => "a comma or `]` should stand here",
        Malformed::ExpectedObjectEnd => "a comma or `}` should stand here",
        Malformed::ExpectedValue => "a value should stand here",
        Malformed::ListNotClosed => "the document is cut off: its list of examples is never closed",
        Malformed::StrayBracket => "a bracket closes nothing",
        Malformed::MissingComma => "a comma is missing between two examples",
        Malformed::ExtraComma => "a comma stands where an example should be",
        _ => "this is not JSON",
    }
}

fn open_at_end(unfinished: Unfinished) -> &'static str {
    match unfinished {
        Unfinished::String => "a string is never closed",
        Unfinished::List => "a list is never closed",
        Unfinished::Object => "an object is never closed",
        Unfinished::Value => "a value is missing",
    }
}

fn control(code: u8, run: usize) -> String {
    let name = match code {
        0 if run > 1 => return format!("{run} NUL bytes in a row stand in a string"),
        b'\t' => "a tab",
        b'\r' => "a carriage return",
        b'\n' => "a line break",
        _ => "a control character",
    };
    format!("{name} (U+{code:04X}) stands unescaped in a string")
}

fn number(form: NumberForm, text: &str) -> String {
    let sentence = match form {
        NumberForm::Hexadecimal => "JSON has no hexadecimal numbers",
        NumberForm::Plus => "a number must not start with a plus sign",
        NumberForm::NoDigitBefore => "a number must have a digit before its decimal point",
        NumberForm::NoDigitAfter => "a number must have a digit after its decimal point",
        NumberForm::LeadingZero => "a number must not start with a zero",
        NumberForm::Other => {
            return format!("{} is not a number as JSON writes it", quoted(text, 24));
        }
    };
    sentence.to_owned()
}

/// What to do about it.
fn advice(how: Malformed) -> Option<String> {
    let help = match how {
        Malformed::Control { code, .. } => {
            let escape = match code {
                b'\t' => "\\t".to_owned(),
                b'\r' => "\\r".to_owned(),
                b'\n' => "\\n".to_owned(),
                _ => format!("\\u{code:04x}"),
            };
            return Some(format!("write it as `{escape}`"));
        }
        Malformed::CutOff(_) | Malformed::ListNotClosed => {
            "restore the rest of the line; a line break inside a string must be written `\\n`"
        }
        Malformed::SecondValue => "put each record on a line of its own",
        Malformed::CommaAfterRecord => {
            "remove it: in JSON lines, records are separated by line breaks alone"
        }
        Malformed::TrailingText => "remove it, or put it on a line of its own",
        Malformed::TrailingComma | Malformed::TrailingCommaInList => "remove the trailing comma",
        Malformed::CommaForValue => "remove it, or add the missing value",
        Malformed::Comment => "remove the comment",
        Malformed::UnknownEscape => {
            "write a backslash as `\\\\`; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        }
        Malformed::Number(_) => "write digits, with a point for decimals, or put it in quotes",
        Malformed::NotFinite => {
            "JSON has no such number; Python's json module writes it: replace it by null or a string"
        }
        Malformed::PythonNone => "write null; use json.dumps to write records",
        Malformed::PythonBool => {
            "write true or false in lower case; use json.dumps to write records"
        }
        Malformed::Undefined => "write null, or leave the key out",
        Malformed::NulRun { .. } => {
            "the file was not written to its end (a crash, a full disk): restore it"
        }
        Malformed::NulInCell { .. } => "the file was damaged or is not text: export it again",
        Malformed::SingleQuotes => {
            "this looks like a Python dict printed as text: write records with json.dumps"
        }
        Malformed::ByteOrderMark => {
            "files were joined without removing it: delete these three bytes"
        }
        Malformed::ExpectedObjectEnd => "a quote inside a string must be written `\\\"`",
        Malformed::UnknownWord => "put text in double quotes",
        Malformed::NotAnObject(_) => "write each example as an object with named fields",
        Malformed::StrayBracket | Malformed::ExtraComma => "remove it",
        Malformed::MissingComma => "add it",
        _ => return None,
    };
    Some(help.to_owned())
}

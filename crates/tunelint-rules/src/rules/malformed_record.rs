//! Flags records that are not valid JSON, or not an object.

use tunelint_data::record::Record;
use tunelint_data::record::fault::{Fault, FaultKind, Malformed, NumberForm, Unfinished};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Fix, Message, Severity};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, FixKind, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "malformed-record",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::Safe)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
            let message = match help_for(how) {
                Some(help) => message.help(help),
                None => message,
            };
            let removable = fault.is_superfluous();
            message.fix(removable.then(|| Fix::without(record, fault.span)))
        });
    }
}

/// The message for a fault in JSON, also for JSON outputs: `mixed-formats` puts it in parentheses.
pub(super) fn describe(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Malformed(how) => sentence(how, &fault.text),
        FaultKind::NestingTooDeep => {
            let depth = tunelint_data::record::json::MAX_DEPTH;
            format!("nested more than {depth} levels deep")
        }
        FaultKind::DuplicateKey => {
            "duplicate key: parsers disagree on which value counts".to_owned()
        }
        FaultKind::LoneSurrogate => format!(
            "lone surrogate {}: the other half of the pair is missing",
            quoted(&fault.text, 6)
        ),
        _ => "syntax error".to_owned(),
    }
}

fn sentence(how: Malformed, text: &str) -> String {
    match how {
        Malformed::CutOff(unfinished) => {
            format!("truncated record: {}", unfinished_part(unfinished))
        }
        Malformed::Control { code, run } => control(code, run),
        Malformed::UnknownEscape => {
            format!("invalid escape {}", quoted(text, 8))
        }
        Malformed::Number(form) => number(form, text),
        Malformed::NotFinite => format!("`{text}` is not valid JSON"),
        Malformed::PythonBool => format!("`{text}` is Python, not JSON"),
        Malformed::NulRun { run } => format!("{run} NUL bytes instead of a record"),
        Malformed::NulInCell { run: 1 } => "NUL byte in a cell".to_owned(),
        Malformed::NulInCell { run } => format!("{run} NUL bytes in a cell"),
        Malformed::UnquotedKey => format!("key {} without double quotes", quoted(text, 40)),
        Malformed::UnknownWord => format!("invalid JSON value {}", quoted(text, 40)),
        Malformed::NotAnObject(kind) => {
            format!("expected an object, found {}", kind.describe())
        }
        _ => fixed_sentence(how).to_owned(),
    }
}

/// The sentences that do not depend on the data.
fn fixed_sentence(how: Malformed) -> &'static str {
    match how {
        Malformed::NoValue => "missing JSON value",
        Malformed::SecondValue => "second value on the same line",
        Malformed::CommaAfterRecord => "comma after the record",
        Malformed::TrailingText => "text after the end of the record",
        Malformed::TrailingComma | Malformed::TrailingCommaInList => "trailing comma",
        Malformed::CommaForValue => "expected a value, found a comma",
        Malformed::Comment => "comment in JSON",
        Malformed::PythonNone => "`None` is Python, not JSON",
        Malformed::Undefined => "`undefined` is JavaScript, not JSON",
        Malformed::SingleQuotes => "single-quoted string",
        Malformed::ByteOrderMark => "byte order mark in the middle of the file",
        Malformed::ExpectedKey => "expected a key in double quotes",
        Malformed::ExpectedColon => "expected `:` after the key",
        Malformed::ExpectedListEnd => "expected `,` or `]`",
        Malformed::ExpectedObjectEnd => "expected `,` or `}`",
        Malformed::ExpectedValue => "expected a value",
        Malformed::ListNotClosed => "truncated file: the list of examples is never closed",
        Malformed::StrayBracket => "unmatched closing bracket",
        Malformed::MissingComma => "missing comma between two examples",
        Malformed::ExtraComma => "expected an example, found a comma",
        Malformed::EncodedTwice => "example as JSON inside a string: it was encoded twice",
        _ => "syntax error",
    }
}

fn unfinished_part(unfinished: Unfinished) -> &'static str {
    match unfinished {
        Unfinished::String => "unclosed string",
        Unfinished::List => "unclosed list",
        Unfinished::Object => "unclosed object",
        Unfinished::Value => "missing value",
    }
}

fn control(code: u8, run: usize) -> String {
    let name = match code {
        0 if run > 1 => return format!("{run} NUL bytes in a string"),
        b'\t' => "tab",
        b'\r' => "carriage return",
        b'\n' => "line break",
        _ => "control character",
    };
    format!("unescaped {name} (U+{code:04X}) in a string")
}

fn number(form: NumberForm, text: &str) -> String {
    let sentence = match form {
        NumberForm::Hexadecimal => "hexadecimal number in JSON",
        NumberForm::Plus => "number with a plus sign",
        NumberForm::NoDigitBefore => "number without a digit before the decimal point",
        NumberForm::NoDigitAfter => "number without a digit after the decimal point",
        NumberForm::LeadingZero => "number with a leading zero",
        NumberForm::Other => {
            return format!("invalid JSON number {}", quoted(text, 24));
        }
    };
    sentence.to_owned()
}

/// The help for a fault; `None` if the message is enough.
fn help_for(how: Malformed) -> Option<String> {
    let help = match how {
        Malformed::Control { code, .. } => {
            let escape = match code {
                b'\t' => "\\t".to_owned(),
                b'\r' => "\\r".to_owned(),
                b'\n' => "\\n".to_owned(),
                _ => format!("\\u{code:04x}"),
            };
            return Some(format!("escape it as `{escape}`"));
        }
        Malformed::CutOff(_) | Malformed::ListNotClosed => {
            "restore the rest of the line, and write line breaks inside strings as `\\n`"
        }
        Malformed::SecondValue => "put each record on its own line",
        Malformed::CommaAfterRecord => {
            "remove the comma: in JSON Lines, only line breaks separate records"
        }
        Malformed::TrailingText => "remove it, or move it to its own line",
        Malformed::TrailingComma | Malformed::TrailingCommaInList => "remove the trailing comma",
        Malformed::CommaForValue => "remove the comma, or add the missing value",
        Malformed::Comment => "remove the comment",
        Malformed::UnknownEscape => {
            "write a backslash as `\\\\`; valid escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        }
        Malformed::Number(_) => {
            "write digits with a decimal point, or put the value in double quotes"
        }
        Malformed::NotFinite => {
            "replace it with null or a string: Python's json module writes it, but JSON has no such number"
        }
        Malformed::PythonNone => "write null, or generate the records with json.dumps",
        Malformed::PythonBool => {
            "write true or false in lower case, or generate the records with json.dumps"
        }
        Malformed::Undefined => "write null, or omit the key",
        Malformed::NulRun { .. } => {
            "restore the file: it was not written completely (crash, full disk)"
        }
        Malformed::NulInCell { .. } => "export the file again: it is damaged or not text",
        Malformed::SingleQuotes => {
            "write the records with json.dumps: this looks like a printed Python dict"
        }
        Malformed::ByteOrderMark => "delete these three bytes, left over from joining files",
        Malformed::ExpectedObjectEnd => "escape quotes inside strings as `\\\"`",
        Malformed::UnknownWord => "put text in double quotes",
        Malformed::EncodedTwice => "write the objects themselves, without a second `json.dumps`",
        Malformed::NotAnObject(_) => "write each example as an object with named fields",
        Malformed::StrayBracket => "remove the bracket",
        Malformed::ExtraComma => "remove the comma",
        Malformed::MissingComma => "add a comma",
        _ => return None,
    };
    Some(help.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::record::json::Kind;
    use tunelint_data::text::position::Span;

    #[test]
    fn only_nul_bytes_are_counted() {
        let of = |code, run| sentence(Malformed::Control { code, run }, "");
        assert_eq!(of(0, 1), "unescaped control character (U+0000) in a string");
        assert_eq!(of(0, 2), "2 NUL bytes in a string");
        assert_eq!(of(b'\t', 2), "unescaped tab (U+0009) in a string");
        assert_eq!(
            of(27, 2),
            "unescaped control character (U+001B) in a string"
        );
        let cell = |run| sentence(Malformed::NulInCell { run }, "");
        assert_eq!(cell(1), "NUL byte in a cell");
        assert_eq!(cell(2), "2 NUL bytes in a cell");
    }

    #[test]
    fn quotes_from_the_data_are_short_and_printable() {
        let key = "k".repeat(41);
        let shown = format!("key `{}…` without double quotes", "k".repeat(40));
        assert_eq!(sentence(Malformed::UnquotedKey, &key), shown);
        assert_eq!(
            sentence(Malformed::UnknownWord, "a\u{1b}`b"),
            "invalid JSON value `a\\u{1b}'b`"
        );
        assert_eq!(
            sentence(Malformed::UnknownEscape, "\\x123456789"),
            "invalid escape `\\x123456…`"
        );
        assert_eq!(
            sentence(Malformed::Number(NumberForm::Other), "1.2.3"),
            "invalid JSON number `1.2.3`"
        );
    }

    #[test]
    fn the_help_names_the_escape() {
        let of = |code| help_for(Malformed::Control { code, run: 1 });
        assert_eq!(of(b'\r').as_deref(), Some("escape it as `\\r`"));
        assert_eq!(of(27).as_deref(), Some("escape it as `\\u001b`"));
        assert_eq!(help_for(Malformed::ExpectedColon), None);
        assert_eq!(help_for(Malformed::NotJson), None);
    }

    #[test]
    fn faults_of_other_rules_are_described_too() {
        let of = |kind| describe(&Fault::new(kind, Span::at(0)).quoting("\\ud83d"));
        assert_eq!(
            of(FaultKind::LoneSurrogate),
            "lone surrogate `\\ud83d`: the other half of the pair is missing"
        );
        assert_eq!(
            of(FaultKind::NestingTooDeep),
            "nested more than 128 levels deep"
        );
        assert_eq!(
            of(FaultKind::Malformed(Malformed::NotAnObject(Kind::Null))),
            "expected an object, found null"
        );
        let (length, limit) = (2, 1);
        assert_eq!(of(FaultKind::TooLarge { length, limit }), "syntax error");
    }
}

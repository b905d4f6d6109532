//! Bytes that are no UTF-8.

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};
use tunelint_data::record::Record;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "invalid-utf8",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(InvalidUtf8))
}

struct InvalidUtf8;

impl RecordRule for InvalidUtf8 {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        if matches!(why, Unreadable::InvalidUtf8) {
            report(record, findings);
        }
    }
}

fn report(record: &Record<'_>, findings: &mut Findings<'_>) {
    let (mut at, mut first, mut count) = (0, None, 0_u64);
    for chunk in record.raw.utf8_chunks() {
        let bad = chunk.invalid();
        if !bad.is_empty() {
            count += 1;
            first.get_or_insert(Span::new(
                at + chunk.valid().len(),
                at + chunk.valid().len() + bad.len(),
            ));
        }
        at += chunk.valid().len() + bad.len();
    }
    let span = first.unwrap_or_default();
    findings.report(record.at(span), Severity::Error, || {
        let bytes = span.slice(record.raw);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
        let more = if count > 1 {
            format!(", and {} more in this record", count - 1)
        } else {
            String::new()
        };
        let message = format!(
            "the byte{} {} {} no UTF-8{more}",
            s(bytes.len()),
            hex.join(" "),
            are(bytes.len())
        );
        Message::new(message).help(guess_encoding(bytes))
    });
}

fn s(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// What a stray byte most likely was.
fn guess_encoding(bytes: &[u8]) -> String {
    let (meant, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    let plausible = bytes.len() == 1
        && meant
            .chars()
            .all(|c| c.is_alphabetic() || "‘’“”–—…•€°£".contains(c));
    if plausible {
        format!(
            "in Windows-1252 or Latin-1 it would be {}; if so, read the file with `--encoding windows-1252` or save it as UTF-8",
            quoted(&meant, 4)
        )
    } else {
        "save the file as UTF-8; `--encoding NAME` reads another encoding".to_owned()
    }
}

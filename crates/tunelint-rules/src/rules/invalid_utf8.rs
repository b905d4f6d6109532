//! Flags bytes that are not valid UTF-8.

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};
use tunelint_data::record::Record;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::reader::Unreadable;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "invalid-utf8",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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

/// Reports the first invalid sequence of the record, with the count of the others.
fn report(record: &Record<'_>, findings: &mut Findings<'_>) {
    let (mut at, mut first, mut count) = (0, None, 0_u64);
    for chunk in record.raw.utf8_chunks() {
        let invalid = chunk.invalid();
        if !invalid.is_empty() {
            count += 1;
            first.get_or_insert(Span::new(
                at + chunk.valid().len(),
                at + chunk.valid().len() + invalid.len(),
            ));
        }
        at += chunk.valid().len() + invalid.len();
    }
    let span = first.unwrap_or_default();
    findings.report(record.at(span), Severity::Error, || {
        let bytes = span.slice(record.raw);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
        let more = if count > 1 {
            format!(" ({} more in this record)", count - 1)
        } else {
            String::new()
        };
        let noun = if bytes.len() == 1 { "byte" } else { "bytes" };
        let message = format!("invalid UTF-8: {noun} {}{more}", hex.join(" "));
        Message::new(message).help(encoding_help(bytes))
    });
}

/// The help: with the character that a single byte is in Windows-1252, if that is plausible.
fn encoding_help(bytes: &[u8]) -> String {
    let (decoded, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
    let plausible = bytes.len() == 1
        && decoded
            .chars()
            .all(|c| c.is_alphabetic() || "‘’“”–—…•€°£".contains(c));
    if plausible {
        format!(
            "if this is {} in Windows-1252 or Latin-1, read the file with `--encoding windows-1252` or save it as UTF-8",
            quoted(&decoded, 4)
        )
    } else {
        "save the file as UTF-8, or read it with `--encoding NAME`".to_owned()
    }
}

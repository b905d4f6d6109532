//! Cells that a spreadsheet program corrupted: formula errors, rounded numbers, dates.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::record::Body;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "spreadsheet-damage",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(SpreadsheetDamage))
}

/// What Excel and LibreOffice show in a cell whose formula failed.
const ERRORS: [&str; 9] = [
    "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
];

struct SpreadsheetDamage;

impl ExampleRule for SpreadsheetDamage {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // A sheet has its values as they are in the cells. Only formulas are damaged there.
        let is_text = matches!(example.record.body, Body::Row(_));
        if !is_text && !example.record.in_table {
            return;
        }
        for text in example.turns.iter().flat_map(|turn| &turn.texts) {
            // Only whole cells: damage replaces the value of the cell.
            let value = text.as_str().trim();
            let (what, help) = match () {
                () if ERRORS.contains(&value) => (
                    "spreadsheet formula error",
                    "fix the formula and export again",
                ),
                () if is_text && is_rounded(value) => (
                    "number rounded by a spreadsheet",
                    "format the column as text, and export again from the original data",
                ),
                () if is_text && is_dated(value) => (
                    "value converted to a date by a spreadsheet",
                    "format the column as text before entering values such as `1/2` and `MAR1`",
                ),
                () => continue,
            };
            findings.report(example.record.at(text.span()), Severity::Warning, || {
                Message::new(format!("{what}: {}", quoted(value, 24))).help(help)
            });
        }
    }
}

/// Whether a number has the format in which spreadsheets export long numbers: `1.23E+11`.
fn is_rounded(value: &str) -> bool {
    if value.len() > 24 {
        return false;
    }
    let Some((mantissa, exponent)) = value.split_once("E+") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.trim_start_matches('-').replacen(['.', ','], "", 1);
    digits(&mantissa) && exponent.len() == 2 && digits(exponent)
}

/// Whether a value has the date format that spreadsheets give to fractions and names: `2-Jan`,
/// `Mar-01`.
fn is_dated(value: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let digits =
        |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    value.split_once('-').is_some_and(|(day, month)| {
        (digits(day) && MONTHS.contains(&month))
            || (MONTHS.contains(&day) && digits(month) && month.len() == 2)
    })
}

#[cfg(test)]
mod tests {
    use super::{is_dated, is_rounded};

    #[test]
    fn converted_dates_are_recognized() {
        assert!(is_dated("2-Jan") && is_dated("01-Feb") && is_dated("Mar-01"));
        assert!(
            !is_dated("2024-01-02")
                && !is_dated("May-be")
                && !is_dated("1/2")
                && !is_dated("2-January")
        );
    }

    #[test]
    fn rounded_numbers_are_recognized() {
        assert!(is_rounded("1.23E+11") && is_rounded("4,91512E+12") && is_rounded("-1E+15"));
        assert!(
            !is_rounded("1e5")
                && !is_rounded("E+11")
                && !is_rounded("1.2.3E+11")
                && !is_rounded("CODE+11")
        );
    }
}

//! Cells that a spreadsheet program has spoilt.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::record::Body;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "spreadsheet-damage",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(SpreadsheetDamage))
}

/// What Excel and LibreOffice write into a cell whose formula failed.
const ERRORS: [&str; 9] = [
    "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
];

struct SpreadsheetDamage;

impl ExampleRule for SpreadsheetDamage {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        if !matches!(example.record.body, Body::Row(_)) {
            return;
        }
        for text in example.turns.iter().flat_map(|turn| &turn.texts) {
            // Damage replaces a cell: a long one has none.
            let value = text.as_str().trim();
            let (what, help) = match () {
                () if ERRORS.contains(&value) => (
                    "is the error of a spreadsheet formula",
                    "repair the formula and export again",
                ),
                () if is_rounded(value) => (
                    "is a long number that a spreadsheet has rounded",
                    "format the column as text before exporting; the lost digits cannot be restored",
                ),
                () if is_dated(value) => (
                    "is a date that a spreadsheet has made of something else",
                    "format the column as text before the values are entered: `1/2` and `MAR1` became dates",
                ),
                () => continue,
            };
            findings.report(example.record.at(text.span()), Severity::Warning, || {
                Message::new(format!("{} {what}", quoted(value, 24))).help(help)
            });
        }
    }
}

/// Whether a number stands in the form in which spreadsheets export long ones: `1.23E+11`.
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

/// Whether a day stands in the form that spreadsheets give to fractions and names: `2-Jan`,
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
    fn dates_of_fractions_are_known_by_their_form() {
        assert!(is_dated("2-Jan") && is_dated("01-Feb") && is_dated("Mar-01"));
        assert!(
            !is_dated("2024-01-02")
                && !is_dated("May-be")
                && !is_dated("1/2")
                && !is_dated("2-January")
        );
    }

    #[test]
    fn rounded_numbers_are_known_by_their_form() {
        assert!(is_rounded("1.23E+11") && is_rounded("4,91512E+12") && is_rounded("-1E+15"));
        assert!(
            !is_rounded("1e5")
                && !is_rounded("E+11")
                && !is_rounded("1.2.3E+11")
                && !is_rounded("CODE+11")
        );
    }
}

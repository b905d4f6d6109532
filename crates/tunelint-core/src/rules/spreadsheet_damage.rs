//! Cells that a spreadsheet program has spoilt.

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::printable::quoted;
use crate::record::Body;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};

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

#[cfg(test)]
mod tests {
    use super::is_rounded;

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

//! Flags columns of texts whose cells are all numbers, which the target's CSV reader makes numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("column-read-as-number", Level::Profile, Scope::Dataset);

/// Builds the check, unless the data will be converted or no target reads columns as numbers.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("text-columns");
    let applies = !context.will_convert && !facts.is_empty();
    applies.then(|| Check::dataset(ColumnReadAsNumber { facts }))
}

struct ColumnReadAsNumber {
    facts: Vec<TargetFact>,
}

/// The columns with prompts and with responses, by source.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Columns(BTreeMap<(u32, bool), Column>);

/// A column of texts.
#[derive(Debug, Serialize, Deserialize)]
struct Column {
    layout: String,
    first: Location,
    /// Whether all cells so far are numbers, or empty.
    is_numeric: bool,
    /// Whether one of them is not empty.
    has_number: bool,
}

impl DatasetRule for ColumnReadAsNumber {
    type Tally = Columns;

    fn observe(&self, example: &Example<'_>, tally: &mut Columns) {
        if !matches!(example.record.body, Body::Row(_)) {
            return;
        }
        for turn in example
            .turns
            .iter()
            .filter(|turn| turn.role != Role::System)
        {
            // A text of several cells is not a column.
            let [cell] = turn.texts.as_slice() else {
                continue;
            };
            let key = (example.record.source.0, turn.role == Role::Model);
            let column = tally.0.entry(key).or_insert_with(|| Column {
                layout: example.layout.to_owned(),
                first: example.record.locate(cell.span()),
                is_numeric: true,
                has_number: false,
            });
            if column.is_numeric {
                let is_number = is_number(cell.as_str());
                column.has_number |= is_number;
                column.is_numeric = is_number || cell.as_str().is_empty();
            }
        }
    }

    fn merge(&self, into: &mut Columns, from: Columns) {
        for (key, column) in from.0 {
            match into.0.get_mut(&key) {
                Some(known) => {
                    known.is_numeric &= column.is_numeric;
                    known.has_number |= column.has_number;
                }
                None => drop(into.0.insert(key, column)),
            }
        }
    }

    fn renumber_sources(&self, tally: &mut Columns, by: u32) {
        let moved = std::mem::take(&mut tally.0).into_iter();
        let moved = moved.map(|((source, is_output), mut column)| {
            column.first.source = SourceId(source + by);
            ((source + by, is_output), column)
        });
        tally.0 = moved.collect();
    }

    fn finish(&self, tally: Columns, findings: &mut Findings<'_>) {
        let numeric = tally.0.into_iter();
        let numeric = numeric.filter(|(_, column)| column.is_numeric && column.has_number);
        for ((_, is_output), column) in numeric {
            let what = if is_output { "responses" } else { "prompts" };
            for fact in self.facts.iter().filter(|fact| fact.is_of(&column.layout)) {
                findings.report_at(column.first.clone(), fact.impact(), || {
                    let does = fact.describe_effect("such columns");
                    Message::new(format!("all {what} of the table are numbers: {does}"))
                        .help("convert the file to JSON Lines, where a text of digits stays a text")
                });
            }
        }
    }
}

/// Whether pandas makes a number or a truth value of a cell, if it does so with all others of the
/// column.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim();
    let is_digits = cell.bytes().any(|byte| byte.is_ascii_digit());
    let is_truth = ["True", "TRUE", "true", "False", "FALSE", "false"].contains(&cell);
    is_truth || is_digits && cell.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pandas_reads_as_a_number() {
        for cell in ["1", "-2.5", " 3 ", "1e5", "007", "True", "false"] {
            assert!(is_number(cell), "{cell}");
        }
        for cell in ["", "1,000", "one", "3 apples", "inf", "5%", "0x1F"] {
            assert!(!is_number(cell), "{cell}");
        }
    }
}

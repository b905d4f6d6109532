//! Flags cells of a table that the target's CSV reader takes as missing.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("cell-read-as-null", Level::Profile, Scope::Example);

/// The texts that pandas' `read_csv` reads as missing by default.
const NULLS: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// Builds the check, unless the data will be converted or no target reads cells as null.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("no-null-cells");
    let applies = !context.will_convert && !facts.is_empty();
    applies.then(|| Check::example(CellReadAsNull { facts }))
}

struct CellReadAsNull {
    facts: Vec<TargetFact>,
}

impl ExampleRule for CellReadAsNull {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        if !matches!(example.record.body, Body::Row(_)) {
            return;
        }
        let turns = example.turns.iter().chain(&example.rejected);
        let turns = turns.filter(|turn| turn.role != Role::System);
        // A text of several cells is not read by itself.
        let cells = turns.filter_map(|turn| match turn.texts.as_slice() {
            [text] => Some(text),
            _ => None,
        });
        for cell in cells.filter(|cell| NULLS.contains(&cell.as_str())) {
            for fact in self.facts.iter().filter(|fact| fact.is_of(example.layout)) {
                findings.report(example.record.at(cell.span()), fact.impact(), || {
                    let does = fact.describe_effect("such records");
                    let cell = match cell.as_str() {
                        "" => "empty cell".to_owned(),
                        text => format!("cell {}", quoted(text, 20)),
                    };
                    Message::new(format!("{cell} is read as null: {does}"))
                        .help("convert the file to JSON Lines, where the text stays a text")
                });
            }
        }
    }
}

//! An output that does not match the user's JSON Schema.

use std::sync::Arc;

use crate::contract::schema::Schema;
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "schema-mismatch",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule; `None` without a schema.
pub fn build(context: &RuleContext) -> Option<Check> {
    let schema = context.output_schema.clone()?;
    Some(Check::example(SchemaMismatch { schema }))
}

struct SchemaMismatch {
    schema: Arc<dyn Schema>,
}

impl ExampleRule for SchemaMismatch {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for turn in example.wanted_outputs().filter(|turn| !turn.is_blank()) {
            let place = example.record.at(turn.text_span());
            let Ok(value) = serde_json::from_str(&turn.joined()) else {
                findings.report(place, Severity::Error, || {
                    Message::new("output is not valid JSON, but `output-schema` is set")
                        .help("write the whole output as one JSON value")
                });
                continue;
            };
            let departures = self.schema.violations(&value);
            let Some(first) = departures.first() else {
                continue;
            };
            findings.report(place, Severity::Error, || {
                let at = match first.pointer.as_str() {
                    "" => String::new(),
                    pointer => format!(" at {}", quoted(pointer, 60)),
                };
                let more = match departures.len() - 1 {
                    0 => String::new(),
                    more => format!(" ({more} more)"),
                };
                let fault = &first.fault;
                Message::new(format!(
                    "output does not match the schema{at}: {fault}{more}"
                ))
                .help("fix the output, or the schema in `output-schema`")
            });
        }
    }
}

//! An output that is not one of the labels of a classification dataset.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-label",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the rule; `None` unless the outputs are labels and some are not among them.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let any = !inferred.labels.as_ref()?.unknown.is_empty();
    any.then(|| Check::example(UnknownLabel { inferred }))
}

struct UnknownLabel {
    inferred: Arc<Inferred>,
}

impl ExampleRule for UnknownLabel {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let (Some(labels), Some(turn)) = (&self.inferred.labels, example.wanted_output()) else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        if !labels.unknown.contains(body) {
            return;
        }
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        findings.report(place, Severity::Warning, || {
            let known = labels.labels.len() - labels.unknown.len();
            let message = format!(
                "unknown label {}: not one of the {known} labels of the dataset",
                quoted(body, 60)
            );
            match labels.meant(body) {
                Some(meant) => {
                    Message::new(format!("{message}, but contains {}", quoted(meant, 40)))
                        .help("write only the label")
                }
                None => Message::new(message)
                    .help("replace it with a known label, or add more examples of it"),
            }
        });
    }
}

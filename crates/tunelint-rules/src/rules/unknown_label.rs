//! An output that is no label, in a set of labels.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-label",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the rule, where something stands in the place of a label.
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
        let (Some(labels), Some(turn)) = (&self.inferred.labels, example.output()) else {
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
            let said = format!(
                "{} is none of the {known} labels of this set",
                quoted(body, 60)
            );
            match labels.meant(body) {
                Some(meant) => Message::new(format!("{said}, but holds {}", quoted(meant, 40)))
                    .help("write the label alone"),
                None => Message::new(said).help(
                    "if it is a label, give it more examples; if not, write the one that is meant",
                ),
            }
        });
    }
}

//! An example that is not trained on: it, or each of its assistant messages, has weight 0.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Turn, is_zero};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "nothing-to-learn",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(NothingToLearn))
}

struct NothingToLearn;

impl ExampleRule for NothingToLearn {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(last) = example.output() else {
            return;
        };
        let example_weight = example
            .settings
            .iter()
            .find(|setting| setting.key == "weight" && is_zero(setting.raw));
        if example_weight.is_none() && !example.outputs().all(Turn::is_skipped) {
            return;
        }
        let place = example_weight.map_or(last.span, |setting| setting.span);
        findings.report(example.record.at(place), Severity::Warning, || {
            let message = match example_weight {
                Some(_) => "weight 0: the example is not trained on",
                None => "every assistant message has weight 0: nothing to train on",
            };
            let help = match example_weight {
                Some(_) => "set its weight above 0, or remove the record",
                None => "set the weight of one of them to 1, or remove the record",
            };
            Message::new(message).help(help).fix(Fix::dropping())
        });
    }
}

//! An example of which nothing is trained: every answer has weight 0.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Turn, is_zero};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
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
        let whole = example
            .settings
            .iter()
            .find(|setting| setting.key == "weight" && is_zero(setting.raw));
        if whole.is_none() && !example.outputs().all(Turn::is_skipped) {
            return;
        }
        let place = whole.map_or(last.span, |setting| setting.span);
        findings.report(example.record.at(place), Severity::Warning, || {
            let message = match whole {
                Some(_) => "the example has weight 0, so nothing is learnt from it",
                None => "every turn of the model has weight 0, so nothing is learnt",
            };
            let help = match whole {
                Some(_) => "give it a weight above 0, or remove the record",
                None => "give one of them weight 1, or remove the record",
            };
            Message::new(message).help(help).fix(Fix::dropping())
        });
    }
}

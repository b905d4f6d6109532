//! A value that is none of those that may stand in its place: a weight, a version.

use crate::example::{Example, PartKind};
use crate::finding::{Findings, Message, Severity};
use crate::printable::quoted;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("invalid-value", Level::Profile, Scope::Example);

/// The version of Amazon's layout. Nova takes any text in its place.
const CONVERSE: &str = "bedrock-conversation-2024";

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let binary_weight = context.requires("binary-weight");
    Some(Check::example(InvalidValue { binary_weight }))
}

struct InvalidValue {
    /// The targets that take no other weight of a turn than 0 and 1.
    binary_weight: Vec<TargetFact>,
}

impl ExampleRule for InvalidValue {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let notes = example.turns.iter().flat_map(|turn| &turn.parts);
        for weight in notes.filter(|part| part.kind == PartKind::Note && part.key == "weight") {
            let place = example.record.at(weight.span);
            if !is_weight(weight.raw) {
                findings.report(place, Severity::Warning, || no_weight(weight.raw));
            } else if !is_binary(weight.raw) {
                for fact in &self.binary_weight {
                    findings.report(place, fact.severity(), || {
                        let given = quoted(weight.raw, 20);
                        Message::new(format!(
                            "the weight of the turn is {given}: {}",
                            fact.does("any but 0 and 1")
                        ))
                        .help("0 leaves the turn out of training, 1 trains on it")
                        .targets(&fact.targets)
                    });
                }
            }
        }
        for setting in &example.settings {
            let place = example.record.at(setting.span);
            match setting.key {
                "weight" if !is_weight(setting.raw) => {
                    findings.report(place, Severity::Warning, || no_weight(setting.raw));
                }
                "schemaVersion" if !setting.raw.starts_with('"') => {
                    findings.report(place, Severity::Warning, || {
                        Message::new(format!("{} is no version", quoted(setting.raw, 40)))
                            .help(format!("write {}", quoted(&format!("\"{CONVERSE}\""), 40)))
                    });
                }
                _ => {}
            }
        }
    }
}

fn no_weight(raw: &str) -> Message {
    let given = quoted(raw, 20);
    Message::new(format!("{given} is no weight: a number from 0 is needed"))
        .help("0 leaves it out of training, 1 trains on it")
}

/// Whether it is a number that is not negative.
fn is_weight(raw: &str) -> bool {
    raw.parse::<f64>().is_ok_and(|weight| weight >= 0.0)
}

fn is_binary(raw: &str) -> bool {
    raw.parse::<f64>()
        .is_ok_and(|weight| weight == 0.0 || weight == 1.0)
}

//! Flags conversations without an assistant message.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-assistant",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(MissingAssistant))
}

struct MissingAssistant;

impl ExampleRule for MissingAssistant {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // `empty-conversation` reports a conversation without messages.
        let Some(last) = example.turns.last() else {
            return;
        };
        if example.is_prompt_only() || example.outputs().next().is_some() {
            return;
        }
        let (severity, help) = match answer_beside(example) {
            Some(name) => (
                Severity::Advice,
                format!(
                    "add {} as an assistant message to train on it",
                    quoted(name, 40)
                ),
            ),
            None => (
                Severity::Error,
                "add an assistant message, or remove the record".to_owned(),
            ),
        };
        findings.report(example.record.at(last.span), severity, || {
            Message::new("no assistant message: nothing to train on")
                .help(help)
                .fix((severity == Severity::Error).then(Fix::dropping))
        });
    }
}

/// Names of a field next to the messages that holds what the model should answer.
const ANSWERS: [&str; 9] = [
    "expected",
    "expected_output",
    "expected_answer",
    "answer",
    "answers",
    "target",
    "gold",
    "label",
    "output",
];

/// The field next to the messages with the answer: the record tests a model, or is a prompt.
fn answer_beside<'e>(example: &Example<'e>) -> Option<&'e str> {
    let fields = example.extras.iter().chain(&example.settings);
    let mut names = fields.map(|field| field.key);
    names.find(|name| ANSWERS.contains(name))
}

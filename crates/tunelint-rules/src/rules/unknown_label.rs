//! An output that is not one of the labels of a classification dataset.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::labels::LabelSet;
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
        if !labels.unknown.contains(body) || self.is_meant(body, labels, example) {
            return;
        }
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        let meant = labels.meant(body);
        // A label that occurs once is rare, but perhaps right.
        let is_wrong = labels.is_longer(body) || labels.is_made_of_labels(body);
        let severity = match meant.is_some() && is_wrong {
            true => Severity::Warning,
            false => Severity::Advice,
        };
        findings.report(place, severity, || {
            let known = labels.labels.len() - labels.unknown.len();
            let message = format!(
                "unknown label {}: not one of the {known} labels of the dataset",
                quoted(body, 60)
            );
            match meant {
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

impl UnknownLabel {
    /// Whether the input belongs to another task, or offers the output as an option: it has the output
    /// and several labels as words.
    fn is_meant(&self, body: &str, labels: &LabelSet, example: &Example<'_>) -> bool {
        const OTHERS: usize = 2;
        let Some(input) = example.prompt().map(|turn| turn.joined()) else {
            return false;
        };
        let known = labels.labels.iter().map(|label| label.text.as_str());
        let offered = known.filter(|label| *label != body && has_word(&input, label));
        self.inferred.is_of_other_task(&input)
            || has_word(&input, body) && offered.take(OTHERS).count() == OTHERS
    }
}

/// Whether `word` occurs in `text` with no letter or digit next to it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

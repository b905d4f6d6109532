//! An output that is not a passage of its input, where nearly all others are.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::extraction::{contains, is_passage};
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "output-not-in-input",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// How answers start where the input has no passage to copy.
const NO_ANSWER: [&str; 10] = [
    "no ",
    "not ",
    "none",
    "n/a",
    "null",
    "unknown",
    "unanswer",
    "cannot",
    "can't",
    "there is no",
];
/// The maximum number of characters shown of an output.
const SHOWN: usize = 60;

/// Builds the rule in the second pass; `None` unless nearly all outputs are copied.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let usual = inferred.extracted?;
    let applies = inferred.may_depart(&usual) && inferred.labels.is_none();
    applies.then(|| Check::example(OutputNotInInput { usual, inferred }))
}

struct OutputNotInInput {
    usual: Majority<bool>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for OutputNotInInput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let mut inputs = example.input().iter();
        let has_passage = inputs.any(|turn| contains(&turn.joined(), body));
        if has_passage || !is_passage(body) || is_no_answer(body) {
            return;
        }
        findings.report(
            example.record.at(turn.text_span()),
            severity(&self.usual, Evidence::Absent),
            || {
                Message::new(format!(
                    "output is not in its input: {} ({} of outputs are)",
                    quoted(body, SHOWN),
                    self.usual.percent()
                ))
                .help("copy the passage from the input as it is written there")
            },
        );
    }
}

/// Whether an output states that there is no answer.
fn is_no_answer(body: &str) -> bool {
    let starts = |opening: &&str| {
        let start = body.get(..opening.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(opening))
    };
    NO_ANSWER.iter().any(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_there_is_none_are_not_passages() {
        assert!(is_no_answer("No answer") && is_no_answer("unanswerable"));
        assert!(!is_no_answer("Norway") && !is_no_answer("ä"));
    }
}

//! Labels with few examples.

use crate::finding::{Findings, Message, Severity};
use crate::infer::labels::ENOUGH;
use crate::printable::{counted, grouped, quoted};
use crate::rule::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("rare-label", Level::Fixed(Severity::Advice), Scope::Dataset);

/// Examples that a label should have. Our own floor: providers ask for more.
const FLOOR: u64 = 10;
/// Labels that a message names.
const NAMED: usize = 5;

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    context.inferred.is_none().then(|| Check::survey(RareLabel))
}

struct RareLabel;

impl SurveyRule for RareLabel {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let labels = survey.label_counts();
        let total: u64 = labels.iter().map(|(_, count)| count).sum();
        let rare: Vec<_> = labels
            .iter()
            .rev()
            .filter(|(_, count)| *count < FLOOR)
            .collect();
        let (Some((rarest, _)), true) = (rare.first(), total >= ENOUGH) else {
            return;
        };
        let Some(first) = survey
            .inferred
            .labels
            .as_ref()
            .and_then(|set| set.labels.iter().find(|label| label.text == *rarest))
        else {
            return;
        };
        findings.report_at(first.counted.first.location(), Severity::Advice, || {
            let named: Vec<String> = rare
                .iter()
                .take(NAMED)
                .map(|(label, count)| format!("{} ({})", quoted(label, 40), grouped(*count)))
                .collect();
            let more = if rare.len() > NAMED { ", …" } else { "" };
            Message::new(format!(
                "{} fewer than {FLOOR} examples: {}{more}",
                if rare.len() == 1 { "1 label has".to_owned() } else { format!("{} have", counted(rare.len() as u64, "label")) },
                named.join(", ")
            ))
            .help("a label that the model has hardly seen, it will hardly give: add examples, or merge it with another")
        });
    }
}

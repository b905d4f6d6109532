//! Labels with too few examples.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::inferred::labels::ENOUGH;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::limit::listed;

/// The rule's metadata for the registry.
pub const META: RuleMeta =
    RuleMeta::new("rare-label", Level::Fixed(Severity::Advice), Scope::Dataset);

/// Minimum number of examples of a label, whatever the target. Our own number: providers ask for
/// more.
const MIN_EXAMPLES: u64 = 10;
const HELP: &str = "add examples of rare labels, or merge them with other labels";
/// Maximum number of labels that a message lists.
const MAX_LISTED: usize = 5;

/// Builds the rule for the first pass.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("min-per-label");
    let rule = RareLabel { limits };
    context.inferred.is_none().then(|| Check::survey(rule))
}

struct RareLabel {
    /// The minimum of each target for every label.
    limits: Vec<TargetLimit>,
}

impl SurveyRule for RareLabel {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let labels = survey.label_counts();
        let total: u64 = labels.iter().map(|(_, count)| count).sum();
        for required in &self.limits {
            let TargetLimit { limit, targets } = required;
            let verb = if targets.len() == 1 { "asks" } else { "ask" };
            let min = format!(
                "the {} examples that {} {verb} for",
                limit.value,
                listed(targets)
            );
            if let Some((place, message)) = rare(survey, &labels, limit.value, &min) {
                findings.report_at(place, required.impact_below(), || {
                    Message::new(message).help(HELP)
                });
            }
        }
        let known = survey.inferred.labels.as_ref();
        if total < ENOUGH || known.is_some_and(|labels| labels.are_values) {
            return;
        }
        let min = counted(MIN_EXAMPLES, "example");
        if let Some((place, message)) = rare(survey, &labels, MIN_EXAMPLES, &min) {
            findings.report_at(place, Severity::Advice, || Message::new(message).help(HELP));
        }
    }
}

/// The first occurrence of the rarest label, and a message that lists the labels with fewer than
/// `min` examples; `min_words` is that minimum in words. `None` where no label is below it.
fn rare(
    survey: &Survey,
    labels: &[(String, u64)],
    min: u64,
    min_words: &str,
) -> Option<(Location, String)> {
    let below = labels.iter().rev().filter(|(_, count)| *count < min);
    let rare: Vec<_> = below.collect();
    let (rarest, _) = rare.first()?;
    let known = survey.inferred.labels.as_ref()?;
    let first = known.labels.iter().find(|label| label.text == *rarest)?;
    let items = rare.iter().take(MAX_LISTED);
    let items = items.map(|(label, count)| format!("{} ({})", quoted(label, 40), grouped(*count)));
    let items: Vec<String> = items.collect();
    let have = match rare.len() {
        1 => "1 label has".to_owned(),
        many => format!("{} have", counted(many as u64, "label")),
    };
    let more = if rare.len() > MAX_LISTED { ", …" } else { "" };
    let message = format!("{have} fewer than {min_words}: {}{more}", items.join(", "));
    Some((first.counted.first.location(), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{limit, reported};
    use crate::survey::CompactLocation;
    use crate::survey::inferred::labels::LabelSet;
    use tunelint_layouts::provider::profile::Unit;

    /// A survey of outputs, each with the number of its examples.
    fn survey(outputs: &[(&str, usize)]) -> Survey {
        let mut survey = Survey::default();
        for (output, count) in outputs {
            for _ in 0..*count {
                survey.output_counts.add(output, CompactLocation::default);
            }
        }
        survey.inferred.labels = LabelSet::infer(&survey.output_counts, "");
        survey
    }

    fn report(limits: Vec<TargetLimit>, outputs: &[(&str, usize)]) -> Vec<String> {
        let survey = survey(outputs);
        reported(|findings| RareLabel { limits }.finish(&survey, findings))
    }

    #[test]
    fn ten_examples_are_enough() {
        assert!(report(Vec::new(), &[("spam", 60), ("ham", 10)]).is_empty());
        assert_eq!(
            report(Vec::new(), &[("spam", 60), ("ham", 9)]),
            ["advice: 1 label has fewer than 10 examples: `ham` (9)"]
        );
    }

    #[test]
    fn in_a_small_dataset_only_the_minimum_of_a_target_counts() {
        let small = [("spam", 43), ("ham", 6)];
        assert!(report(Vec::new(), &small).is_empty());
        assert!(report(vec![limit(6, Unit::Examples)], &small).is_empty());
        assert_eq!(
            report(vec![limit(7, Unit::Examples)], &small),
            ["error: 1 label has fewer than the 7 examples that t asks for: `ham` (6)"]
        );
    }

    #[test]
    fn the_five_rarest_are_listed() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let rare = |count| {
            let mut outputs = vec![("spam", 100)];
            outputs.extend(
                names
                    .iter()
                    .zip(3..)
                    .map(|(name, of)| (*name, of))
                    .take(count),
            );
            report(Vec::new(), &outputs)
        };
        let five = "`a` (3), `b` (4), `c` (5), `d` (6), `e` (7)";
        assert_eq!(
            rare(5),
            [format!(
                "advice: 5 labels have fewer than 10 examples: {five}"
            )]
        );
        assert_eq!(
            rare(6),
            [format!(
                "advice: 6 labels have fewer than 10 examples: {five}, …"
            )]
        );
    }
}

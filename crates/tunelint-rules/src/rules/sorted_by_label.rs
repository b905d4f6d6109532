//! A classification dataset in which all examples of one label follow each other.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "sorted-by-label",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule for the first pass; `None` in the second.
pub fn build(context: &RuleContext) -> Option<Check> {
    let first = context.inferred.is_none() && !context.is_evaluation;
    first.then(|| Check::survey(SortedByLabel))
}

struct SortedByLabel;

impl SurveyRule for SortedByLabel {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let [source] = survey.sources.as_slice() else {
            return;
        };
        if survey.inferred.labels.is_none() {
            return;
        }
        let counts = survey.output_counts.iter();
        let mut labels: Vec<(u64, u64)> = counts
            .map(|(_, counted)| (counted.first.record(), counted.count))
            .collect();
        labels.sort_unstable();
        if labels.len() < 2 || !is_sorted(&labels) {
            return;
        }
        findings.report_at(Location::whole(*source), Severity::Advice, || {
            Message::new(format!(
                "sorted by label: {} labels in {} examples, one label after the other",
                grouped(labels.len() as u64),
                grouped(survey.examples)
            ))
            .help(
                "shuffle the records, or use `tunelint split`, which takes examples of every label",
            )
        });
    }
}

/// Whether each label starts where the one before it ends. `labels` has the first record and the
/// number of examples of each, in the order of the first records.
fn is_sorted(labels: &[(u64, u64)]) -> bool {
    labels.windows(2).all(|pair| match pair {
        [(first, count), (next, _)] => first + count == *next,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_must_start_where_the_one_before_it_ends() {
        assert!(is_sorted(&[(1, 20), (21, 5), (26, 9)]));
        assert!(!is_sorted(&[(1, 20), (2, 20)]));
        assert!(!is_sorted(&[(1, 20), (21, 5), (25, 9)]));
    }
}

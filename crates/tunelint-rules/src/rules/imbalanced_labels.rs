//! Labels of which one takes nearly all examples.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::labels::ENOUGH;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "imbalanced-labels",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// The share of one label from which on it takes too many.
const ONE: f64 = 0.8;
/// The evenness (entropy, where 1 is even) below which a few take too many.
const UNEVEN: f64 = 0.5;

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    context
        .inferred
        .is_none()
        .then(|| Check::survey(ImbalancedLabels))
}

struct ImbalancedLabels;

impl SurveyRule for ImbalancedLabels {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let labels = survey.label_counts();
        let total: u64 = labels.iter().map(|(_, count)| count).sum();
        let (Some((label, most)), Some((rarest, least)), Some(&source)) =
            (labels.first(), labels.last(), survey.sources.first())
        else {
            return;
        };
        let share = *most as f64 / total.max(1) as f64;
        let uneven = share > ONE || evenness(&labels, total) < UNEVEN;
        if total < ENOUGH || labels.len() < 2 || !uneven {
            return;
        }
        findings.report_at(Location::whole(source), Severity::Advice, || {
            Message::new(format!(
                "the label {} has {} of {} examples, {} has {}",
                quoted(label, 40),
                grouped(*most),
                grouped(total),
                quoted(rarest, 40),
                grouped(*least)
            ))
            .help("a model that always gives the most frequent label would be right most of the time: add examples of the others")
        });
    }
}

/// The entropy of the labels over that of equally frequent ones: 1 is even.
fn evenness(labels: &[(String, u64)], total: u64) -> f64 {
    let shares = labels
        .iter()
        .map(|(_, count)| *count as f64 / total.max(1) as f64);
    let entropy: f64 = shares.map(|share| -share * share.ln()).sum();
    entropy / (labels.len() as f64).ln()
}

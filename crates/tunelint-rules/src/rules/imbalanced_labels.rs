//! Flags classification datasets dominated by one or a few labels.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::labels::ENOUGH;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "imbalanced-labels",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// The share of examples above which a single label is too frequent.
const MAX_SHARE: f64 = 0.8;
/// The evenness (see [`evenness`]) below which the labels are imbalanced.
const MIN_EVENNESS: f64 = 0.5;

/// Builds the check for the first pass; `None` in the second, when the format is inferred.
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
        let is_imbalanced = share > MAX_SHARE || evenness(&labels, total) < MIN_EVENNESS;
        if total < ENOUGH || labels.len() < 2 || !is_imbalanced {
            return;
        }
        findings.report_at(Location::whole(source), Severity::Advice, || {
            Message::new(format!(
                "imbalanced labels: {} in {} of {} examples, {} in {}",
                quoted(label, 40),
                grouped(*most),
                grouped(total),
                quoted(rarest, 40),
                grouped(*least)
            ))
            .help("add examples of the rare labels")
        });
    }
}

/// The entropy of the label frequencies, divided by that of equally frequent labels: 1 is balanced.
fn evenness(labels: &[(String, u64)], total: u64) -> f64 {
    let shares = labels
        .iter()
        .map(|(_, count)| *count as f64 / total.max(1) as f64);
    let entropy: f64 = shares.map(|share| -share * share.ln()).sum();
    entropy / (labels.len() as f64).ln()
}

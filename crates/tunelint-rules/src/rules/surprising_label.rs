//! Labels that differ from those of similar inputs.

use crate::contract::{Check, Level, RuleContext, RuleMeta, RuleStatus, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "surprising-label",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview);

/// Builds the rule for the first pass; `None` in the second.
pub fn build(context: &RuleContext) -> Option<Check> {
    let first = context.inferred.is_none();
    first.then(|| Check::survey(SurprisingLabel))
}

struct SurprisingLabel;

impl SurveyRule for SurprisingLabel {
    fn needs(&self) -> Needs {
        Needs {
            surprising: true,
            ..Needs::FORM
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        for found in &survey.surprising {
            findings.report_at(found.spot.location(), Severity::Advice, || {
                Message::new(format!(
                    "label {}, similar inputs have {}",
                    quoted(&found.label, 40),
                    quoted(&found.suggested, 40)
                ))
                .help("read the record and correct the label if it is wrong")
            });
        }
    }
}

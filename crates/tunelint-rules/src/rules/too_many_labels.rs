//! More labels than the target recommends.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::Findings;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("too-many-labels", Level::Profile, Scope::Dataset);

/// Builds the rule for the first pass; `None` unless a target limits the number of labels.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("labels");
    let is_needed = context.inferred.is_none() && !limits.is_empty();
    is_needed.then(|| Check::survey(TooManyLabels { limits }))
}

struct TooManyLabels {
    limits: Vec<TargetLimit>,
}

impl SurveyRule for TooManyLabels {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let labels = survey.label_counts().len() as u64;
        let Some(&source) = survey.sources.first() else {
            return;
        };
        for limit in self.limits.iter().filter(|of| labels > of.limit.value) {
            findings.report_at(Location::whole(source), limit.impact(), || {
                limit
                    .exceeded("dataset", labels)
                    .help("merge similar labels, or classify in two steps")
            });
        }
    }
}

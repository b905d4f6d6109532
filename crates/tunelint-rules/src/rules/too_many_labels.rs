//! More labels than the target advises.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::Findings;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("too-many-labels", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target says how many labels there should be.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("labels");
    let speaks = context.inferred.is_none() && !limits.is_empty();
    speaks.then(|| Check::survey(TooManyLabels { limits }))
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
            findings.report_at(Location::whole(source), limit.limit.severity(false), || {
                limit
                    .exceeded("set", labels)
                    .help("merge labels that mean nearly the same, or sort in two steps")
            });
        }
    }
}

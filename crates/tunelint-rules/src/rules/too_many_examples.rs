//! More examples than the target allows.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::Findings;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("too-many-examples", Level::Profile, Scope::Dataset);

/// Builds the rule; `None` unless a target has a maximum.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("max-examples");
    let set = context.validation.as_ref().and_then(|set| set.set());
    let validation = set.map_or(0, |set| set.examples);
    let is_needed = !limits.is_empty() && !context.is_evaluation;
    is_needed.then(|| Check::survey(TooManyExamples { limits, validation }))
}

struct TooManyExamples {
    limits: Vec<TargetLimit>,
    /// The number of validation examples.
    validation: u64,
}

impl SurveyRule for TooManyExamples {
    fn needs(&self) -> Needs {
        Needs::COUNT
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let Some(&source) = survey.sources.first() else {
            return;
        };
        for limit in &self.limits {
            let (what, examples) = match limit.limit.with_validation && self.validation > 0 {
                true => (
                    "combined training and validation set",
                    survey.examples + self.validation,
                ),
                false => ("dataset", survey.examples),
            };
            if examples <= limit.limit.value {
                continue;
            }
            findings.report_at(Location::whole(source), limit.impact(), || {
                limit
                    .exceeded(what, examples)
                    .help("train on a sample, or keep only the best examples")
            });
        }
    }
}

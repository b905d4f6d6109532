//! Fewer examples than the target asks for.

use crate::finding::{Findings, Message};
use crate::position::Location;
use crate::printable::{counted, grouped};
use crate::profile::Effect;
use crate::rule::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("too-few-examples", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target names a minimum.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("min-examples");
    (!limits.is_empty()).then(|| Check::survey(TooFewExamples { limits }))
}

struct TooFewExamples {
    limits: Vec<TargetLimit>,
}

impl SurveyRule for TooFewExamples {
    fn needs(&self) -> Needs {
        Needs::COUNT
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let Some(&source) = survey.sources.first() else {
            return;
        };
        for TargetLimit { limit, targets } in self
            .limits
            .iter()
            .filter(|of| survey.examples < of.limit.value)
        {
            findings.report_at(Location::whole(source), limit.severity(true), || {
                let (have, want) = (counted(survey.examples, "example"), grouped(limit.value));
                let fewer = if survey.examples == 1 { "is" } else { "are" };
                let verb = if limit.effect == Effect::Advises {
                    "asks for"
                } else {
                    "requires"
                };
                let missing = limit.value - survey.examples;
                Message::new(format!(
                    "{have} {fewer} fewer than the {want} that {} {verb}",
                    targets.join(" and ")
                ))
                .help(format!("add at least {missing} more"))
                .targets(targets)
            });
        }
    }
}

//! Fewer examples than the target asks for.

use crate::finding::{Findings, Message};
use crate::limit::listed;
use crate::position::{Location, SourceId};
use crate::printable::{counted, grouped};
use crate::profile::Effect;
use crate::rule::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey, ValidationSet};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("too-few-examples", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target names a minimum.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("min-examples");
    let set = context.validation.as_ref().and_then(|set| set.set());
    let validation = set.map(|set| (set, context.limits("min-validation-examples")));
    let silent = limits.is_empty() && validation.is_none();
    (!silent).then(|| Check::survey(TooFewExamples { limits, validation }))
}

struct TooFewExamples {
    limits: Vec<TargetLimit>,
    /// How large the validation set is, and what it is held to.
    validation: Option<(ValidationSet, Vec<TargetLimit>)>,
}

impl SurveyRule for TooFewExamples {
    fn needs(&self) -> Needs {
        Needs::COUNT
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        if let Some(&source) = survey.sources.first() {
            compare("", survey.examples, source, &self.limits, findings);
        }
        if let Some((set, limits)) = &self.validation {
            compare("validation ", set.examples, set.source, limits, findings);
        }
    }
}

/// Holds the number of examples of a set beside limits.
fn compare(
    what: &str,
    examples: u64,
    source: SourceId,
    limits: &[TargetLimit],
    findings: &mut Findings<'_>,
) {
    for TargetLimit { limit, targets } in limits.iter().filter(|of| examples < of.limit.value) {
        findings.report_at(Location::whole(source), limit.severity(true), || {
            let have = counted(examples, &format!("{what}example"));
            let fewer = if examples == 1 { "is" } else { "are" };
            let verb = match (limit.effect, targets.len()) {
                (Effect::Advises, 1) => "asks for",
                (Effect::Advises, _) => "ask for",
                (_, 1) => "requires",
                _ => "require",
            };
            Message::new(format!(
                "{have} {fewer} fewer than the {} that {} {verb}",
                grouped(limit.value),
                listed(targets)
            ))
            .help(format!("add at least {} more", limit.value - examples))
            .targets(targets)
        });
    }
}

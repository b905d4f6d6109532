//! A validation set that is larger than the target allows, or that it does not accept at all.

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetFact, TargetLimit,
};
use crate::survey::{Needs, Survey, ValidationSet};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Impact, Message};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("validation-too-large", Level::Profile, Scope::Dataset);

/// Builds the rule; `None` without a validation set.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::survey(ValidationTooLarge {
        set: context.validation.as_ref()?.set()?,
        none: context.requires("no-validation"),
        examples: context.limits("max-validation-examples"),
        bytes: context.limits("validation-upload"),
        share: context.limits("validation-share"),
    }))
}

struct ValidationTooLarge {
    set: ValidationSet,
    /// The targets that accept no validation set.
    none: Vec<TargetFact>,
    examples: Vec<TargetLimit>,
    bytes: Vec<TargetLimit>,
    /// Limits in percent of the training examples.
    share: Vec<TargetLimit>,
}

impl SurveyRule for ValidationTooLarge {
    fn needs(&self) -> Needs {
        Needs::COUNT
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let mut report = |impact: Impact<'_>, message: &dyn Fn() -> Message| {
            findings.report_at(Location::whole(self.set.source), impact, message);
        };
        for fact in &self.none {
            report(fact.impact(), &|| {
                Message::new(fact.describe_effect("a validation set"))
                    .help("train without one, and evaluate the model separately")
            });
        }
        for (limits, size) in [
            (&self.examples, self.set.examples),
            (&self.bytes, self.set.bytes),
        ] {
            for limit in limits.iter().filter(|of| size > of.limit.value) {
                report(limit.impact(), &|| {
                    limit
                        .exceeded("validation set", size)
                        .help("validate on a sample")
                });
            }
        }
        for limit in &self.share {
            let over = self.set.examples * 100 > survey.examples * limit.limit.value;
            if over && self.set.examples > limit.limit.above {
                report(limit.impact(), &|| {
                    Message::new(format!(
                        "validation set of {} for {} training examples: {}",
                        counted(self.set.examples, "example"),
                        survey.examples,
                        limit.effect()
                    ))
                    .help("validate on a sample")
                });
            }
        }
    }
}

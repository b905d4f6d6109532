//! A validation example that stands in the training set.

use std::sync::Arc;

use crate::finding::{Findings, Fix, Message, Severity};
use crate::rule::{Check, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Leaks, Needs, Survey};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "validation-leak",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::DropsRecord);

/// Builds the rule, where a validation set was named.
pub fn build(context: &RuleContext) -> Option<Check> {
    let validation = context.validation.clone()?;
    Some(Check::survey(ValidationLeak { validation }))
}

struct ValidationLeak {
    validation: Arc<Leaks>,
}

impl SurveyRule for ValidationLeak {
    fn needs(&self) -> Needs {
        Needs {
            seen: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        for leak in self.validation.find(&survey.seen) {
            let (validation, training) = (leak.validation, leak.training);
            let exact = validation.same_text(&training);
            let severity = if exact {
                Severity::Error
            } else {
                Severity::Warning
            };
            findings.report_at(validation.spot().location(), severity, || {
                let record = training.spot().record();
                let message = match () {
                    () if exact => format!("this validation example is training record {record}, word for word"),
                    () if validation.same_output(&training) => {
                        format!("this validation example is training record {record} but for case, spacing or punctuation")
                    }
                    () => format!("the input of this validation example is that of training record {record}"),
                };
                Message::new(message)
                    .identity(&validation.identity())
                    .fix(Fix::dropping())
                    .help("remove it from one of the two sets: a model is not judged by what it has seen")
                    .related("in training", training.spot().location())
            });
        }
    }
}

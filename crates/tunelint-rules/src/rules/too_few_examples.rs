//! Fewer examples than the target requires or recommends.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey, ValidationSet};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::Effect;
use tunelint_layouts::provider::task::Task;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("too-few-examples", Level::Profile, Scope::Dataset);

/// Builds the rule; `None` where no target has a minimum and there is no validation set.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("min-examples");
    limits.extend(context.limits("min-examples-of-task"));
    let set = context.validation.as_ref().and_then(|set| set.set());
    let validation = set.map(|set| (set, context.limits("min-validation-examples")));
    let is_needed = (!limits.is_empty() || validation.is_some()) && !context.is_evaluation;
    is_needed.then(|| {
        Check::survey(TooFewExamples {
            limits,
            validation,
            task: context.task,
        })
    })
}

struct TooFewExamples {
    limits: Vec<TargetLimit>,
    /// The validation set, and the limits on its size.
    validation: Option<(ValidationSet, Vec<TargetLimit>)>,
    /// The task, where the user set it; otherwise it is inferred.
    task: Option<Task>,
}

impl SurveyRule for TooFewExamples {
    fn needs(&self) -> Needs {
        let for_task = self.limits.iter().any(|of| of.limit.task.is_some());
        Needs {
            form: for_task && self.task.is_none(),
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let task = self.task.or(survey.task()).map(Task::as_str);
        let validation_examples = self.validation.as_ref().map_or(0, |(set, _)| set.examples);
        if let Some(&source) = survey.sources.first() {
            let limits = self.limits.iter();
            for limit in
                limits.filter(|of| of.limit.task.is_none() || of.limit.task.as_deref() == task)
            {
                let (what, more) = match limit.limit.with_validation && validation_examples > 0 {
                    true => (" for training and validation", validation_examples),
                    false => ("", 0),
                };
                report_if_below(what, survey.examples + more, source, limit, findings);
            }
        }
        if let Some((set, limits)) = &self.validation {
            for limit in limits {
                report_if_below(" for validation", set.examples, set.source, limit, findings);
            }
        }
    }
}

/// Reports a dataset with fewer examples than a limit requires; `what` follows the number.
fn report_if_below(
    what: &str,
    examples: u64,
    source: SourceId,
    required: &TargetLimit,
    findings: &mut Findings<'_>,
) {
    let TargetLimit { limit, targets } = required;
    if examples >= limit.value {
        return;
    }
    findings.report_at(Location::whole(source), required.impact_below(), || {
        let have = counted(examples, "example");
        let verb = match (limit.effect, targets.len()) {
            (Effect::Advises, 1) => "recommends",
            (Effect::Advises, _) => "recommend",
            (_, 1) => "requires",
            _ => "require",
        };
        let task = limit.task.as_ref();
        let task = task.map_or(String::new(), |task| format!(" for {task}"));
        Message::new(format!(
            "{have}{what}: {} {verb} at least {}{task}",
            listed(targets),
            grouped(limit.value)
        ))
        .help(format!("add at least {} more", limit.value - examples))
    });
}

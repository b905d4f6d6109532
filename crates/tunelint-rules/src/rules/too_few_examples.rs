//! Fewer examples than the target asks for.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::{Needs, Survey, ValidationSet};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::Effect;
use tunelint_layouts::provider::task::Task;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("too-few-examples", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target names a minimum.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("min-examples");
    limits.extend(context.limits("min-examples-of-task"));
    let set = context.validation.as_ref().and_then(|set| set.set());
    let validation = set.map(|set| (set, context.limits("min-validation-examples")));
    let silent = limits.is_empty() && validation.is_none();
    (!silent).then(|| {
        Check::survey(TooFewExamples {
            limits,
            validation,
            task: context.task,
        })
    })
}

struct TooFewExamples {
    limits: Vec<TargetLimit>,
    /// How large the validation set is, and what it is held to.
    validation: Option<(ValidationSet, Vec<TargetLimit>)>,
    /// The task, where somebody named it.
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
        let beside = self.validation.as_ref().map_or(0, |(set, _)| set.examples);
        if let Some(&source) = survey.sources.first() {
            let limits = self.limits.iter();
            for limit in
                limits.filter(|of| of.limit.task.is_none() || of.limit.task.as_deref() == task)
            {
                let (what, more) = match limit.limit.with_validation && beside > 0 {
                    true => (" for training and validation", beside),
                    false => ("", 0),
                };
                compare(what, survey.examples + more, source, limit, findings);
            }
        }
        if let Some((set, limits)) = &self.validation {
            for limit in limits {
                compare(" for validation", set.examples, set.source, limit, findings);
            }
        }
    }
}

/// Holds the number of examples of a set beside a limit.
fn compare(
    what: &str,
    examples: u64,
    source: SourceId,
    TargetLimit { limit, targets }: &TargetLimit,
    findings: &mut Findings<'_>,
) {
    if examples >= limit.value {
        return;
    }
    findings.report_at(Location::whole(source), limit.severity(true), || {
        let have = counted(examples, "example");
        let fewer = if examples == 1 { "is" } else { "are" };
        let verb = match (limit.effect, targets.len()) {
            (Effect::Advises, 1) => "asks for",
            (Effect::Advises, _) => "ask for",
            (_, 1) => "requires",
            _ => "require",
        };
        let task = limit.task.as_ref();
        let task = task.map_or(String::new(), |task| format!(" for {task}"));
        Message::new(format!(
            "{have}{what} {fewer} fewer than the {} that {} {verb}{task}",
            grouped(limit.value),
            listed(targets)
        ))
        .help(format!("add at least {} more", limit.value - examples))
        .targets(targets)
    });
}

//! Fewer examples than the target recommends for the task.

use std::sync::Arc;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::limit::say;
use tunelint_layouts::provider::profile::Profile;
use tunelint_layouts::provider::task::Task;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "fewer-than-recommended",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule, where a target recommends a number.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut profiles = context.profiles.clone();
    profiles.retain(|profile| !profile.recommended.is_empty());
    (!profiles.is_empty()).then(|| {
        Check::survey(FewerThanRecommended {
            profiles,
            task: context.task,
        })
    })
}

struct FewerThanRecommended {
    profiles: Vec<Arc<Profile>>,
    task: Option<Task>,
}

impl FewerThanRecommended {
    /// What targets recommend of which `examples` fall short; the same of several is one.
    fn missed(&self, examples: u64, task: Option<Task>) -> Vec<Advised> {
        let mut all: Vec<Advised> = Vec::new();
        for profile in &self.profiles {
            // Below the minimum, `too-few-examples` has said it.
            let minimum = profile.limit("min-examples").map_or(0, |limit| limit.value);
            let Some(advised) = profile.recommendation(task) else {
                continue;
            };
            if examples < minimum || examples >= advised.min {
                continue;
            }
            let range = (advised.min, advised.max);
            match all.iter_mut().find(|known| known.range == range) {
                Some(known) => known.targets.push(profile.name.clone()),
                None => all.push(Advised {
                    range,
                    targets: vec![profile.name.clone()],
                }),
            }
        }
        all
    }
}

/// How many examples targets recommend.
struct Advised {
    range: (u64, Option<u64>),
    targets: Vec<String>,
}

impl SurveyRule for FewerThanRecommended {
    fn needs(&self) -> Needs {
        Needs {
            form: self.task.is_none(),
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let Some(&source) = survey.sources.first() else {
            return;
        };
        let task = self.task.or(survey.task());
        for Advised { range, targets } in self.missed(survey.examples, task) {
            findings.report_at(Location::whole(source), Severity::Advice, || {
                let range = match range {
                    (min, Some(max)) => format!("{}–{}", grouped(min), grouped(max)),
                    (min, None) => format!("at least {}", grouped(min)),
                };
                let for_task = task.map_or(String::new(), |task| format!(" for {}", task.as_str()));
                let have = counted(survey.examples, "example");
                let help = match (self.task, task) {
                    (None, Some(_)) => "more examples of good quality make a better model; the task was inferred, `--task` names it",
                    _ => "more examples of good quality make a better model; name the task with `--task`",
                };
                let advice = say(&targets, "recommends", "recommend", &range);
                Message::new(format!("{have}; {advice}{for_task}"))
                    .help(help)
                    .targets(&targets)
            });
        }
    }
}

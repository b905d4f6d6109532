//! Flags datasets with fewer examples than the target recommends for the task; without a target,
//! than a well-known guide recommends.

use std::sync::Arc;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Impact, Message, Severity};
use tunelint_layouts::provider::limit::target_sentence;
use tunelint_layouts::provider::profile::{Profile, of_general_advice};
use tunelint_layouts::provider::task::Task;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "fewer-than-recommended",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the check; `None` if no target recommends a number of examples.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut profiles = context.profiles.clone();
    let is_general = profiles.is_empty();
    if is_general {
        // A test makes sure that every profile parses.
        profiles.extend(of_general_advice().ok().flatten().map(Arc::new));
    }
    profiles.retain(|profile| !profile.recommended.is_empty());
    let is_needed = !profiles.is_empty() && !context.is_evaluation;
    is_needed.then(|| {
        Check::survey(FewerThanRecommended {
            profiles,
            is_general,
            task: context.task,
        })
    })
}

struct FewerThanRecommended {
    profiles: Vec<Arc<Profile>>,
    /// Whether there is no target, and the profile is that of the guide.
    is_general: bool,
    task: Option<Task>,
}

impl FewerThanRecommended {
    /// The recommendations above `examples`; targets with the same one share an entry.
    fn unmet(&self, examples: u64, task: Option<Task>) -> Vec<UnmetRange> {
        let mut all: Vec<UnmetRange> = Vec::new();
        for profile in &self.profiles {
            // Below the minimum of a target, `too-few-examples` reports it.
            let limit = profile.limit("min-examples").filter(|_| !self.is_general);
            let minimum = limit.map_or(0, |limit| limit.value);
            let Some(recommended) = profile.recommendation(task) else {
                continue;
            };
            if examples < minimum || examples >= recommended.min {
                continue;
            }
            let range = (recommended.min, recommended.max);
            match all.iter_mut().find(|known| known.range == range) {
                Some(known) => known.targets.push(profile.name.clone()),
                None => all.push(UnmetRange {
                    range,
                    targets: vec![profile.name.clone()],
                }),
            }
        }
        all
    }
}

/// A recommended number of examples that the dataset does not reach: minimum and optional maximum.
struct UnmetRange {
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
        // The guide is about examples with responses.
        if self.is_general && survey.prompts == survey.examples {
            return;
        }
        let task = self.task.or(survey.task());
        for UnmetRange { range, targets } in self.unmet(survey.examples, task) {
            let concerned: &[String] = if self.is_general { &[] } else { &targets };
            let impact = Impact::from(Severity::Advice).of(concerned);
            findings.report_at(Location::whole(source), impact, || {
                let range = match range {
                    (min, Some(max)) => format!("{}–{}", grouped(min), grouped(max)),
                    (min, None) => format!("at least {}", grouped(min)),
                };
                let for_task = task.map_or(String::new(), |task| format!(" for {}", task.as_str()));
                let have = counted(survey.examples, "example");
                let help = match (self.task, task) {
                    (None, Some(_)) => {
                        "add good examples, or correct the inferred task with `--task`"
                    }
                    _ => "add good examples, or set the task with `--task`",
                };
                let advice = match self.is_general {
                    true => format!("the guide of {} recommends {range}", targets.join(", ")),
                    false => target_sentence(&targets, "recommends", "recommend", &range),
                };
                Message::new(format!("{have}; {advice}{for_task}")).help(help)
            });
        }
    }
}

//! Flags inputs that exceed the target's limit in characters, and production prompts that exceed that
//! of the tuned model.

use std::sync::Arc;

use crate::contract::{
    Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit,
};
use crate::survey::production_prompts::Prompts;
use crate::survey::{Needs, Survey};
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::{Consequence, Findings};
use tunelint_layouts::provider::profile::Unit;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("input-too-long", Level::Profile, Scope::Example);

/// Builds the check; `None` if no target limits the characters of an input.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = |name| {
        let mut limits = context.limits(name);
        limits.retain(|limit| limit.limit.unit == Unit::Characters);
        limits
    };
    let (inputs, prompts) = (limits("input"), limits("prompt"));
    let check = match inputs.as_slice() {
        [] => Check::default(),
        _ => Check::example(InputTooLong { limits: inputs }),
    };
    match &context.production {
        Some(production) if !prompts.is_empty() => Some(check.and_survey(PromptTooLong {
            limits: prompts,
            prompts: Arc::clone(production),
        })),
        _ => check.example.is_some().then_some(check),
    }
}

struct InputTooLong {
    limits: Vec<TargetLimit>,
}

/// The production prompts, and the limits of the tuned models that they are sent to.
struct PromptTooLong {
    limits: Vec<TargetLimit>,
    prompts: Arc<Prompts>,
}

impl SurveyRule for PromptTooLong {
    fn needs(&self) -> Needs {
        Needs::COUNT
    }

    fn finish(&self, _: &Survey, findings: &mut Findings<'_>) {
        let mut longest = self.prompts.lengths.longest().to_vec();
        longest.sort_by_key(|(_, spot)| *spot);
        for limit in &self.limits {
            // The training data is accepted whatever the prompts are.
            let impact = limit.impact().consequence(Consequence::Quality);
            let over = longest
                .iter()
                .filter(|(chars, _)| *chars > limit.limit.value);
            for (chars, spot) in over {
                findings.report_at(spot.location(), impact, || {
                    limit
                        .exceeded("production prompt", *chars)
                        .help("shorten it: the tuned model takes no longer prompts")
                });
            }
        }
    }
}

impl ExampleRule for InputTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let turns = example.input();
        // A text has at least as many bytes as characters, so most inputs need no counting.
        let bytes: u64 = turns.iter().map(Turn::bytes).sum();
        for limit in self.limits.iter().filter(|limit| bytes > limit.limit.value) {
            let chars: u64 = turns.iter().map(Turn::chars).sum();
            let Some(turn) = turns
                .iter()
                .max_by_key(|turn| turn.bytes())
                .filter(|_| chars > limit.limit.value)
            else {
                continue;
            };
            findings.report(example.record.at(turn.text_span()), limit.impact(), || {
                limit
                    .exceeded("input", chars)
                    .help("shorten it, or split it into several examples")
            });
        }
    }
}

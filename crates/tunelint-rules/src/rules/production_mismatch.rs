//! Production prompts whose format differs from that of the training inputs.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::parity::differences;
use crate::survey::production_prompts::Prompts;
use crate::survey::prompt_format::PromptFormat;
use crate::survey::{Needs, Survey};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "production-mismatch",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

const HELP: &str = "build production prompts and training inputs from the same template";

/// Builds the rule: for prompts that are held to a saved format, or in the first pass over training
/// data that is compared with production prompts.
pub fn build(context: &RuleContext) -> Option<Check> {
    if let Some(format) = context.against.clone() {
        return Some(Check::example(AgainstFormat { format }));
    }
    let prompts = context.production.clone()?;
    context
        .inferred
        .is_none()
        .then(|| Check::survey(ProductionMismatch { prompts }))
}

/// Checks the length and the script of single prompts. What prompts share in their text is checked
/// by the rules about it.
struct AgainstFormat {
    format: Arc<PromptFormat>,
}

impl ExampleRule for AgainstFormat {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.written_prompt() else {
            return;
        };
        let place = || example.record.at(turn.text_span());
        if self.format.is_odd_length(turn.chars()) {
            findings.report(place(), Severity::Warning, || {
                let range = self.format.length;
                Message::new(format!(
                    "prompt has {}; training inputs have {} to {}",
                    counted(turn.chars(), "character"),
                    grouped(range.shortest),
                    grouped(range.longest)
                ))
                .help(HELP)
            });
        }
        if let Some(script) = self.format.foreign_script(&turn.joined()) {
            findings.report(place(), Severity::Warning, || {
                let known: Vec<&str> = self.format.scripts.iter().map(String::as_str).collect();
                Message::new(format!(
                    "prompt in {script} script; training inputs are in {}",
                    known.join(", ")
                ))
                .help("check whether the model was trained for this language")
            });
        }
    }
}

struct ProductionMismatch {
    prompts: Arc<Prompts>,
}

impl SurveyRule for ProductionMismatch {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let found = differences(&survey.sketch, &survey.inferred, &self.prompts.sketch);
        for difference in found {
            findings.report_at(difference.spot.location(), Severity::Warning, || {
                Message::new(difference.message).help(HELP)
            });
        }
    }
}

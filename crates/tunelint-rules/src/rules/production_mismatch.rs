//! Production prompts whose format differs from that of the training inputs.

use std::sync::Arc;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::parity::differences;
use crate::survey::production_prompts::Prompts;
use crate::survey::{Needs, Survey};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "production-mismatch",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule for the first pass; `None` without production prompts.
pub fn build(context: &RuleContext) -> Option<Check> {
    let prompts = context.production.clone()?;
    context
        .inferred
        .is_none()
        .then(|| Check::survey(ProductionMismatch { prompts }))
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
                Message::new(difference.message)
                    .help("build production prompts and training inputs from the same template")
            });
        }
    }
}

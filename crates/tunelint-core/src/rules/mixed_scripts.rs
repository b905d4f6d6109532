//! An output in another script than nearly all others.

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::infer::Majority;
use crate::infer::script::dominant;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-scripts",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// Builds the rule, where outputs have a common script.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let script = inferred.outputs.script?;
    inferred
        .may_depart(&script)
        .then(|| Check::example(MixedScripts { script }))
}

struct MixedScripts {
    script: Majority<&'static str>,
}

impl ExampleRule for MixedScripts {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output() else { return };
        let text = turn.joined();
        let Some(script) = dominant(&text).filter(|script| *script != self.script.value) else {
            return;
        };
        findings.report(
            example.record.at(turn.text_span()),
            Severity::Advice,
            || {
                Message::new(format!(
                    "this output is in {} letters, {} of outputs are in {}",
                    script,
                    self.script.percent(),
                    self.script.value
                ))
                .help("if the model is to answer in one language, translate it or leave it out")
            },
        );
    }
}

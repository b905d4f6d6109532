//! An output in another script than nearly all others.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Majority;
use crate::survey::inferred::script::dominant;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-scripts",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// Builds the rule, where outputs have a common script, or that of their input.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let (script, same) = (inferred.outputs.script, inferred.outputs.same_script);
    let rule = MixedScripts {
        script: script.filter(|script| inferred.may_depart(script)),
        // One script for all says more than that each answers in its own.
        same: same.filter(|same| script.is_none() && inferred.may_depart(same)),
    };
    (rule.script.is_some() || rule.same.is_some()).then(|| Check::example(rule))
}

struct MixedScripts {
    script: Option<Majority<&'static str>>,
    same: Option<Majority<bool>>,
}

impl ExampleRule for MixedScripts {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output() else { return };
        let Some(script) = dominant(&turn.joined()) else {
            return;
        };
        let asked = || example.prompt().and_then(|turn| dominant(&turn.joined()));
        let message = match (self.script, self.same) {
            (Some(usual), _) if script != usual.value => format!(
                "this output is in {script} letters, {} of outputs are in {}",
                usual.percent(),
                usual.value
            ),
            (_, Some(same)) => match asked().filter(|asked| *asked != script) {
                Some(asked) => format!(
                    "this output is in {script} letters and its input in {asked}, {} of outputs are in the letters of their input",
                    same.percent()
                ),
                None => return,
            },
            _ => return,
        };
        findings.report(example.record.at(turn.text_span()), Severity::Advice, || {
            Message::new(message)
                .help("if the model is to answer in one language, or in that of the question, translate it or leave it out")
        });
    }
}

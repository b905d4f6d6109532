//! An output whose script differs from nearly all others, or from that of its input.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Majority;
use crate::survey::inferred::script::dominant;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-scripts",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// Builds the rule; `None` unless nearly all outputs are in one script, or in that of their input.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let (script, same) = (inferred.outputs.script, inferred.outputs.same_script);
    let rule = MixedScripts {
        script: script.filter(|script| inferred.may_depart(script)),
        // One script for all outputs takes precedence over the script of each input.
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
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let Some(script) = dominant(&turn.joined()) else {
            return;
        };
        let input = || example.prompt().and_then(|turn| dominant(&turn.joined()));
        let message = match (self.script, self.same) {
            (Some(usual), _) if script != usual.value => format!(
                "output in {script} script; {} of outputs are in {} script",
                usual.percent(),
                usual.value
            ),
            (_, Some(same)) => match input().filter(|input| *input != script) {
                Some(input) => format!(
                    "output in {script} script, input in {input}; {} of outputs match their input",
                    same.percent()
                ),
                None => return,
            },
            _ => return,
        };
        findings.report(
            example.record.at(turn.text_span()),
            Severity::Advice,
            || Message::new(message).help("translate the output, or remove the record"),
        );
    }
}

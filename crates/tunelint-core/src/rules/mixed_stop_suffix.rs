//! An output that does not end as nearly all others do.

use crate::example::Example;
use crate::finding::{Findings, Fix, Message, Severity};
use crate::infer::Common;
use crate::printable::quoted;
use crate::rule::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-stop-suffix",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule, where nearly all outputs end alike.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let stop = inferred.outputs.stop.clone()?;
    inferred
        .may_depart(&stop)
        .then(|| Check::example(MixedStopSuffix { stop }))
}

struct MixedStopSuffix {
    stop: Common,
}

impl ExampleRule for MixedStopSuffix {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output().filter(|turn| !turn.is_blank()) else {
            return;
        };
        let text = turn.joined();
        let body = text.trim_end();
        if body.is_empty() || body.ends_with(&self.stop.value) {
            return;
        }
        let end = body.len()..body.len();
        findings.report(example.record.at(turn.span_of(end.clone())), Severity::Warning, || {
            let stop = quoted(&self.stop.value, 40);
            Message::new(format!(
                "this output does not end with {stop}, {} of outputs do",
                self.stop.percent()
            ))
            .help("end every output the same way: it tells the model, and the application, where an answer is over")
            .fix(Fix::of_text([turn.edit(&example.record, end, &self.stop.value)]))
        });
    }
}

//! An output that does not end as nearly all others do.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Common;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

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
    inferred.may_depart(&stop).then(|| {
        Check::example(MixedStopSuffix {
            stop,
            gap: inferred.outputs.stop_gap.clone(),
        })
    })
}

struct MixedStopSuffix {
    stop: Common,
    /// The white space before it, where most have the same.
    gap: Option<String>,
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
                let fix = self.gap.as_ref().and_then(|gap| {
                    let ending = format!("{gap}{}", self.stop.value);
                    Fix::of_text([turn.edit(&example.record, end, &ending)])
                });
            Message::new(format!(
                "this output does not end with {stop}, {} of outputs do",
                self.stop.percent()
            ))
            .help("end every output the same way: it tells the model, and the application, where an answer is over")
            .fix(fix)
        });
    }
}

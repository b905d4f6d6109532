//! An output without the stop suffix that nearly all others end with.

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Common;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-stop-suffix",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule; `None` unless nearly all outputs end with the same suffix.
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
    /// The whitespace before it, where most outputs have the same; without it there is no fix.
    gap: Option<String>,
}

impl ExampleRule for MixedStopSuffix {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output().filter(|turn| !turn.is_blank()) else {
            return;
        };
        let text = turn.joined();
        let body = text.trim_end();
        if body.is_empty() || body.ends_with(&self.stop.value) {
            return;
        }
        let end = body.len()..body.len();
        // A sentence at the end may be left out on purpose.
        let evidence = match self.stop.value.contains(' ') {
            true => Evidence::Thin,
            false => Evidence::Absent,
        };
        findings.report(
            example.record.at(turn.span_of(end.clone())),
            severity(&self.stop, evidence),
            || {
                let stop = quoted(&self.stop.value, 40);
                let fix = self.gap.as_ref().and_then(|gap| {
                    let ending = format!("{gap}{}", self.stop.value);
                    Fix::of_text([turn.edit(&example.record, end, &ending)])
                });
                Message::new(format!(
                    "no stop suffix {stop}; {} of outputs end with it",
                    self.stop.percent()
                ))
                .help("end every output with the same suffix")
                .fix(fix)
            },
        );
    }
}

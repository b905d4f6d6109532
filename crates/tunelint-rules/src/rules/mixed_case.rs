//! Flags outputs whose first letter differs in case from nearly all others.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use crate::survey::inferred::Majority;
use crate::survey::inferred::outputs::starts_upper;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("mixed-case", Level::Fixed(Severity::Advice), Scope::Dataset)
        .fix(FixKind::Unsafe)
        .status(RuleStatus::Off)
        .inferring();

/// Builds the check in the second pass; `None` if outputs have no usual case, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let upper = inferred.outputs.upper?;
    inferred
        .may_depart(&upper)
        .then(|| Check::example(MixedCase { upper }))
}

struct MixedCase {
    upper: Majority<bool>,
}

impl ExampleRule for MixedCase {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = text.trim_start();
        let Some(upper) = starts_upper(body).filter(|upper| *upper != self.upper.value) else {
            return;
        };
        let Some(first) = body.chars().next() else {
            return;
        };
        let start = text.len() - body.len();
        let range = start..start + first.len_utf8();
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            Severity::Advice,
            || {
                let case = if upper {
                    "an uppercase letter"
                } else {
                    "a lowercase letter"
                };
                let other: String = if upper {
                    first.to_lowercase().collect()
                } else {
                    first.to_uppercase().collect()
                };
                Message::new(format!(
                    "output starts with {case}, unlike {} of outputs",
                    self.upper.percent()
                ))
                .help("use the same case for the first letter of every output")
                .fix(Fix::of_text([turn.edit(&example.record, range, &other)]))
            },
        );
    }
}

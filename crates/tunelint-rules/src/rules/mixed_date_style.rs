//! Flags dates in another format than nearly all others.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::numbers::DateStyle;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-date-style",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the check in the second pass; `None` if dates have no usual format, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let style = inferred.outputs.date?;
    inferred
        .may_depart(&style)
        .then(|| Check::example(MixedDateStyle { style, inferred }))
}

struct MixedDateStyle {
    style: Majority<DateStyle>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedDateStyle {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(style) = DateStyle::of(body).filter(|style| *style != self.style.value) else {
            return;
        };
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        findings.report(place, severity(&self.style, Evidence::Damaged), || {
            Message::new(format!(
                "date written like `{}`; {} of dates are written like `{}`",
                style.example(),
                self.style.percent(),
                self.style.value.example()
            ))
            .help("use one date format in all outputs")
        });
    }
}

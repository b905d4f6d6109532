//! Flags section markers written differently than in nearly all other inputs.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::markers::Departing;
use crate::survey::section_marker::Event;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-marker-style",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if no marker has a usual form, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let markers = &inferred.markers.as_ref()?.markers;
    let any = markers.iter().any(|marker| {
        let usual = marker.usual_form.as_ref();
        let doubled = marker
            .doubled
            .is_some_and(|inputs| inputs > 0 || !inferred.saw_all);
        doubled || usual.is_some_and(|usual| inferred.may_depart(usual))
    });
    any.then(|| Check::example(MixedMarkerStyle { inferred }))
}

struct MixedMarkerStyle {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedMarkerStyle {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(markers) = &self.inferred.markers else {
            return;
        };
        let Some(Departing { turn, text, events }) = markers.departing(example) else {
            return;
        };
        for marker in self.inferred.expected_markers(&text) {
            let found = events.iter().find(|event| event.key() == marker.key.value);
            let Some(event) = found else { continue };
            if event.doubled && marker.doubled.is_some() {
                report_doubled(example, turn.span_of(event.range()), event, findings);
                continue;
            }
            let Some(usual) = &marker.usual_form else {
                continue;
            };
            if *event.form == *usual.value {
                continue;
            }
            let place = example.record.at(turn.span_of(event.range()));
            findings.report(place, severity(usual, Evidence::Damaged), || {
                // The closing tag would have to change too.
                let edit = || turn.edit(&example.record, event.range(), &usual.value);
                let fix = (!event.form.starts_with('<'))
                    .then(|| Fix::of_text([edit()]))
                    .flatten();
                Message::new(format!(
                    "section marker {} is written {} in {} of inputs that have it",
                    quoted(&event.form, 40),
                    quoted(&usual.value, 40),
                    usual.percent()
                ))
                .help("use one form in training data and production prompts")
                .fix(fix)
            });
        }
    }
}

fn report_doubled(example: &Example<'_>, span: Span, event: &Event, findings: &mut Findings<'_>) {
    findings.report(example.record.at(span), Severity::Warning, || {
        Message::new(format!(
            "section marker {} is doubled",
            quoted(&event.form, 40)
        ))
        .help("write the section marker once")
    });
}

//! Flags inputs that lack a section marker that nearly all others have.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::markers::{Departing, Marker, Markers};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-marker",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if no marker was inferred or no input can
/// lack one.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let markers = &inferred.markers.as_ref()?.markers;
    let any = markers
        .iter()
        .any(|marker| inferred.may_depart(&marker.key));
    any.then(|| Check::example(MissingMarker { inferred }))
}

struct MissingMarker {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MissingMarker {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(markers) = &self.inferred.markers else {
            return;
        };
        let Some(Departing { turn, text, events }) = markers.departing(example) else {
            return;
        };
        let has = |marker: &&Marker| events.iter().any(|event| event.key() == marker.key.value);
        for missing in self
            .inferred
            .expected_markers(&text)
            .filter(|marker| !has(marker))
        {
            if let Some(range) = Markers::unclosed(&missing.form, &text) {
                let place = example.record.at(turn.span_of(range));
                findings.report(place, severity(&missing.key, Evidence::Damaged), || {
                    let (form, share) = (quoted(&missing.form, 40), missing.key.percent());
                    Message::new(format!(
                        "section marker {form} is not closed ({share} of inputs have it, closed)"
                    ))
                    .help("add the closing tag after the section")
                });
                continue;
            }
            let misspelt = markers.misspelt(&missing.key.value, &events);
            let range = misspelt.map_or(0..0, |event| event.range());
            let severity = severity(&missing.key, Evidence::damaged_if(misspelt.is_some()));
            findings.report(example.record.at(turn.span_of(range.clone())), severity, || {
                let form = quoted(&missing.form, 40);
                let share = missing.key.percent();
                let (message, fix) = match misspelt {
                    Some(event) => (
                        format!(
                            "unknown section marker {}; did you mean {form} ({share} of inputs)?",
                            quoted(&event.form, 40)
                        ),
                        Fix::of_text([turn.edit(&example.record, range, &missing.form)]),
                    ),
                    None => (
                        format!("missing section marker {form} ({share} of inputs have it)"),
                        None,
                    ),
                };
                Message::new(message)
                    .help(format!("use the section markers {}", markers.listed()))
                    .fix(fix)
            });
        }
    }
}

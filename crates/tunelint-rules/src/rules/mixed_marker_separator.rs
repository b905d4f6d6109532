//! Flags section markers followed by another separator than in nearly all other inputs.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::markers::Departing;
use crate::survey::section_marker::Separator;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-marker-separator",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if no marker has a usual separator, or none can
/// deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let markers = &inferred.markers.as_ref()?.markers;
    let any = markers
        .iter()
        .filter_map(|marker| marker.separator.as_ref());
    let any = any.filter(|usual| inferred.may_depart(usual)).count() > 0;
    any.then(|| Check::example(MixedMarkerSeparator { inferred }))
}

struct MixedMarkerSeparator {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedMarkerSeparator {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(markers) = &self.inferred.markers else {
            return;
        };
        let Some(Departing { turn, text, events }) = markers.departing(example) else {
            return;
        };
        for marker in self.inferred.expected_markers(&text) {
            let found = events.iter().find(|event| event.key() == marker.key.value);
            let (Some(event), Some(usual)) = (found, &marker.separator) else {
                continue;
            };
            // No space follows a full-width colon; `mixed-marker-style` reports the colon.
            let other_colon = event.form.ends_with('：') != marker.form.ends_with('：');
            if event.separator == usual.value || other_colon {
                continue;
            }
            let rest = text.get(event.range().end..).unwrap_or_default();
            let gap = rest.len() - rest.trim_start().len();
            let range = event.range().end..event.range().end + gap;
            findings.report(
                example.record.at(turn.span_of(range.clone())),
                Severity::Advice,
                || {
                    let with = match usual.value {
                        Separator::Nothing => "",
                        Separator::Space => " ",
                        Separator::Newline => "\n",
                    };
                    Message::new(format!(
                        "{} after section marker {} ({} of inputs have {})",
                        event.separator.describe(),
                        quoted(&event.form, 40),
                        usual.percent(),
                        usual.value.describe()
                    ))
                    .help("use one separator in training data and production prompts")
                    .fix(Fix::of_text([turn.edit(
                        &example.record,
                        range,
                        with,
                    )]))
                },
            );
        }
    }
}

//! Flags outputs in another format than nearly all others, such as text among JSON objects.

use std::sync::Arc;

use super::malformed_record;
use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::shape::{OutputShape, fenced_json, json_fault};
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-formats",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if outputs have no usual shape, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let shape = inferred.outputs.shape?;
    // The label rules cover labels. Where every prompt is another request, each asks for a format.
    let is_free = shape.value == OutputShape::Text
        && inferred.usual_preamble().is_none()
        && inferred.suffix.is_none()
        && inferred.markers.is_none()
        && inferred.system.is_none()
        && inferred.system_preamble.is_none();
    let applies = inferred.may_depart(&shape) && inferred.labels.is_none() && !is_free;
    applies.then(|| Check::example(MixedFormats { shape, inferred }))
}

struct MixedFormats {
    shape: Majority<OutputShape>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedFormats {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output().filter(|turn| !turn.is_blank()) else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        if body.is_empty() || !self.may_differ(body) {
            return;
        }
        let shape = OutputShape::of(body);
        if !self.shape.value.excludes(shape, body) {
            return;
        }
        let range = range_in(body, &text);
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            severity(&self.shape, self.evidence(body)),
            || {
                let usual = format!(
                    "{} of outputs are {}",
                    self.shape.percent(),
                    self.shape.value.plural()
                );
                let wants_json = self.wants_json();
                let unwrapped = fenced_json(body).filter(|_| wants_json);
                let message = match (unwrapped, json_fault(body).filter(|_| wants_json)) {
                    (Some(_), _) => format!("JSON in code fences; {usual} without them"),
                    (_, Some(fault)) => {
                        let fault = malformed_record::describe(&fault);
                        format!("invalid JSON ({fault}); {usual}")
                    }
                    _ => format!("output is {}; {usual}", shape.describe()),
                };
                let edit = unwrapped.map(|json| turn.edit(&example.record, range, json));
                Message::new(message)
                    .help("give every output the format that the application expects")
                    .fix(edit.and_then(|edit| Fix::of_text([edit])))
            },
        );
    }
}

impl MixedFormats {
    fn wants_json(&self) -> bool {
        matches!(
            self.shape.value,
            OutputShape::JsonObject | OutputShape::JsonArray
        )
    }

    /// JSON in a fence and invalid JSON are damaged JSON; text in its place may be an answer.
    fn evidence(&self, body: &str) -> Evidence {
        let is_json = fenced_json(body).is_some() || json_fault(body).is_some();
        Evidence::damaged_if(self.wants_json() && is_json)
    }

    /// A cheap test: among plain text, only outputs that look like JSON or a table can differ.
    fn may_differ(&self, body: &str) -> bool {
        self.shape.value != OutputShape::Text || body.starts_with(['{', '[']) || body.contains('|')
    }
}

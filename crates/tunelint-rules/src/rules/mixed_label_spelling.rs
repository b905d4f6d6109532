//! Flags labels in another spelling than the usual one.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::labels::{is_same, look_alike};
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-label-spelling",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if outputs are not labels, or no label has two
/// spellings.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let any = !inferred.labels.as_ref()?.spellings.is_empty();
    any.then(|| Check::example(MixedLabelSpelling { inferred }))
}

struct MixedLabelSpelling {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedLabelSpelling {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let (Some(labels), Some(turn)) = (&self.inferred.labels, example.wanted_output()) else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(usual) = labels.spellings.get(body) else {
            return;
        };
        let range = range_in(body, &text);
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            Severity::Warning,
            || {
                let label = labels.labels.iter().find(|label| label.text == *usual);
                let number = label.map_or(0, |label| label.counted.count);
                let alike = look_alike(&body.to_lowercase(), &usual.to_lowercase());
                let letters = if alike {
                    " (with letters from another script)"
                } else {
                    ""
                };
                // What looks like a typo may be a different word.
                let is_certain = alike || is_same(body, usual);
                let edit = || turn.edit(&example.record, range, usual);
                let fix = is_certain.then(|| Fix::of_text([edit()])).flatten();
                Message::new(format!(
                    "label {}{letters} is spelled {} in {}",
                    quoted(body, 40),
                    quoted(usual, 40),
                    counted(number, "example")
                ))
                .help("use one spelling for each label")
                .fix(fix)
            },
        );
    }
}

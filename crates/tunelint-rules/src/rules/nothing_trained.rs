//! Flags records of which nothing is trained on: the template marks nothing, or the prompt fills the
//! whole length.

use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Turn;
use tunelint_layouts::finding::{Consequence, Findings, Fix, FixKind, Message, Severity};
use tunelint_layouts::provider::profile::Cut;

use super::truncated_by_length::cut;
use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceRule};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "nothing-trained",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::DropsRecord)
.consequence(Consequence::Skipped);

/// Builds the check; `None` without a model.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let (cut, _) = cut(context);
    let rule = NothingTrained {
        length: model.max_length.filter(|_| cut == Cut::End),
    };
    context.inferred.is_none().then(|| Check::sequence(rule))
}

struct NothingTrained {
    /// The length after which sequences are cut, if their end is what is cut.
    length: Option<usize>,
}

impl SequenceRule for NothingTrained {
    fn check(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>) {
        let mut outputs = sequence.example.outputs();
        // What has weight 0 is not trained on for another reason.
        if sequence.rendering().is_none() || outputs.all(Turn::is_skipped) {
            return;
        }
        let Some(last) = sequence.example.outputs().last() else {
            return;
        };
        let Some(cause) = self.unmarked(sequence).or_else(|| self.cut_off(sequence)) else {
            return;
        };
        report(sequence, last, cause, findings);
    }
}

/// Why nothing is trained on, and what to do.
type Cause = (String, &'static str);

impl NothingTrained {
    /// The template marks answers, but none of this record.
    fn unmarked(&self, sequence: &Sequence<'_, '_>) -> Option<Cause> {
        let marks = sequence.template()?.marks_generation();
        let answers = sequence.answers()?;
        let is_empty = answers.iter().all(|range| range.is_empty());
        (marks && is_empty && sequence.trains_answers()).then(|| {
            let text = "the chat template marks nothing of this record as an answer";
            (
                text.to_owned(),
                "change the roles or the order of its messages, or remove the record",
            )
        })
    }

    /// The end that is cut off contains all that is trained on.
    fn cut_off(&self, sequence: &Sequence<'_, '_>) -> Option<Cause> {
        let length = self.length?;
        let mask = sequence.mask()?;
        let first = mask.iter().position(|trained| *trained)?;
        (first >= length).then(|| {
            let text = format!(
                "the answer starts at token {}, beyond the length of {}: nothing is trained on",
                grouped(first as u64 + 1),
                grouped(length as u64)
            );
            (
                text,
                "shorten the prompt, train with a greater length, or remove the record",
            )
        })
    }
}

fn report(
    sequence: &Sequence<'_, '_>,
    last: &Turn<'_>,
    (text, help): Cause,
    findings: &mut Findings<'_>,
) {
    let place = sequence.example.record.at(last.span);
    findings.report(place, Severity::Warning, || {
        Message::new(text).help(help).fix(Fix::dropping())
    });
}

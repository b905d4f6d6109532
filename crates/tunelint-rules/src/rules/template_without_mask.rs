//! Flags a chat template that does not mark answers, where only the marked parts are to be trained on.

use tunelint_layouts::finding::{Consequence, Findings, Message, RuleStatus, Severity};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "template-without-mask",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.consequence(Consequence::Rejected)
.status(RuleStatus::Off);

/// Builds the check; `None` without a model.
pub fn build(context: &RuleContext) -> Option<Check> {
    let applies = context.model.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(TemplateWithoutMask))
}

struct TemplateWithoutMask;

impl SequenceCases for TemplateWithoutMask {
    type Kind = ();
    type Note = ();

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<(), ()>) {
        let template = sequence.template();
        if template.is_some_and(|template| !template.marks_generation()) {
            let span = sequence.message(0);
            cases.add((), &sequence.example.record, || (span, ()));
        }
    }

    fn report(&self, (): (), cases: Cases<()>, _: u64, findings: &mut Findings<'_>) {
        findings.report_at(cases.place, Severity::Error, || {
            let text =
                "the chat template marks no answers, so only training on everything is possible";
            Message::new(text).help(
                "put `{% generation %}` and `{% endgeneration %}` around answers in the template",
            )
        });
    }
}

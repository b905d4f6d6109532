//! Flags a chat template that renders the beginning of a conversation otherwise than the conversation.

use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::checks::{Prefixes, prefixes};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "prefix-not-preserved",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; `None` without a model.
pub fn build(context: &RuleContext) -> Option<Check> {
    let applies = context.model.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(PrefixNotPreserved))
}

struct PrefixNotPreserved;

/// The messages of the beginning, those of the whole, and the first character that differs.
type Note = (u64, u64, u64);

impl SequenceCases for PrefixNotPreserved {
    /// Whether the template marks answers, so that no trainer has to compare beginnings.
    type Kind = bool;
    type Note = Note;

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<bool, Note>) {
        let (Some(rendered), Some(template)) = (sequence.rendering(), sequence.template()) else {
            return;
        };
        let Some(conversation) = &sequence.conversation else {
            return;
        };
        let options = &sequence.model.options;
        let Prefixes::Broken { messages, at } = prefixes(template, conversation, options, rendered)
        else {
            return;
        };
        let all = conversation.messages.len() as u64;
        let marks = template.marks_generation() || !sequence.trains_answers();
        cases.add(marks, &sequence.example.record, || {
            let span = sequence.message(messages.saturating_sub(1));
            (span, (messages as u64, all, at as u64))
        });
    }

    fn report(&self, marks: bool, cases: Cases<Note>, all: u64, findings: &mut Findings<'_>) {
        let (messages, of, at) = cases.note;
        let severity = match marks {
            true => Severity::Advice,
            false => Severity::Warning,
        };
        findings.report_at(cases.place.clone(), severity, || {
            let text = format!(
                "messages 1 to {messages} are rendered otherwise alone than among all {of}{}: the \
                 texts differ from character {}",
                cases.share(all),
                at + 1
            );
            Message::new(text).help(match marks {
                true => "train on each answer that changes as the last of its record",
                false => {
                    "use a template that marks answers with `{% generation %}`: masks that are found \
                     by comparing beginnings are wrong"
                }
            })
        });
    }
}

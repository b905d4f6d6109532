//! Flags records that the chat template fails for.

use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::{TemplateError, TemplateErrorKind};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};
use tunelint_layouts::finding::Consequence;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "template-error",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.consequence(Consequence::Rejected);

/// Builds the check; `None` without a model.
pub fn build(context: &RuleContext) -> Option<Check> {
    let applies = context.model.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(TemplateFails))
}

struct TemplateFails;

/// The line of the template, and its own words where they contain no data.
type Cause = (u64, String);

/// The template's words, and what to do.
type Note = (String, String);

impl SequenceCases for TemplateFails {
    type Kind = Cause;
    type Note = Note;

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<Cause, Note>) {
        let Err(error) = &sequence.rendered else {
            return;
        };
        cases.add(cause(sequence, error), &sequence.example.record, || {
            let span = sequence.message(failing_message(sequence));
            (span, (error.message.clone(), help(error.kind).to_owned()))
        });
    }

    fn report(&self, (line, _): Cause, cases: Cases<Note>, all: u64, findings: &mut Findings<'_>) {
        let (words, help) = &cases.note;
        findings.report_at(cases.place.clone(), Severity::Error, || {
            let at = match line {
                0 => String::new(),
                line => format!(" (line {line} of the template)"),
            };
            let text = format!(
                "the chat template fails{}: {}{at}",
                cases.share(all),
                quoted(words, 200)
            );
            cases.related(Message::new(text).help(help.as_str()), "fails as well")
        });
    }
}

fn help(kind: TemplateErrorKind) -> &'static str {
    match kind {
        TemplateErrorKind::Unsupported => {
            "tunelint cannot run this template: render the record with transformers"
        }
        TemplateErrorKind::Limit => "use a template that does less for each message",
        _ => "change what the template refuses, or train with a template that takes it",
    }
}

/// What distinguishes errors. Words that the template has not itself contain data, whose number has no
/// bound: the line stands for them.
fn cause(sequence: &Sequence<'_, '_>, error: &TemplateError) -> Cause {
    let line = error.line.unwrap_or_default() as u64;
    let is_own = sequence
        .template()
        .is_some_and(|template| template.source().contains(&error.message));
    let words = match is_own || error.kind == TemplateErrorKind::Conversation {
        true => error.message.clone(),
        false => String::new(),
    };
    (line, words)
}

/// The index of the first message with which the template fails.
fn failing_message(sequence: &Sequence<'_, '_>) -> usize {
    let Some(conversation) = &sequence.conversation else {
        return 0;
    };
    let fails = |count: usize| sequence.model.render(&conversation.prefix(count)).is_err();
    let count = conversation.messages.len();
    // Templates go through the messages in order: what fails once fails with more.
    let (mut fine, mut failing) = (0, count);
    while failing - fine > 1 {
        let middle = fine + (failing - fine) / 2;
        match fails(middle) {
            true => failing = middle,
            false => fine = middle,
        }
    }
    failing.saturating_sub(1)
}

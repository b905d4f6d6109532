//! Flags content that does not appear in the rendering of its record.

use tunelint_data::text::position::Span;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::checks::{ContentKind, Dropped, dropped};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "template-drops",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; `None` without a model.
pub fn build(context: &RuleContext) -> Option<Check> {
    let applies = context.model.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(TemplateDrops))
}

struct TemplateDrops;

/// Kinds of content with their names. What many templates drop on purpose is advice.
const KINDS: [(ContentKind, &str, Severity); 10] = [
    (
        ContentKind::SystemPrompt,
        "the system prompt",
        Severity::Warning,
    ),
    (
        ContentKind::UserContent,
        "text of the user",
        Severity::Warning,
    ),
    (
        ContentKind::AssistantContent,
        "an answer",
        Severity::Warning,
    ),
    (
        ContentKind::Reasoning,
        "the reasoning of the last answer",
        Severity::Warning,
    ),
    (
        ContentKind::EarlierReasoning,
        "the reasoning of earlier answers",
        Severity::Advice,
    ),
    (ContentKind::ToolCall, "a tool call", Severity::Warning),
    (
        ContentKind::ToolResult,
        "the result of a tool",
        Severity::Warning,
    ),
    (
        ContentKind::ToolName,
        "the name of the tool of a result",
        Severity::Advice,
    ),
    (
        ContentKind::Name,
        "the name of a participant",
        Severity::Advice,
    ),
    (ContentKind::Tool, "the list of tools", Severity::Warning),
];

impl SequenceCases for TemplateDrops {
    /// An index in [`KINDS`].
    type Kind = u8;
    type Note = ();

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<u8, ()>) {
        let (Ok(_), Some(conversation)) = (&sequence.rendered, &sequence.conversation) else {
            return;
        };
        let Some(template) = sequence.template() else {
            return;
        };
        let Ok(missing) = dropped(template, conversation, &sequence.model.options) else {
            return;
        };
        for (index, (kind, ..)) in KINDS.iter().enumerate() {
            let first = missing.iter().find(|part| part.kind == *kind);
            if let Some(first) = first {
                let record = &sequence.example.record;
                cases.add(index as u8, record, || (place(sequence, first), ()));
            }
        }
    }

    fn report(&self, kind: u8, cases: Cases<()>, all: u64, findings: &mut Findings<'_>) {
        let Some((kind, name, severity)) = KINDS.get(usize::from(kind)) else {
            return;
        };
        findings.report_at(cases.place.clone(), *severity, || {
            let text = format!("the chat template drops {name}{}", cases.share(all));
            cases.related(Message::new(text).help(help(*kind)), "dropped as well")
        });
    }
}

fn place(sequence: &Sequence<'_, '_>, part: &Dropped) -> Span {
    match part.kind {
        ContentKind::Tool => Span::at(0),
        _ => sequence.message(part.index),
    }
}

fn help(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::SystemPrompt => {
            "put it at the start of the first user message, or use a template with system prompts"
        }
        ContentKind::EarlierReasoning => {
            "this is usual: train on each answer with reasoning as the last of its record"
        }
        ContentKind::Reasoning => {
            "write it where the template reads it, or use a template for reasoning"
        }
        ContentKind::Tool | ContentKind::ToolCall | ContentKind::ToolResult => {
            "use a template for tools, or leave tools out of the data"
        }
        _ => "the model never sees it: write it into a text, or use another template",
    }
}

//! Flags prompts whose last token changes when the completion follows.

use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Role;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::{TextKind, Token};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "prompt-boundary",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; `None` without a tokenizer.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let applies = model.encoder.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(PromptBoundary))
}

struct PromptBoundary;

/// The last token of the prompt alone, and the token at its place in prompt and completion.
type Note = (String, String);

impl SequenceCases for PromptBoundary {
    type Kind = ();
    type Note = Note;

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<(), Note>) {
        // Only plain prompts and completions are cut into tokens twice.
        let (None, Some(encoder)) = (&sequence.conversation, &sequence.model.encoder) else {
            return;
        };
        let (Some(rendered), Some(all)) = (sequence.rendering(), sequence.tokens()) else {
            return;
        };
        let Some(start) = rendered.trained.first().map(|answer| answer.start) else {
            return;
        };
        let prompt: String = rendered.text.chars().take(start).collect();
        let Some(alone) = encoder.tokens(&prompt, TextKind::Plain) else {
            return;
        };
        let same = |(one, other): (&Token, &Token)| one.id == other.id;
        let Some(seam) = alone.iter().zip(all).position(|pair| !same(pair)) else {
            return;
        };
        let text = |tokens: &[Token]| {
            let range = tokens.get(seam).map_or(0..0, |token| token.range.clone());
            let chars = rendered.text.chars().skip(range.start);
            chars.take(range.len()).collect::<String>()
        };
        let answer = sequence
            .example
            .turns
            .iter()
            .find(|turn| turn.role == Role::Model);
        let span = answer.map_or(sequence.message(0), |turn| turn.span);
        cases.add((), &sequence.example.record, || {
            (span, (text(&alone), text(all)))
        });
    }

    fn report(&self, (): (), cases: Cases<Note>, all: u64, findings: &mut Findings<'_>) {
        let (alone, together) = &cases.note;
        findings.report_at(cases.place.clone(), Severity::Warning, || {
            let text = format!(
                "the prompt ends with the token {} alone, but with {} before the completion{}",
                quoted(alone, 40),
                quoted(together, 40),
                cases.share(all)
            );
            Message::new(text)
                .help("end the prompt without a space, and start the completion with it")
        });
    }
}

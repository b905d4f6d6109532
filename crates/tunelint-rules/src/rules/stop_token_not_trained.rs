//! Flags answers whose trained part does not end with a token that generation stops at.

use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::checks::{StopFault, stop_spans};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "stop-token-not-trained",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; `None` without a model whose stop tokens are known.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let applies = !model.stops.is_empty() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(StopTokenNotTrained))
}

struct StopTokenNotTrained;

/// Why the end is not trained: a number for each cause, and the token that is there instead.
type Cause = (u8, String);

const NO_TOKEN: u8 = 0;
const OUTSIDE: u8 = 1;
const OTHER: u8 = 2;

impl SequenceCases for StopTokenNotTrained {
    type Kind = Cause;
    type Note = ();

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<Cause, ()>) {
        let (Some(rendered), Some(_)) = (sequence.rendering(), sequence.template()) else {
            return;
        };
        let Some(answers) = sequence.answers() else {
            return;
        };
        let ends = stop_spans(&rendered.text, answers, &sequence.model.stops);
        // Where everything is trained on, so is the token after the answer.
        let is_harmless = |fault: &StopFault| {
            matches!(fault, StopFault::OutsideOfMask(_)) && !sequence.trains_answers()
        };
        let mut faults = ends.into_iter().filter_map(|span| span.end.err());
        let Some(fault) = faults.find(|fault| !is_harmless(fault)) else {
            return;
        };
        let cause = match fault {
            StopFault::NoEndToken => (NO_TOKEN, String::new()),
            StopFault::OutsideOfMask(token) => (OUTSIDE, token),
            StopFault::OtherToken(token) => (OTHER, token),
        };
        let first = sequence.example.outputs().next();
        let span = first.map_or(sequence.message(0), |turn| turn.span);
        cases.add(cause, &sequence.example.record, || (span, ()));
    }

    fn report(
        &self,
        (cause, token): Cause,
        cases: Cases<()>,
        all: u64,
        findings: &mut Findings<'_>,
    ) {
        findings.report_at(cases.place.clone(), Severity::Warning, || {
            let token = quoted(&token, 40);
            let (why, help) = match cause {
                NO_TOKEN => (
                    "answers end without a stop token".to_owned(),
                    "use a template that ends answers with the token that generation stops at",
                ),
                OUTSIDE => (
                    format!("the stop token {token} follows the answer, but is not trained on"),
                    "move it into the `{% generation %}` block of the template",
                ),
                _ => (
                    format!("answers end with {token}, at which generation does not stop"),
                    "add the token to `eos_token_id` in generation_config.json",
                ),
            };
            Message::new(format!(
                "{why}{}: the model does not learn to stop",
                cases.share(all)
            ))
            .help(help)
        });
    }
}

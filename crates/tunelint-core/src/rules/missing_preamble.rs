//! An input that does not start with the preamble, or not as it should.

use crate::example::{Example, Role, Turn};
use crate::finding::{Findings, Message, Severity};
use crate::infer::preamble::{Departure, Fault, depart};
use crate::position::Span;
use crate::printable::quoted;
use crate::rule::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-preamble",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::Unsafe);

/// Builds the rule, where a preamble is known.
pub fn build(context: &RuleContext) -> Option<Check> {
    let preamble = context
        .preamble
        .clone()
        .filter(|preamble| !preamble.trim().is_empty())?;
    Some(Check::example(MissingPreamble { preamble }))
}

struct MissingPreamble {
    preamble: String,
}

impl ExampleRule for MissingPreamble {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // A preamble may stand as the system text or before the first prompt.
        let candidates = || {
            example
                .turns
                .iter()
                .filter(|turn| matches!(turn.role, Role::System | Role::User))
        };
        if candidates().any(|turn| turn.joined().starts_with(&self.preamble)) {
            return;
        }
        let Some(turn) = candidates().next() else {
            return;
        };
        let text = turn.joined();
        let departure = depart(&text, &self.preamble);
        findings.report(
            example.record.at(place(turn, &departure)),
            Severity::Error,
            || self.message(&departure, &text),
        );
    }
}

/// The raw place of a departure in a turn.
fn place(turn: &Turn<'_>, departure: &Departure) -> Span {
    let (from, to) = (departure.from, departure.to);
    match turn.texts.as_slice() {
        [text] => text.span_of(from, to),
        _ => turn.text_span(),
    }
}

impl MissingPreamble {
    fn message(&self, departure: &Departure, text: &str) -> Message {
        let found = text.get(departure.from..departure.to).unwrap_or_default();
        let wanted = self
            .preamble
            .get(departure.wanted_from..departure.wanted_to)
            .unwrap_or_default();
        let (found, wanted) = (quoted(found, 40), quoted(wanted, 40));
        let text = match departure.fault {
            Fault::Missing => "the preamble is missing".to_owned(),
            Fault::Partial => "a part of the preamble is missing here".to_owned(),
            Fault::Mistyped => {
                format!("the preamble is mistyped: {found} where {wanted} should stand")
            }
            Fault::Case => {
                format!("the preamble is in other letters: {found} where {wanted} should stand")
            }
            Fault::Spacing => {
                format!("the preamble is spaced otherwise: {found} where {wanted} should stand")
            }
            Fault::Misplaced => "the preamble stands here, not at the start".to_owned(),
        };
        Message::new(text).help(format!(
            "start every input with {}",
            quoted(&self.preamble, 60)
        ))
    }
}

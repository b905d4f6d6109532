//! A preference between two answers that are the same.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "identical-preference",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(IdenticalPreference))
}

struct IdenticalPreference;

impl ExampleRule for IdenticalPreference {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(worse) = example.rejected.first() else {
            return;
        };
        let answer = example
            .turns
            .iter()
            .rposition(|turn| turn.role != Role::Model);
        let chosen = example
            .turns
            .get(answer.map_or(0, |at| at + 1)..)
            .unwrap_or_default();
        if !chosen.iter().map(key).eq(example.rejected.iter().map(key)) {
            return;
        }
        findings.report(example.record.at(worse.span), Severity::Error, || {
            Message::new("the better answer and the worse one are the same")
                .help("there is nothing to prefer: remove the record")
                .fix(Fix::dropping())
        });
    }
}

/// What a turn says: its text, its calls and media.
fn key<'t>(turn: &'t Turn<'_>) -> (std::borrow::Cow<'t, str>, Vec<&'t str>) {
    (
        turn.joined(),
        turn.parts.iter().map(|part| part.raw).collect(),
    )
}

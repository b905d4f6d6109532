//! Flags preference pairs whose chosen and rejected responses are identical.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "identical-preference",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(IdenticalPreference))
}

struct IdenticalPreference;

impl ExampleRule for IdenticalPreference {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(rejected) = example.rejected.first() else {
            return;
        };
        let last_prompt = example
            .turns
            .iter()
            .rposition(|turn| turn.role != Role::Model);
        let chosen = example
            .turns
            .get(last_prompt.map_or(0, |at| at + 1)..)
            .unwrap_or_default();
        if !chosen.iter().map(key).eq(example.rejected.iter().map(key)) {
            return;
        }
        findings.report(example.record.at(rejected.span), Severity::Error, || {
            Message::new("chosen and rejected responses are identical")
                .help("remove the record, or change one of the responses")
                .fix(Fix::dropping())
        });
    }
}

/// The content of a turn that is compared: its text, and its parts as written.
fn key<'t>(turn: &'t Turn<'_>) -> (std::borrow::Cow<'t, str>, Vec<&'t str>) {
    (
        turn.joined(),
        turn.parts.iter().map(|part| part.raw).collect(),
    )
}

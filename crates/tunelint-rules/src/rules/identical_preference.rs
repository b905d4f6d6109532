//! Flags preference pairs whose chosen and rejected responses are identical, or nearly so.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::code_detection::is_code;
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
            if differs_in_whitespace(chosen, &example.rejected) {
                findings.report(example.record.at(rejected.span), Severity::Warning, || {
                    Message::new("chosen and rejected responses differ only in whitespace")
                        .help("remove the record, or change one of the responses")
                });
            }
            return;
        }
        findings.report(example.record.at(rejected.span), Severity::Error, || {
            Message::new("chosen and rejected responses are identical")
                .help("remove the record, or change one of the responses")
                .fix(Fix::dropping())
        });
    }
}

/// Whether the texts have the same words, and whitespace has no meaning in them.
fn differs_in_whitespace<'a>(chosen: &[Turn<'a>], rejected: &[Turn<'a>]) -> bool {
    let is_plain = |turn: &Turn<'_>| turn.parts.is_empty() && !turn.texts.iter().any(is_code);
    let same = |(one, other): (&Turn<'_>, &Turn<'_>)| {
        let (one, other) = (one.joined(), other.joined());
        one.split_whitespace().eq(other.split_whitespace())
    };
    chosen.len() == rejected.len()
        && chosen.iter().zip(rejected).all(same)
        && chosen.iter().chain(rejected).all(is_plain)
}

/// The content of a turn that is compared: its text, and its parts as written.
fn key<'t>(turn: &'t Turn<'_>) -> (std::borrow::Cow<'t, str>, Vec<&'t str>) {
    (
        turn.joined(),
        turn.parts.iter().map(|part| part.raw).collect(),
    )
}

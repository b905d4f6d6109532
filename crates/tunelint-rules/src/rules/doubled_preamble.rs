//! Flags inputs in which the preamble occurs twice, where nearly all others have it once.

use memchr::memmem::find;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Common;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "doubled-preamble",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` unless nearly all inputs have the preamble once and
/// some may have it twice.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let preamble = inferred.usual_preamble()?.value.clone();
    let once = inferred
        .preamble_once
        .clone()
        .filter(|once| inferred.may_depart(once))?;
    Some(Check::example(DoubledPreamble { preamble, once }))
}

struct DoubledPreamble {
    preamble: String,
    once: Common,
}

impl ExampleRule for DoubledPreamble {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.written_prompt() else {
            return;
        };
        let text = turn.joined();
        let Some(rest) = text.strip_prefix(&self.preamble) else {
            return;
        };
        let repeated = self.once.value.as_str();
        let Some(at) = find(rest.as_bytes(), repeated.as_bytes()) else {
            return;
        };
        let start = self.preamble.len() + at;
        let range = start..start + repeated.len();
        findings.report(
            example.record.at(turn.span_of(range)),
            severity(&self.once, Evidence::Damaged),
            || {
                // Directly after the first, the second one adds nothing.
                let whole = start..start + self.preamble.len();
                let follows = rest.starts_with(&self.preamble);
                let fix = follows.then(|| Fix::of_text([turn.edit(&example.record, whole, "")]));
                Message::new(format!(
                    "the preamble {} occurs twice; {} of inputs with it have it once",
                    quoted(repeated, 60),
                    self.once.percent()
                ))
                .help("remove one of them")
                .fix(fix.flatten())
            },
        );
    }
}

//! A KTO dataset in which all responses have the same label.

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::presence::Presence;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "one-sided-kto",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// The minimum number of labeled responses.
const MIN_RESPONSES: u64 = 20;

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(OneSidedKto))
}

struct OneSidedKto;

impl DatasetRule for OneSidedKto {
    type Tally = Presence;

    fn observe(&self, example: &Example<'_>, tally: &mut Presence) {
        if let Some(desirable) = example.desirable {
            tally.add(desirable, || example.record.locate(Span::at(0)));
        }
    }

    fn merge(&self, into: &mut Presence, from: Presence) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Presence, by: u32) {
        tally.renumber_sources(by);
    }

    fn finish(&self, tally: Presence, findings: &mut Findings<'_>) {
        let all = tally.with + tally.without;
        let (first, label, other) = match (tally.first_with, tally.first_without) {
            (Some(first), None) => (first, "desirable", "undesirable"),
            (None, Some(first)) => (first, "undesirable", "desirable"),
            _ => return,
        };
        if all < MIN_RESPONSES {
            return;
        }
        findings.report_at(first, Severity::Warning, || {
            Message::new(format!(
                "all {} responses are labeled {label}",
                grouped(all)
            ))
            .help(format!(
                "add {other} responses, or use supervised fine-tuning"
            ))
        });
    }
}

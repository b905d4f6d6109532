//! Reasoning in some outputs only.

use serde::{Deserialize, Serialize};

use super::unbalanced_think::{CLOSING, OPENING};
use crate::contract::certainty::{Evidence, severity};
use crate::contract::{
    Check, DatasetRule, ExampleRule, Lead, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use crate::survey::inferred::Majority;
use crate::survey::presence::Presence;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::{Example, PartKind, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-reasoning",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview);

/// The minimum number of outputs.
const MIN_OUTPUTS: u64 = 20;
/// The maximum percentage of outputs that are reported one by one. More are probably intended.
const FEW_PERCENT: u64 = 5;
/// The words in a prompt by which Qwen3 turns reasoning on and off.
const SWITCHES: [&str; 2] = ["/no_think", "/think"];

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(MixedReasoning))
}

struct MixedReasoning;

impl DatasetRule for MixedReasoning {
    type Tally = Presence;

    fn observe(&self, example: &Example<'_>, tally: &mut Presence) {
        if let Some(turn) = compared(example) {
            tally.add(has_reasoning(turn), || {
                example.record.locate(turn.text_span())
            });
        }
    }

    fn merge(&self, into: &mut Presence, from: Presence) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Presence, by: u32) {
        tally.renumber_sources(by);
    }

    fn lead(&self, tally: &Presence) -> Option<Lead> {
        let all = tally.with + tally.without;
        let few = tally.with.min(tally.without);
        let reports = few > 0 && all >= MIN_OUTPUTS && few * 100 <= all * FEW_PERCENT;
        let rare = RareReasoning {
            expects: tally.with > tally.without,
            most: all - few,
            all,
        };
        reports.then(|| Lead::new(&rare)).flatten()
    }

    fn follow_up(&self, lead: &Lead) -> Option<Check> {
        Some(Check::example(lead.content::<RareReasoning>()?))
    }

    fn finish(&self, tally: Presence, findings: &mut Findings<'_>) {
        let all = tally.with + tally.without;
        let (Some(with), Some(without)) = (tally.first_with, tally.first_without) else {
            return;
        };
        if all < MIN_OUTPUTS {
            return;
        }
        findings.report_at(without, Severity::Advice, || {
            Message::new(format!(
                "no reasoning in this output; {} of {} outputs have reasoning",
                grouped(tally.with),
                grouped(all)
            ))
            .related("first output with reasoning", with)
            .help("if prompts do not determine which outputs have reasoning, write it in all or in none")
        });
    }
}

/// Reports the outputs that differ from nearly all others.
#[derive(Serialize, Deserialize)]
struct RareReasoning {
    expects: bool,
    most: u64,
    all: u64,
}

impl ExampleRule for RareReasoning {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = compared(example).filter(|turn| has_reasoning(turn) != self.expects)
        else {
            return;
        };
        let usual = Majority {
            value: self.expects,
            holders: self.most as usize,
            of: self.all as usize,
        };
        findings.report(
            example.record.at(turn.text_span()),
            severity(&usual, Evidence::Absent),
            || {
                let (here, there) = match self.expects {
                    true => ("no reasoning", "have reasoning"),
                    false => ("reasoning", "have none"),
                };
                let (most, all) = (grouped(self.most), grouped(self.all));
                Message::new(format!(
                    "{here} in this output; {most} of {all} outputs {there}"
                ))
                .help("write reasoning in all outputs or in none")
            },
        );
    }
}

/// The last output, unless it is a tool call or the prompt determines whether it has reasoning.
fn compared<'e, 'a>(example: &'e Example<'a>) -> Option<&'e Turn<'a>> {
    let is_call = |turn: &&Turn<'_>| turn.parts.iter().any(|part| part.kind == PartKind::Call);
    let turn = example.wanted_output().filter(|turn| !is_call(turn))?;
    let switches = |text: &str| SWITCHES.iter().any(|switch| text.contains(switch));
    let mut texts = example.input().iter().flat_map(|turn| &turn.texts);
    (!turn.is_blank() && !texts.any(|text| switches(text.as_str()))).then_some(turn)
}

/// Whether a turn has reasoning, in a field or between tags. An incomplete block counts.
fn has_reasoning(turn: &Turn<'_>) -> bool {
    let is_tagged = |text: &str| text.trim_start().starts_with(OPENING) || text.contains(CLOSING);
    turn.parts
        .iter()
        .any(|part| part.kind == PartKind::Reasoning)
        || turn
            .texts
            .first()
            .is_some_and(|text| is_tagged(text.as_str()))
}

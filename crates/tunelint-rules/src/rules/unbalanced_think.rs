//! Flags outputs whose reasoning block is not complete: `<think>` without `</think>`, or the
//! reverse, or nothing after it.

use serde::{Deserialize, Serialize};
use tunelint_data::text::position::Location;
use tunelint_data::text::prefilter::Mark;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

use crate::contract::{Check, DatasetRule, ExampleRule, Level, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unbalanced-think",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check {
        example: Some(Box::new(UnbalancedThink)),
        ..Check::dataset(OrphanedClosing)
    })
}

/// The tags around reasoning in the chat templates of DeepSeek, Qwen and others.
pub(super) const OPENING: &str = "<think>";
pub(super) const CLOSING: &str = "</think>";
/// Places of orphaned closing tags that are kept; all are counted.
const KEPT: usize = 50;

/// What is wrong with the reasoning block at the start of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It does not end.
    Unclosed,
    /// Nothing follows it.
    NoAnswer,
    /// It ends without having begun.
    Orphaned,
}

struct UnbalancedThink;

impl ExampleRule for UnbalancedThink {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for (turn, at, fault) in faults(example) {
            let (message, help) = match fault {
                Fault::Unclosed => (
                    "reasoning is not closed: `<think>` without `</think>`",
                    "close it before the answer, or remove the record if the output was truncated",
                ),
                // A tool call is an answer.
                Fault::NoAnswer if turn.parts.is_empty() => (
                    "no answer after the reasoning",
                    "add the answer, or remove the record",
                ),
                Fault::NoAnswer | Fault::Orphaned => continue,
            };
            findings.report(example.record.at(at), Severity::Warning, || {
                Message::new(message).help(help)
            });
        }
    }
}

/// The faults of the outputs, each with its turn and the span of the tag.
fn faults<'e, 'a>(
    example: &'e Example<'a>,
) -> impl Iterator<Item = (&'e Turn<'a>, tunelint_data::text::position::Span, Fault)> {
    example.wanted_outputs().filter_map(|turn| {
        let text = turn.texts.first().filter(|text| text.has(Mark::Tag))?;
        let (at, tag, fault) = fault_of(text.as_str())?;
        Some((turn, text.span_of(at, at + tag.len()), fault))
    })
}

/// The fault of an output, with the position of the tag. A tag elsewhere in a text may be what the
/// text is about.
fn fault_of(text: &str) -> Option<(usize, &'static str, Fault)> {
    let start = text.len() - text.trim_start().len();
    let (_, begun) = text.split_at_checked(start)?;
    let closing = text.find(CLOSING);
    let Some(body) = begun.strip_prefix(OPENING) else {
        let at = closing.filter(|at| !text.get(..*at).unwrap_or_default().contains(OPENING))?;
        return stands_alone(text, at).then_some((at, CLOSING, Fault::Orphaned));
    };
    match body.rsplit_once(CLOSING) {
        None => Some((start, OPENING, Fault::Unclosed)),
        Some((_, answer)) if answer.trim().is_empty() => {
            Some((text.rfind(CLOSING)?, CLOSING, Fault::NoAnswer))
        }
        Some(_) => None,
    }
}

/// Whether the closing tag at `at` ends a line, as it does after reasoning; in a sentence about the
/// tag it does not.
fn stands_alone(text: &str, at: usize) -> bool {
    let after = text.get(at + CLOSING.len()..).unwrap_or_default();
    after.is_empty() || after.starts_with(['\n', '\r'])
}

struct OrphanedClosing;

/// Outputs that end reasoning which they have not begun.
#[derive(Default, Serialize, Deserialize)]
pub struct Orphans {
    outputs: u64,
    orphans: u64,
    first: Vec<Location>,
}

impl DatasetRule for OrphanedClosing {
    type Tally = Orphans;

    fn observe(&self, example: &Example<'_>, tally: &mut Orphans) {
        tally.outputs += example.wanted_outputs().count() as u64;
        for (_, at, _) in faults(example).filter(|(.., fault)| *fault == Fault::Orphaned) {
            tally.orphans += 1;
            if tally.first.len() < KEPT {
                tally.first.push(example.record.locate(at));
            }
        }
    }

    fn merge(&self, into: &mut Orphans, from: Orphans) {
        into.outputs += from.outputs;
        into.orphans += from.orphans;
        let room = KEPT.saturating_sub(into.first.len());
        into.first.extend(from.first.into_iter().take(room));
    }

    fn renumber_sources(&self, tally: &mut Orphans, by: u32) {
        for place in &mut tally.first {
            place.source.0 += by;
        }
    }

    fn finish(&self, tally: Orphans, findings: &mut Findings<'_>) {
        // Some templates end the prompt with `<think>`; then most outputs lack it.
        if tally.orphans * 2 >= tally.outputs {
            return;
        }
        for place in tally.first {
            findings.report_at(place, Severity::Warning, || {
                Message::new("reasoning was not opened: `</think>` without `<think>`")
                    .identity(CLOSING.as_bytes())
                    .help("begin the output with `<think>`, or remove the reasoning")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<Fault> {
        fault_of(text).map(|(.., fault)| fault)
    }

    #[test]
    fn a_complete_block_is_fine() {
        assert_eq!(fault("<think>\nSo.\n</think>\n\nYes."), None);
        assert_eq!(fault("<think></think>Yes."), None);
        assert_eq!(fault("Yes."), None);
    }

    #[test]
    fn incomplete_blocks_are_told_apart() {
        assert_eq!(fault("\n<think>So it"), Some(Fault::Unclosed));
        assert_eq!(fault("<think>So.</think>\n"), Some(Fault::NoAnswer));
        assert_eq!(fault("So.\n</think>\n\nYes."), Some(Fault::Orphaned));
    }

    #[test]
    fn a_text_about_the_tag_is_not_reasoning() {
        assert_eq!(fault("Models write <think> before they answer."), None);
        assert_eq!(fault("The tag </think> ends it."), None);
    }

    #[test]
    fn places_are_kept_up_to_a_number() {
        let place = || Location::whole(tunelint_data::text::position::SourceId(0));
        let orphans = |number: usize| Orphans {
            outputs: 100,
            orphans: number as u64,
            first: (0..number).map(|_| place()).collect(),
        };
        let mut into = orphans(KEPT - 1);
        OrphanedClosing.merge(&mut into, orphans(3));
        assert_eq!((into.orphans, into.first.len()), (KEPT as u64 + 2, KEPT));
    }
}

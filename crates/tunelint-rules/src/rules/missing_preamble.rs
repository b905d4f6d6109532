//! Flags inputs and system prompts that do not start with the preamble, exactly as written.

mod second_half;

use std::sync::Arc;

use crate::contract::certainty::{self, Evidence};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::common::{is_ended, is_evident};
use crate::survey::inferred::preamble::{PreambleDeviation, PreambleFault, depart};
use crate::survey::inferred::{Common, Inferred};
use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-preamble",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check: in the first pass from the configured preamble; in the second, if none is
/// configured, from the one that most examples share.
pub fn build(context: &RuleContext) -> Option<Check> {
    let configured = context
        .preamble
        .as_ref()
        .filter(|text| !text.trim().is_empty());
    match (configured, &context.inferred) {
        (Some(preamble), None) => Some(Check::example(ConfiguredPreamble(preamble.clone()))),
        (None, Some(inferred)) => inferred_check(inferred),
        _ => None,
    }
}

/// The preamble from the settings. Any system or user message may start with it.
struct ConfiguredPreamble(String);

impl ExampleRule for ConfiguredPreamble {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let candidates = || {
            let can_have_it = |turn: &&Turn<'_>| matches!(turn.role, Role::System | Role::User);
            example.turns.iter().filter(can_have_it)
        };
        if candidates().any(|turn| turn.joined().starts_with(&self.0)) {
            return;
        }
        if let Some(turn) = candidates().next() {
            report(example, turn, &self.0, None, findings);
        }
    }
}

/// The preambles of the system prompts and of the first prompts.
struct InferredPreamble {
    system: UsualPreamble,
    prompt: UsualPreamble,
    inferred: Arc<Inferred>,
}

/// An inferred preamble, and its second half if its middle varies. `None` where no text can lack it.
struct UsualPreamble {
    /// The whole preamble or its first half, whether or not a text can lack it.
    first: String,
    preamble: Option<Common>,
    second_half: Option<Common>,
}

impl UsualPreamble {
    fn new(inferred: &Inferred, preamble: Option<&Common>, second_half: Option<&Common>) -> Self {
        let usual = preamble.filter(|found| found.is_usual());
        let missable = |found: &&Common| inferred.may_depart(found);
        Self {
            first: usual.map_or(String::new(), |found| found.value.clone()),
            preamble: usual.filter(missable).cloned(),
            second_half: second_half.filter(missable).cloned(),
        }
    }

    /// Whether no text can lack any part of it.
    fn is_in_all(&self) -> bool {
        self.preamble.is_none() && self.second_half.is_none()
    }
}

fn inferred_check(inferred: &Arc<Inferred>) -> Option<Check> {
    let rule = InferredPreamble {
        inferred: Arc::clone(inferred),
        system: UsualPreamble::new(
            inferred,
            inferred.system_preamble.as_ref(),
            inferred.system_second_half.as_ref(),
        ),
        prompt: UsualPreamble::new(
            inferred,
            inferred.preamble.as_ref(),
            inferred.second_half.as_ref(),
        ),
    };
    let in_all = rule.system.is_in_all() && rule.prompt.is_in_all();
    (!in_all).then(|| Check::example(rule))
}

impl ExampleRule for InferredPreamble {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let places = [
            (
                &self.system,
                example.system().filter(|turn| !turn.is_blank()),
            ),
            (&self.prompt, example.written_prompt()),
        ];
        for (usual, turn) in places {
            let Some(turn) = turn.filter(|_| !usual.is_in_all()) else {
                continue;
            };
            let text = turn.joined();
            if turn.role != Role::System && self.inferred.is_of_other_task(&text) {
                continue;
            }
            match (
                text.starts_with(&usual.first),
                &usual.preamble,
                &usual.second_half,
            ) {
                (false, Some(common), _) => {
                    let usual = Some((common, &*self.inferred));
                    report(example, turn, &common.value, usual, findings);
                }
                (true, _, Some(half)) => {
                    let wanted = (usual.first.as_str(), half, texts_of(turn.role));
                    second_half::check(example, turn, &text, wanted, findings);
                }
                _ => {}
            }
        }
    }
}

/// Reports `turn`: an error for a configured preamble, less for an inferred one (`usual`).
fn report(
    example: &Example<'_>,
    turn: &Turn<'_>,
    preamble: &str,
    usual: Option<(&Common, &Inferred)>,
    findings: &mut Findings<'_>,
) {
    let text = turn.joined();
    let departure = depart(&text, preamble);
    let severity = match usual {
        Some((common, inferred)) => {
            let evidence = match inferred.is_saved {
                true if !departure.is_affix(&text, preamble) => {
                    Evidence::damaged_if(departure.is_damage(&text, preamble))
                }
                _ => evidence(&departure, &text, preamble),
            };
            certainty::severity(common, evidence)
        }
        None => Severity::Error,
    };
    let place = example
        .record
        .at(turn.span_of(departure.from..departure.to));
    findings.report(place, severity, || {
        let difference = departure.describe("the preamble", "start", &text, preamble);
        let message = match usual {
            Some((common, _)) => format!(
                "{difference}; {} of {} start with {}",
                common.percent(),
                texts_of(turn.role),
                quoted(preamble.trim_end(), 60)
            ),
            None => difference,
        };
        Message::new(message)
            .help(format!(
                "start all {} with {}",
                texts_of(turn.role),
                quoted(preamble, 60)
            ))
            .fix(repaired(&example.record, turn, &departure, &text, preamble))
    });
}

/// What a text that differs from an inferred preamble has in its place. Where a preamble ends in the
/// middle of a sentence, other texts are only damaged if a longer word is mistyped; where a short one is
/// missing, it was perhaps not an instruction. A word with an affix more or less is another one.
fn evidence(departure: &PreambleDeviation, text: &str, preamble: &str) -> Evidence {
    match departure.is_damage(text, preamble) {
        true if is_ended(preamble) || departure.is_typo(text, preamble) => Evidence::Damaged,
        false if is_evident(preamble) && !departure.is_affix(text, preamble) => Evidence::Absent,
        _ => Evidence::Thin,
    }
}

/// The plural noun for the texts of a role.
fn texts_of(role: Role) -> &'static str {
    match role {
        Role::System => "system prompts",
        _ => "inputs",
    }
}

/// The edit that makes the text start with the preamble. `None` if the intended text is unclear: a
/// partial preamble may be deliberate.
fn repaired(
    record: &Record<'_>,
    turn: &Turn<'_>,
    departure: &PreambleDeviation,
    text: &str,
    preamble: &str,
) -> Option<Fix> {
    let wanted = match departure.fault {
        PreambleFault::Partial | PreambleFault::Misplaced => return None,
        // The inferred preamble may include a word that many contents start with.
        PreambleFault::Missing => without_overlap(preamble, text),
        _ => preamble.get(departure.wanted_from..departure.wanted_to)?,
    };
    let (before, after) = (text.get(..departure.from)?, text.get(departure.to..)?);
    [before, wanted, after]
        .concat()
        .starts_with(preamble)
        .then(|| Fix::of_text([turn.edit(record, departure.from..departure.to, wanted)]))
        .flatten()
}

/// The preamble without the end that the text already starts with.
fn without_overlap<'p>(preamble: &'p str, text: &str) -> &'p str {
    let overlap = preamble.char_indices().map(|(at, _)| at).find(|&at| {
        let rest = preamble.get(at..).unwrap_or_default();
        !rest.trim().is_empty() && text.starts_with(rest)
    });
    overlap
        .and_then(|at| preamble.get(..at))
        .unwrap_or(preamble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_is_damage_and_an_affix_is_not() {
        let of = |text: &str, preamble: &str| evidence(&depart(text, preamble), text, preamble);
        let product = "Write a short product description for";
        let typo = "Write a short prodct description for a lamp";
        assert_eq!(of(typo, product), Evidence::Damaged);
        assert_eq!(
            of("Write a short poem about a lamp", product),
            Evidence::Thin
        );
        let likely = "List three likely causes of the problem below:\n";
        let unlikely = "List three unlikely causes of the problem below:\nRust";
        assert_eq!(of(unlikely, likely), Evidence::Thin);
    }

    #[test]
    fn overlapping_words_are_not_repeated() {
        let preamble = "Classify this review.\nReview: The ";
        assert_eq!(
            without_overlap(preamble, "The plum was good"),
            "Classify this review.\nReview: "
        );
        assert_eq!(without_overlap(preamble, "plums are good"), preamble);
        assert_eq!(without_overlap("ticket ", "ticket 8"), "");
    }
}

//! An input that does not start with the preamble, or not as it should.

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::preamble::{Departure, Fault, depart};
use crate::survey::inferred::{Common, Inferred};
use tunelint_data::record::Record;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-preamble",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule from the preamble that somebody named, or else from the one that most
/// examples have.
pub fn build(context: &RuleContext) -> Option<Check> {
    let given = context
        .preamble
        .as_ref()
        .filter(|text| !text.trim().is_empty());
    match (given, &context.inferred) {
        (Some(preamble), None) => Some(Check::example(Given(preamble.clone()))),
        (None, Some(inferred)) => usual(inferred),
        _ => None,
    }
}

/// The preamble that somebody named: it may stand as the system text or before the first prompt.
struct Given(String);

impl ExampleRule for Given {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let candidates = || {
            let speaks = |turn: &&Turn<'_>| matches!(turn.role, Role::System | Role::User);
            example.turns.iter().filter(speaks)
        };
        if candidates().any(|turn| turn.joined().starts_with(&self.0)) {
            return;
        }
        if let Some(turn) = candidates().next() {
            report(example, turn, &self.0, None, findings);
        }
    }
}

/// What most examples start with.
struct Usual {
    preamble: Option<Common>,
    system: Option<Common>,
}

fn usual(inferred: &Inferred) -> Option<Check> {
    let wanted = |found: Option<&Common>| {
        found
            .filter(|found| found.is_usual())
            .filter(|found| inferred.may_depart(found))
            .cloned()
    };
    let rule = Usual {
        preamble: wanted(inferred.preamble.as_ref()),
        system: wanted(inferred.system_preamble.as_ref()),
    };
    (rule.preamble.is_some() || rule.system.is_some()).then(|| Check::example(rule))
}

impl ExampleRule for Usual {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let places = [
            (&self.system, example.system()),
            (&self.preamble, example.prompt()),
        ];
        for (common, turn) in places {
            let (Some(common), Some(turn)) = (common, turn) else {
                continue;
            };
            if !turn.joined().starts_with(&common.value) {
                report(example, turn, &common.value, Some(common), findings);
            }
        }
    }
}

fn report(
    example: &Example<'_>,
    turn: &Turn<'_>,
    preamble: &str,
    common: Option<&Common>,
    findings: &mut Findings<'_>,
) {
    let text = turn.joined();
    let departure = depart(&text, preamble);
    let severity = match common {
        Some(_) => Severity::Warning,
        None => Severity::Error,
    };
    let place = example
        .record
        .at(turn.span_of(departure.from..departure.to));
    findings.report(place, severity, || {
        let said = departure.describe("the preamble", "start", &text, preamble);
        let message = match common {
            Some(common) => format!(
                "{said}; {} of {} start with {}",
                common.percent(),
                texts_of(turn.role),
                quoted(preamble.trim_end(), 60)
            ),
            None => said,
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

/// What the turns of a role are called in messages.
fn texts_of(role: Role) -> &'static str {
    match role {
        Role::System => "system texts",
        _ => "inputs",
    }
}

/// The edit that makes the text start with the preamble, where that is plain: one that is only
/// partly there may have been cut on purpose.
fn repaired(
    record: &Record<'_>,
    turn: &Turn<'_>,
    departure: &Departure,
    text: &str,
    preamble: &str,
) -> Option<Fix> {
    let wanted = match departure.fault {
        Fault::Partial | Fault::Misplaced => return None,
        // The inferred preamble may have taken in a word that many contents begin with.
        Fault::Missing => without_overlap(preamble, text),
        _ => preamble.get(departure.wanted_from..departure.wanted_to)?,
    };
    let (before, after) = (text.get(..departure.from)?, text.get(departure.to..)?);
    [before, wanted, after]
        .concat()
        .starts_with(preamble)
        .then(|| Fix::of_text([turn.edit(record, departure.from..departure.to, wanted)]))
        .flatten()
}

/// The preamble without what the text begins with already.
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
    fn words_are_not_written_twice() {
        let preamble = "Classify this review.\nReview: The ";
        assert_eq!(
            without_overlap(preamble, "The plum was good"),
            "Classify this review.\nReview: "
        );
        assert_eq!(without_overlap(preamble, "plums are good"), preamble);
        assert_eq!(without_overlap("ticket ", "ticket 8"), "");
    }
}

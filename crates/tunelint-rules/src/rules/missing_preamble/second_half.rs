//! Flags texts without the second half of a preamble whose middle varies.

use crate::contract::certainty::{Evidence, severity};
use crate::survey::inferred::Common;
use crate::survey::inferred::preamble::{PreambleDeviation, PreambleFault, depart};
use crate::survey::inferred::second_half::word_starts;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::{Findings, Message};

/// Checks a turn, whose `text` starts with the preamble `first`, for its second half. `texts` is the
/// plural noun for such texts.
pub(super) fn check(
    example: &Example<'_>,
    turn: &Turn<'_>,
    text: &str,
    (first, half, texts): (&str, &Common, &str),
    findings: &mut Findings<'_>,
) {
    let rest = text.get(first.len()..).unwrap_or_default();
    if rest.contains(&half.value) {
        return;
    }
    let (at, departure) = nearest(rest, &half.value);
    let found = rest.get(at + departure.from..at + departure.to);
    let wanted = half.value.get(departure.wanted_from..departure.wanted_to);
    // Another number is another task, such as the number of answers.
    if is_number(found) && is_number(wanted) {
        return;
    }
    let start = first.len() + at;
    let span = turn.span_of(start + departure.from..start + departure.to);
    let is_damage = departure.is_damage(rest.get(at..).unwrap_or_default(), &half.value);
    let severity = severity(half, Evidence::damaged_if(is_damage));
    findings.report(example.record.at(span), severity, || {
        let tail = rest.get(at..).unwrap_or_default();
        let difference = departure.describe(
            "the second half of the preamble",
            "start",
            tail,
            &half.value,
        );
        Message::new(format!(
            "{difference}; {} of {texts} with the preamble continue with {} after a part that varies",
            half.percent(),
            quoted(&half.value, 60)
        ))
        .help(format!("continue the preamble of all {texts} with {}", quoted(&half.value, 60)))
    });
}

fn is_number(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Where the second half is nearly written, and how it differs; the end of the first half if it is
/// missing.
fn nearest(rest: &str, half: &str) -> (usize, PreambleDeviation) {
    let departures =
        word_starts(rest).map(|at| (at, depart(rest.get(at..).unwrap_or_default(), half)));
    let near = departures.filter(|(_, departure)| {
        !matches!(
            departure.fault,
            PreambleFault::Missing | PreambleFault::Misplaced
        )
    });
    let differing =
        |(_, of): &(usize, PreambleDeviation)| of.to - of.from + of.wanted_to - of.wanted_from;
    near.min_by_key(differing).unwrap_or_else(|| {
        let missing = PreambleDeviation {
            fault: PreambleFault::Missing,
            from: 0,
            to: 0,
            wanted_from: 0,
            wanted_to: half.len(),
        };
        (0, missing)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_half_with_a_typo_is_found_where_it_is() {
        let fault = |rest| {
            let (at, departure) = nearest(rest, "Answer the question in short.");
            (at, departure.fault)
        };
        let typo = "day 3. Answer the qestion in short.\nplum?";
        assert_eq!(fault(typo), (7, PreambleFault::Mistyped));
        assert_eq!(
            fault("day 3. How is the plum?"),
            (0, PreambleFault::Missing)
        );
    }
}

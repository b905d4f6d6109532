//! Flags inputs whose section markers are in another order than in nearly all others.

use std::ops::Range;
use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::markers::{Departing, Markers};
use crate::survey::section_marker::Event;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-marker-order",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` unless several markers with a usual order were
/// inferred and some input can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let markers = inferred.markers.as_ref()?;
    let ordered = markers.ordered.as_ref()?;
    let several = markers.markers.len() > 1 && inferred.may_depart(ordered);
    several.then(|| Check::example(MixedMarkerOrder { inferred }))
}

struct MixedMarkerOrder {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedMarkerOrder {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(markers) = &self.inferred.markers else {
            return;
        };
        let (Some(ordered), Some(departing)) = (markers.ordered, markers.departing(example)) else {
            return;
        };
        let Departing { turn, text, events } = departing;
        let Some(found) = positions(markers, &events) else {
            return;
        };
        let Some(early) = found.windows(2).position(|pair| pair.first() > pair.last()) else {
            return;
        };
        let (Some(before), Some(early)) = (found.get(early), found.get(early + 1)) else {
            return;
        };
        let (Some(before), Some(early)) = (events.get(*before), events.get(*early)) else {
            return;
        };
        let place = example.record.at(turn.span_of(early.range()));
        findings.report(place, severity(&ordered, Evidence::Damaged), || {
            let suffix = self
                .inferred
                .suffix
                .as_ref()
                .map_or("", |suffix| suffix.value.as_str());
            let content = text.strip_suffix(suffix);
            let fix = content
                .and_then(|content| reordered(&text, &events, &found, content.len()))
                .map(|(range, with)| turn.edit(&example.record, range, &with));
            Message::new(format!(
                "section marker {} precedes {}; {} of inputs use the order {}",
                quoted(&early.form, 30),
                quoted(&before.form, 30),
                ordered.percent(),
                markers.listed()
            ))
            .help("use one order in training data and production prompts")
            .fix(fix.and_then(|edit| Fix::of_text([edit])))
        });
    }
}

/// The index in `events` of each marker, in the usual order; `None` if a marker is missing.
fn positions(markers: &Markers, events: &[Event]) -> Option<Vec<usize>> {
    let keys: Vec<String> = events.iter().map(Event::key).collect();
    let at = |key: &String| keys.iter().position(|have| have == key);
    markers
        .markers
        .iter()
        .map(|marker| at(&marker.key.value))
        .collect()
}

/// The range from the first marker up to `end`, and its text with the sections in the usual order.
/// The whitespace between sections stays in place. `None` if the end of a section is unclear: with
/// tags, or if the last section contains a blank line.
fn reordered(
    text: &str,
    events: &[Event],
    found: &[usize],
    end: usize,
) -> Option<(Range<usize>, String)> {
    let mut starts: Vec<usize> = found
        .iter()
        .map(|at| events.get(*at).map(|event| event.at))
        .collect::<Option<_>>()?;
    let tagged = found
        .iter()
        .filter_map(|at| events.get(*at))
        .any(|event| event.form.starts_with('<'));
    let ordered_starts = starts.clone();
    starts.sort_unstable();
    let last = text.get(*starts.last()?..end)?;
    if tagged || last.trim_end().contains("\n\n") {
        return None;
    }
    let mut parts = Vec::new();
    for (at, &start) in starts.iter().enumerate() {
        let next = starts.get(at + 1).copied().unwrap_or(end);
        let part = text.get(start..next)?;
        let body = part.trim_end();
        parts.push((start, body, part.get(body.len()..)?));
    }
    let mut with = String::new();
    for (start, (_, _, between)) in ordered_starts.iter().zip(&parts) {
        let (_, body, _) = parts.iter().find(|(at, ..)| at == start)?;
        with.push_str(body);
        with.push_str(between);
    }
    Some((*starts.first()?..end, with))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_reordered_and_whitespace_stays() {
        let text = "Do it.\ncontext: it rains\nquestion: why?";
        let events = crate::survey::section_marker::events(text);
        let (range, with) = reordered(text, &events, &[1, 0], text.len()).unwrap();
        assert_eq!(
            (range.start, with.as_str()),
            (7, "question: why?\ncontext: it rains")
        );
    }
}

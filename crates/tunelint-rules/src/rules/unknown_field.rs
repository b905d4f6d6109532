//! Fields that are not part of the layout.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::{Body, Located, Record};
use tunelint_data::text::name_counts::{MOST, NameCounts, NamedCount};
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::example::{Example, PartKind, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::{self, Layout};
use tunelint_layouts::provider::profile::Profile;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-field",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut strict = context.requires("no-extra-fields");
    strict.retain(|fact| fact.severity() > Severity::Advice);
    let layouts = |fact: &TargetFact| {
        let named = |profile: &&Arc<Profile>| fact.targets.contains(&profile.name);
        let profiles = context.profiles.iter().filter(named);
        let names = profiles.flat_map(|profile| &profile.layouts);
        let names = names.filter(|name| fact.is_of(name));
        names.filter_map(|name| layout::by_name(name)).collect()
    };
    let strict = strict.into_iter().map(|fact| (layouts(&fact), fact));
    Some(Check::dataset(UnknownField {
        strict: strict.collect(),
    }))
}

struct UnknownField {
    /// The targets that accept no unknown fields, with the layouts in which they receive a record
    /// as it is: a conversion drops the field.
    strict: Vec<(Vec<Arc<dyn Layout>>, TargetFact)>,
}

/// The unknown names, by number of the source.
type NamesBySource = BTreeMap<u32, NameCounts<First>>;

/// The unknown names in all sources.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Names {
    /// Keys at the top level of records.
    top: NamesBySource,
    /// Keys of messages, for the targets that accept only the keys of their layout.
    turns: NamesBySource,
}

/// The first occurrence of a name.
#[derive(Debug, Serialize, Deserialize)]
struct First {
    location: Location,
    /// For each of [`UnknownField::strict`]: whether it would receive the field.
    received: Vec<bool>,
}

impl UnknownField {
    /// For each of [`Self::strict`]: whether it reads the record as it is, in layouts of which none
    /// satisfies `is_known`. A target for which the record has to be converted never receives the
    /// field.
    fn receivers(&self, record: &Record<'_>, is_known: impl Fn(&dyn Layout) -> bool) -> Vec<bool> {
        let receives = |layouts: &[Arc<dyn Layout>]| {
            let mut reading = layouts
                .iter()
                .filter(|of| of.reads(&record.body))
                .peekable();
            reading.peek().is_some() && !reading.any(|of| is_known(of.as_ref()))
        };
        let strict = self.strict.iter();
        strict.map(|(layouts, _)| receives(layouts)).collect()
    }

    fn observe_top(&self, example: &Example<'_>, tally: &mut NamesBySource) {
        if example.extras.is_empty() {
            return;
        }
        let record = &example.record;
        let names = tally.entry(record.source.0).or_default();
        let mut last = Located::new(record);
        let received = LazyCell::new(|| self.receivers(record, |_| false));
        // The KTO tag is read in every layout.
        for extra in example.extras.iter().filter(|of| !example.is_tag(of)) {
            names.add(extra.key, 1, || {
                let start = record.position_after(extra.key_span.start, &mut last);
                First {
                    location: Location {
                        source: record.source,
                        start,
                        end: start,
                        record: Some(record.ordinal),
                        id: None,
                        pointer: format!("/{}", extra.key.replace('~', "~0").replace('/', "~1")),
                    },
                    received: received.clone(),
                }
            });
        }
    }

    /// Counts the fields that the record's layout knows but a target's layout does not.
    fn observe_settings(&self, example: &Example<'_>, tally: &mut NamesBySource) {
        let record = &example.record;
        for setting in &example.settings {
            let is_known =
                |of: &dyn Layout| of.name() == example.layout || of.fields().contains(&setting.key);
            let received = self.receivers(record, is_known);
            add(setting.key, setting.key_span, received, record, tally);
        }
    }

    /// Counts the keys of messages that a target's layout does not know.
    fn observe_turns(&self, example: &Example<'_>, tally: &mut NamesBySource) {
        let record = &example.record;
        if self.strict.is_empty() {
            return;
        }
        // Tool calls and results are not extra fields: they are `broken-tool-call`.
        let turns = example.turns.iter().filter(|turn| turn.role != Role::Tool);
        let notes = turns.flat_map(|turn| &turn.parts);
        let is_key = |kind| matches!(kind, PartKind::Note | PartKind::Reasoning);
        for part in notes.filter(|part| is_key(part.kind) && !part.key.contains('/')) {
            let is_known = |of: &dyn Layout| {
                let keys = of.turn_fields();
                keys.is_none_or(|keys| keys.contains(&part.key))
            };
            let received = self.receivers(record, is_known);
            add(part.key, part.span, received, record, tally);
        }
    }
}

/// Counts a name, if any strict target would receive it.
fn add(
    name: &str,
    span: Span,
    received: Vec<bool>,
    record: &Record<'_>,
    tally: &mut NamesBySource,
) {
    if !received.contains(&true) {
        return;
    }
    let names = tally.entry(record.source.0).or_default();
    names.add(name, 1, || First {
        location: record.locate(span),
        received,
    });
}

fn merge(into: &mut NamesBySource, from: NamesBySource) {
    for (source, names) in from {
        into.entry(source).or_default().merge(names);
    }
}

fn renumber_sources(of: &mut NamesBySource, by: u32) {
    let sources = std::mem::take(of).into_iter().map(|(source, mut names)| {
        for name in names.names.values_mut() {
            name.first.location.source.0 += by;
        }
        (source + by, names)
    });
    *of = sources.collect();
}

impl DatasetRule for UnknownField {
    type Tally = Names;

    fn observe(&self, example: &Example<'_>, tally: &mut Names) {
        // Unused columns are normal in a table.
        if matches!(example.record.body, Body::Row(_)) {
            return;
        }
        if !example.record.in_table {
            self.observe_top(example, &mut tally.top);
        }
        self.observe_settings(example, &mut tally.top);
        self.observe_turns(example, &mut tally.turns);
    }

    fn merge(&self, into: &mut Names, from: Names) {
        merge(&mut into.top, from.top);
        merge(&mut into.turns, from.turns);
    }

    fn renumber_sources(&self, tally: &mut Names, by: u32) {
        renumber_sources(&mut tally.top, by);
        renumber_sources(&mut tally.turns, by);
    }

    fn finish(&self, tally: Names, findings: &mut Findings<'_>) {
        for (of, counts) in [("record", tally.top), ("message", tally.turns)] {
            for (source, names) in counts {
                report_unlisted(SourceId(source), names.further, findings);
                for (name, field) in &names.names {
                    self.report(name, of, field, findings);
                }
            }
        }
    }
}

/// Reports the names beyond the first [`MOST`], which are only counted together.
fn report_unlisted(source: SourceId, further: u64, findings: &mut Findings<'_>) {
    if further == 0 {
        return;
    }
    findings.report_at(Location::whole(source), Severity::Advice, || {
        let times = counted(further, "time");
        Message::new(format!(
            "more than {MOST} unknown field names: those not listed here occur {times}"
        ))
        .help("move data from the field names into values")
    });
}

impl UnknownField {
    /// Reports a name for the strict targets that would receive the field; without any, one finding
    /// for all targets. `of` is the noun for what has the field.
    fn report(
        &self,
        name: &str,
        of: &str,
        NamedCount { count, first }: &NamedCount<First>,
        findings: &mut Findings<'_>,
    ) {
        let words = || {
            format!(
                "unknown field {} in {}",
                quoted(name, 40),
                counted(*count, of)
            )
        };
        let receiving = self.strict.iter().zip(&first.received);
        let receiving = receiving.filter(|(_, received)| **received);
        let facts: Vec<_> = receiving.map(|((_, fact), _)| fact).collect();
        for fact in &facts {
            findings.report_at(first.location.clone(), fact.impact(), || {
                Message::new(format!("{}: {}", words(), fact.describe_effect("it")))
                    .identity(name.as_bytes())
                    .help("remove it, for example with `tunelint convert`")
            });
        }
        if facts.is_empty() {
            findings.report_at(first.location.clone(), Severity::Advice, || {
                Message::new(words())
                    .identity(name.as_bytes())
                    .help("remove it, for example with `tunelint convert`")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{fact, record, reported};
    use tunelint_layouts::provider::profile::Effect;

    fn counted_once(received: Vec<bool>) -> NamesBySource {
        let mut names = NamesBySource::new();
        add("note", Span::at(0), received, &record(1), &mut names);
        names
    }

    #[test]
    fn a_field_that_no_target_receives_is_not_counted() {
        assert!(counted_once(Vec::new()).is_empty());
        assert!(counted_once(vec![false, false]).is_empty());
        assert_eq!(counted_once(vec![false, true])[&0].names["note"].count, 1);
    }

    #[test]
    fn only_targets_that_receive_the_field_are_named() {
        let rejects = fact(Effect::Rejects);
        let strict = vec![(Vec::new(), rejects.clone()), (Vec::new(), rejects)];
        let rule = UnknownField { strict };
        let report = |received: Vec<bool>| {
            let first = First {
                location: Location::whole(SourceId(0)),
                received,
            };
            let field = NamedCount { count: 2, first };
            reported(|findings| rule.report("note", "message", &field, findings))
        };
        let advice = "advice: unknown field `note` in 2 messages";
        let error = "error: unknown field `note` in 2 messages: t rejects it";
        assert_eq!(report(vec![false, false]), [advice]);
        assert_eq!(report(vec![false, true]), [error]);
        assert_eq!(report(vec![true, true]), [error, error]);
    }

    #[test]
    fn names_that_are_not_listed_are_counted() {
        let report = |further| reported(|of| report_unlisted(SourceId(0), further, of));
        assert!(report(0).is_empty());
        assert_eq!(
            report(1),
            ["advice: more than 200 unknown field names: those not listed here occur 1 time"]
        );
    }

    #[test]
    fn locations_move_with_their_source() {
        let mut names = counted_once(vec![true]);
        renumber_sources(&mut names, 2);
        assert_eq!(names.keys().copied().collect::<Vec<_>>(), [2]);
        let first = &names[&2].names["note"].first;
        assert_eq!(first.location.source, SourceId(2));
    }
}

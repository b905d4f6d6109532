//! Fields that the layout does not know.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::{Body, Located, Record};
use tunelint_data::text::name_counts::{Counted, MOST, NameCounts};
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::example::{Example, KTO_TAG, PartKind, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::{self, Layout};
use tunelint_layouts::provider::profile::Profile;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-field",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut refused = context.requires("no-extra-fields");
    refused.retain(|fact| fact.severity() > Severity::Advice);
    let layouts = |fact: &TargetFact| {
        let named = |profile: &&Arc<Profile>| fact.targets.contains(&profile.name);
        let profiles = context.profiles.iter().filter(named);
        let names = profiles.flat_map(|profile| &profile.layouts);
        names.filter_map(|name| layout::by_name(name)).collect()
    };
    let refused = refused.into_iter().map(|fact| (layouts(&fact), fact));
    Some(Check::dataset(UnknownField {
        refused: refused.collect(),
    }))
}

struct UnknownField {
    /// The targets that take no other fields than their own, and the layouts in which they would
    /// receive a record as it is: converting leaves the field out.
    refused: Vec<(Vec<Arc<dyn Layout>>, TargetFact)>,
}

/// The unknown names of each source.
type OfSources = BTreeMap<u32, NameCounts<First>>;

/// The unknown names of all sources.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Names {
    /// At the top of records.
    top: OfSources,
    /// In turns, for the targets that take no others than they list.
    turns: OfSources,
}

/// Where a name stands first.
#[derive(Debug, Serialize, Deserialize)]
struct First {
    location: Location,
    /// Whether each of the targets that refuse it would receive it.
    received: Vec<bool>,
}

impl UnknownField {
    /// Which of the targets would receive a record in layouts none of which has what `is_known`
    /// asks for. One for which the record has to be converted receives none of it.
    fn lacking(&self, record: &Record<'_>, is_known: impl Fn(&dyn Layout) -> bool) -> Vec<bool> {
        let lacks = |layouts: &[Arc<dyn Layout>]| {
            let mut reading = layouts
                .iter()
                .filter(|of| of.reads(&record.body))
                .peekable();
            reading.peek().is_some() && !reading.any(|of| is_known(of.as_ref()))
        };
        let refused = self.refused.iter();
        refused.map(|(layouts, _)| lacks(layouts)).collect()
    }

    fn observe_top(&self, example: &Example<'_>, tally: &mut OfSources) {
        if example.extras.is_empty() {
            return;
        }
        let record = &example.record;
        let names = tally.entry(record.source.0).or_default();
        let mut last = Located::new(record);
        let received = LazyCell::new(|| self.lacking(record, |_| false));
        // The tag is read, whatever the layout.
        let tagged = example.is_tagged();
        for extra in example
            .extras
            .iter()
            .filter(|of| !tagged || of.key != KTO_TAG)
        {
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

    /// Counts the fields that the layout knows and that of a target does not.
    fn observe_settings(&self, example: &Example<'_>, tally: &mut OfSources) {
        let record = &example.record;
        for setting in &example.settings {
            let is_known =
                |of: &dyn Layout| of.name() == example.layout || of.fields().contains(&setting.key);
            let received = self.lacking(record, is_known);
            add(setting.key, setting.key_span, received, record, tally);
        }
    }

    /// Counts the keys of turns that a target's layout has no place for.
    fn observe_turns(&self, example: &Example<'_>, tally: &mut OfSources) {
        let record = &example.record;
        if self.refused.is_empty() {
            return;
        }
        // Calls and results are not fields too many, but of another kind: `broken-tool-call`.
        let turns = example.turns.iter().filter(|turn| turn.role != Role::Tool);
        let notes = turns.flat_map(|turn| &turn.parts);
        for part in notes.filter(|part| part.kind == PartKind::Note && !part.key.contains('/')) {
            let is_known = |of: &dyn Layout| {
                let keys = of.turn_fields();
                keys.is_none_or(|keys| keys.contains(&part.key))
            };
            let received = self.lacking(record, is_known);
            add(part.key, part.span, received, record, tally);
        }
    }
}

/// Counts a name that some targets would receive.
fn add(name: &str, span: Span, received: Vec<bool>, record: &Record<'_>, tally: &mut OfSources) {
    if !received.contains(&true) {
        return;
    }
    let names = tally.entry(record.source.0).or_default();
    names.add(name, 1, || First {
        location: record.locate(span),
        received,
    });
}

fn merge(into: &mut OfSources, from: OfSources) {
    for (source, names) in from {
        into.entry(source).or_default().merge(names);
    }
}

fn shift(of: &mut OfSources, by: u32) {
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
        // A column that is left out of a table is how tables are used.
        if matches!(example.record.body, Body::Row(_)) {
            return;
        }
        self.observe_top(example, &mut tally.top);
        self.observe_settings(example, &mut tally.top);
        self.observe_turns(example, &mut tally.turns);
    }

    fn merge(&self, into: &mut Names, from: Names) {
        merge(&mut into.top, from.top);
        merge(&mut into.turns, from.turns);
    }

    fn shift(&self, tally: &mut Names, by: u32) {
        shift(&mut tally.top, by);
        shift(&mut tally.turns, by);
    }

    fn finish(&self, tally: Names, findings: &mut Findings<'_>) {
        for (of, counts) in [("record", tally.top), ("turn", tally.turns)] {
            for (source, names) in counts {
                tell_further(SourceId(source), names.further, findings);
                for (name, field) in &names.names {
                    self.tell(name, of, field, findings);
                }
            }
        }
    }
}

/// Speaks of names beyond those that are counted one by one.
fn tell_further(source: SourceId, further: u64, findings: &mut Findings<'_>) {
    if further == 0 {
        return;
    }
    findings.report_at(Location::whole(source), Severity::Advice, || {
        let times = counted(further, "time");
        Message::new(format!(
            "fields of more than {MOST} names are none of the layout's: besides those that are named here, others stand {times}"
        ))
        .help("names that differ from record to record are data: put them in a text")
    });
}

impl UnknownField {
    /// Speaks of a name, for those who would receive the field, or else for all; `of` is what has
    /// it.
    fn tell(
        &self,
        name: &str,
        of: &str,
        Counted { count, first }: &Counted<First>,
        findings: &mut Findings<'_>,
    ) {
        let words = || {
            format!(
                "the field {} is none of the layout's; {} {} it",
                quoted(name, 40),
                counted(*count, of),
                if *count == 1 { "has" } else { "have" }
            )
        };
        let receiving = self.refused.iter().zip(&first.received);
        let receiving = receiving.filter(|(_, received)| **received);
        let facts: Vec<_> = receiving.map(|((_, fact), _)| fact).collect();
        for fact in &facts {
            findings.report_at(first.location.clone(), fact.severity(), || {
                Message::new(format!("{}: {}", words(), fact.does("it")))
                    .identity(name.as_bytes())
                    .help("`tunelint convert` leaves it out")
                    .targets(&fact.targets)
            });
        }
        if facts.is_empty() {
            findings.report_at(first.location.clone(), Severity::Advice, || {
                Message::new(words())
                    .identity(name.as_bytes())
                    .help("it is not trained on; a provider may refuse it: `tunelint convert` leaves it out")
            });
        }
    }
}

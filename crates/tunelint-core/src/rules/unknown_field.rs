//! Fields that the layout does not know.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::layout::{self, Layout};
use crate::name_counts::{Counted, MOST, NameCounts};
use crate::position::{Location, Position, SourceId};
use crate::printable::{counted, quoted};
use crate::profile::Profile;
use crate::record::{Body, Located, Record};
use crate::rule::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};

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
#[derive(Debug, Default, Serialize, Deserialize)]
struct Names(BTreeMap<u32, NameCounts<First>>);

/// Where a name stands first.
#[derive(Debug, Serialize, Deserialize)]
struct First {
    record: u64,
    line: u64,
    column: u64,
    offset: u64,
    /// Whether each of the targets that refuse it would receive it.
    received: Vec<bool>,
}

impl UnknownField {
    fn received(&self, record: &Record<'_>) -> Vec<bool> {
        let reads = |layouts: &[Arc<dyn Layout>]| layouts.iter().any(|of| of.reads(&record.body));
        self.refused
            .iter()
            .map(|(layouts, _)| reads(layouts))
            .collect()
    }
}

impl DatasetRule for UnknownField {
    type Tally = Names;

    fn observe(&self, example: &Example<'_>, tally: &mut Names) {
        // A column that is left out of a table is how tables are used.
        if matches!(example.record.body, Body::Row(_)) {
            return;
        }
        if example.extras.is_empty() {
            return;
        }
        let record = &example.record;
        let names = tally.0.entry(record.source.0).or_default();
        let mut last = Located::new(record);
        let received = LazyCell::new(|| self.received(record));
        for extra in &example.extras {
            names.add(extra.key, 1, || {
                let at = record.position_after(extra.key_span.start, &mut last);
                First {
                    record: record.ordinal,
                    line: at.line,
                    column: at.column,
                    offset: at.offset,
                    received: received.clone(),
                }
            });
        }
    }

    fn merge(&self, into: &mut Names, from: Names) {
        for (source, names) in from.0 {
            into.0.entry(source).or_default().merge(names);
        }
    }

    fn shift(&self, tally: &mut Names, by: u32) {
        let sources = std::mem::take(&mut tally.0).into_iter();
        tally.0 = sources
            .map(|(source, names)| (source + by, names))
            .collect();
    }

    fn finish(&self, tally: Names, findings: &mut Findings<'_>) {
        for (source, names) in tally.0 {
            let source = SourceId(source);
            if names.further > 0 {
                findings.report_at(Location::whole(source), Severity::Advice, || {
                    let times = counted(names.further, "time");
                    Message::new(format!(
                        "fields of more than {MOST} names are none of the layout's: besides those that are named here, others stand {times}"
                    ))
                    .help("names that differ from record to record are data: put them in a text")
                });
            }
            for (name, field) in names.names {
                self.tell(source, &name, &field, findings);
            }
        }
    }
}

impl UnknownField {
    /// Speaks of a name, for those who would receive the field, or else for all.
    fn tell(
        &self,
        source: SourceId,
        name: &str,
        Counted { count, first }: &Counted<First>,
        findings: &mut Findings<'_>,
    ) {
        let start = Position {
            line: first.line,
            column: first.column,
            offset: first.offset,
        };
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let record = Some(first.record);
        let location = Location {
            source,
            start,
            end: start,
            record,
            id: None,
            pointer,
        };
        let words = || {
            format!(
                "the field {} is none of the layout's; {} {} it",
                quoted(name, 40),
                counted(*count, "record"),
                if *count == 1 { "has" } else { "have" }
            )
        };
        let receiving = self.refused.iter().zip(&first.received);
        let receiving = receiving.filter(|(_, received)| **received);
        let facts: Vec<_> = receiving.map(|((_, fact), _)| fact).collect();
        for fact in &facts {
            findings.report_at(location.clone(), fact.severity(), || {
                Message::new(format!("{}: {}", words(), fact.does("it")))
                    .identity(name.as_bytes())
                    .help("`tunelint convert` leaves it out")
                    .targets(&fact.targets)
            });
        }
        if facts.is_empty() {
            findings.report_at(location, Severity::Advice, || {
                Message::new(words())
                    .identity(name.as_bytes())
                    .help("it is not trained on; a provider may refuse it: `tunelint convert` leaves it out")
            });
        }
    }
}

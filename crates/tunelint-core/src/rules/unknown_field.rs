//! Fields that the layout does not know.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::layout::{self, Layout};
use crate::position::{Location, Position, SourceId, Span};
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

/// Each unknown name of each source: how often, and where first.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Names {
    fields: BTreeMap<(u32, String), Field>,
    /// How often any other name stands in each source.
    overflow: BTreeMap<u32, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Field {
    count: u64,
    record: u64,
    line: u64,
    column: u64,
    offset: u64,
    /// Whether each of the targets that refuse it would receive it.
    received: Vec<bool>,
}

/// More names than this are data, not fields; the rest of a source is told as one.
const MOST_NAMES: usize = 200;

impl Names {
    fn trim(&mut self) {
        while self.fields.len() > MOST_NAMES {
            if let Some(((source, _), field)) = self.fields.pop_last() {
                self.drop(source, field.count);
            }
        }
    }

    /// Counts names of a source that have no place.
    fn drop(&mut self, source: u32, count: u64) {
        *self.overflow.entry(source).or_default() += count;
    }

    /// Whether a name would have to make room at once.
    fn has_no_place_for(&self, name: &(u32, String)) -> bool {
        let last = self.fields.last_key_value();
        self.fields.len() >= MOST_NAMES && last.is_some_and(|(last, _)| name > last)
    }
}

impl UnknownField {
    /// Adds names that are not known yet, each with how often and where first in `record`.
    fn add(&self, record: &Record<'_>, fresh: BTreeMap<&str, (u64, Span)>, tally: &mut Names) {
        let mut fresh: Vec<_> = fresh.into_iter().collect();
        fresh.sort_unstable_by_key(|(_, (_, span))| span.start);
        let mut last = Located::new(record);
        for (key, (count, span)) in fresh {
            let name = (record.source.0, key.to_owned());
            if tally.has_no_place_for(&name) {
                tally.drop(record.source.0, count);
                continue;
            }
            let at = record.position_after(span.start, &mut last);
            let field = Field {
                count,
                record: record.ordinal,
                line: at.line,
                column: at.column,
                offset: at.offset,
                received: self.received(record),
            };
            tally.fields.insert(name, field);
        }
    }

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
        let record = &example.record;
        let mut fresh: BTreeMap<&str, (u64, Span)> = BTreeMap::new();
        for extra in &example.extras {
            let name = (record.source.0, extra.key.to_owned());
            if let Some(field) = tally.fields.get_mut(&name) {
                field.count += 1;
                continue;
            }
            let (count, _) = fresh.entry(extra.key).or_insert((0, extra.key_span));
            *count += 1;
            // Only those first in order have a place.
            if fresh.len() > MOST_NAMES {
                let count = fresh.pop_last().map_or(0, |(_, (count, _))| count);
                tally.drop(record.source.0, count);
            }
        }
        self.add(record, fresh, tally);
        tally.trim();
    }

    fn merge(&self, into: &mut Names, from: Names) {
        for (source, count) in from.overflow {
            into.drop(source, count);
        }
        for (name, field) in from.fields {
            match into.fields.get_mut(&name) {
                Some(known) => known.count += field.count,
                None => drop(into.fields.insert(name, field)),
            }
        }
        into.trim();
    }

    fn shift(&self, tally: &mut Names, by: u32) {
        let fields = std::mem::take(&mut tally.fields).into_iter();
        tally.fields = fields
            .map(|((source, name), field)| ((source + by, name), field))
            .collect();
        let overflow = std::mem::take(&mut tally.overflow).into_iter();
        tally.overflow = overflow
            .map(|(source, count)| (source + by, count))
            .collect();
    }

    fn finish(&self, tally: Names, findings: &mut Findings<'_>) {
        for (source, count) in &tally.overflow {
            let location = Location::whole(SourceId(*source));
            findings.report_at(location, Severity::Advice, || {
                let times = counted(*count, "time");
                Message::new(format!(
                    "fields with more than {MOST_NAMES} names are none of the layout's: besides those that are named here, others stand {times}"
                ))
                .help("names that differ from record to record are data: put them in a text")
            });
        }
        for ((source, name), field) in tally.fields {
            let start = Position {
                line: field.line,
                column: field.column,
                offset: field.offset,
            };
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let record = Some(field.record);
            let location = Location {
                source: SourceId(source),
                start,
                end: start,
                record,
                id: None,
                pointer,
            };
            let words = || {
                format!(
                    "the field {} is none of the layout's; {} {} it",
                    quoted(&name, 40),
                    counted(field.count, "record"),
                    if field.count == 1 { "has" } else { "have" }
                )
            };
            let receiving = self.refused.iter().zip(&field.received);
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
}

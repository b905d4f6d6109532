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

/// The unknown names of each source.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Names(BTreeMap<u32, Own>);

/// Each unknown name of a source: how often, and where first; and how often any other stands in it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Own {
    fields: BTreeMap<String, Field>,
    overflow: u64,
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

impl Own {
    fn trim(&mut self) {
        while self.fields.len() > MOST_NAMES {
            self.overflow += self.fields.pop_last().map_or(0, |(_, field)| field.count);
        }
    }

    /// Whether a name would have to make room at once.
    fn has_no_place_for(&self, name: &str) -> bool {
        let last = self.fields.last_key_value();
        self.fields.len() >= MOST_NAMES && last.is_some_and(|(last, _)| name > last.as_str())
    }
}

impl UnknownField {
    /// Adds names that are not known yet, each with how often and where first in `record`.
    fn add(&self, record: &Record<'_>, fresh: BTreeMap<&str, (u64, Span)>, own: &mut Own) {
        let mut fresh: Vec<_> = fresh.into_iter().collect();
        fresh.sort_unstable_by_key(|(_, (_, span))| span.start);
        let mut last = Located::new(record);
        for (name, (count, span)) in fresh {
            if own.has_no_place_for(name) {
                own.overflow += count;
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
            own.fields.insert(name.to_owned(), field);
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
        if example.extras.is_empty() {
            return;
        }
        let record = &example.record;
        let own = tally.0.entry(record.source.0).or_default();
        let mut fresh: BTreeMap<&str, (u64, Span)> = BTreeMap::new();
        for extra in &example.extras {
            if let Some(field) = own.fields.get_mut(extra.key) {
                field.count += 1;
                continue;
            }
            let (count, _) = fresh.entry(extra.key).or_insert((0, extra.key_span));
            *count += 1;
            // Only those first in order have a place.
            if fresh.len() > MOST_NAMES {
                own.overflow += fresh.pop_last().map_or(0, |(_, (count, _))| count);
            }
        }
        self.add(record, fresh, own);
        own.trim();
    }

    fn merge(&self, into: &mut Names, from: Names) {
        for (source, from) in from.0 {
            let own = into.0.entry(source).or_default();
            own.overflow += from.overflow;
            for (name, field) in from.fields {
                match own.fields.get_mut(&name) {
                    Some(known) => known.count += field.count,
                    None => drop(own.fields.insert(name, field)),
                }
            }
            own.trim();
        }
    }

    fn shift(&self, tally: &mut Names, by: u32) {
        let sources = std::mem::take(&mut tally.0).into_iter();
        tally.0 = sources.map(|(source, own)| (source + by, own)).collect();
    }

    fn finish(&self, tally: Names, findings: &mut Findings<'_>) {
        for (source, own) in tally.0 {
            let source = SourceId(source);
            if own.overflow > 0 {
                findings.report_at(Location::whole(source), Severity::Advice, || {
                    let times = counted(own.overflow, "time");
                    Message::new(format!(
                        "fields of more than {MOST_NAMES} names are none of the layout's: besides those that are named here, others stand {times}"
                    ))
                    .help("names that differ from record to record are data: put them in a text")
                });
            }
            for (name, field) in own.fields {
                self.tell(source, &name, &field, findings);
            }
        }
    }
}

impl UnknownField {
    /// Speaks of a name, for those who would receive the field, or else for all.
    fn tell(&self, source: SourceId, name: &str, field: &Field, findings: &mut Findings<'_>) {
        let start = Position {
            line: field.line,
            column: field.column,
            offset: field.offset,
        };
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let record = Some(field.record);
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

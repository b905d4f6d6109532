//! Findings that are excused, each with a reason.
//!
//! Whether a record is meant can be told while it is at hand. Rules that speak at the end, about
//! records that are gone, look it up in [`Excused`], where such records were noted on the way.

use std::collections::BTreeMap;

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::{Location, SourceId, Span};

use super::meta::{RuleLookup, Scope};

/// The key by which a record excuses itself, where that is allowed.
pub const INLINE_KEY: &str = "_tunelint";

/// What is excused, and nothing else: all that is given must hold.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// The rule that is not to speak.
    pub rule: &'static str,
    /// Values that the record must have, by their pointers (`/column` in a table).
    pub holds: Vec<(String, Value)>,
    /// The record's `id`.
    pub record: Option<String>,
    /// The finding's fingerprint.
    pub fingerprint: Option<u128>,
    /// A pattern in the text at the finding's place, as it is written in the file.
    pub matches: Option<Regex>,
}

/// Everything that is excused.
#[derive(Debug, Clone)]
pub struct Allowances {
    /// By the settings, in their order.
    pub list: Vec<Allowance>,
    /// Whether a record may excuse itself by its key `_tunelint`.
    pub inline: bool,
    /// Finds the rules that records name, and tells which rules need the whole dataset.
    pub lookup: RuleLookup,
}

impl Default for Allowances {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            inline: false,
            lookup: |_| None,
        }
    }
}

/// By what a finding is excused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excuse {
    /// By an allowance of the list, counted from 0.
    Listed(usize),
    /// By its record, for this rule.
    Inline(&'static str),
    /// It was there when today's findings were accepted.
    Accepted,
}

/// Records that are excused from rules which speak at the end: runs of ordinals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excused {
    runs: BTreeMap<(Excuse, SourceId), Vec<(u64, u64)>>,
}

/// Runs as a part stores them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRuns {
    /// The number of the allowance, or the rule that the records themselves name.
    excuse: Result<usize, String>,
    source: u32,
    runs: Vec<(u64, u64)>,
}

impl Excused {
    /// The runs in a form that can be stored.
    pub fn store(self) -> Vec<StoredRuns> {
        let stored = self
            .runs
            .into_iter()
            .filter_map(|((excuse, source), runs)| {
                let excuse = match excuse {
                    Excuse::Listed(index) => Ok(index),
                    Excuse::Inline(rule) => Err(rule.to_owned()),
                    // A baseline knows findings, not records.
                    Excuse::Accepted => return None,
                };
                let source = source.0;
                Some(StoredRuns {
                    excuse,
                    source,
                    runs,
                })
            });
        stored.collect()
    }

    /// The runs that were stored; those of rules that `lookup` does not find are left out.
    pub fn load(stored: &[StoredRuns], lookup: RuleLookup) -> Self {
        let runs = stored.iter().filter_map(|stored| {
            let excuse = match &stored.excuse {
                Ok(index) => Excuse::Listed(*index),
                Err(rule) => Excuse::Inline(lookup(rule)?.name),
            };
            Some(((excuse, SourceId(stored.source)), stored.runs.clone()))
        });
        Self {
            runs: runs.collect(),
        }
    }

    /// The same where sources are counted from `first` on.
    #[must_use]
    pub fn shifted(self, first: u32) -> Self {
        let runs = self.runs.into_iter();
        let shift = |SourceId(source): SourceId| SourceId(source + first);
        Self {
            runs: runs
                .map(|((excuse, source), runs)| ((excuse, shift(source)), runs))
                .collect(),
        }
    }

    fn add(&mut self, excuse: Excuse, source: SourceId, ordinal: u64) {
        let runs = self.runs.entry((excuse, source)).or_default();
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == ordinal => *last = ordinal,
            _ => runs.push((ordinal, ordinal)),
        }
    }

    /// Adds what was noted after it.
    pub fn merge(&mut self, other: Self) {
        for (key, mut runs) in other.runs {
            self.runs.entry(key).or_default().append(&mut runs);
        }
    }

    fn has(&self, excuse: Excuse, source: SourceId, ordinal: u64) -> bool {
        let runs = self.runs.get(&(excuse, source));
        runs.is_some_and(|runs| {
            let at = runs.partition_point(|(_, last)| *last < ordinal);
            runs.get(at).is_some_and(|(first, _)| *first <= ordinal)
        })
    }
}

impl Allowance {
    /// Whether it would excuse all that the rule says.
    pub fn excuses_all(&self) -> bool {
        !self.is_about_record() && self.fingerprint.is_none()
    }

    /// Whether it can be told from the record alone.
    fn is_about_record(&self) -> bool {
        self.record.is_some() || self.matches.is_some() || !self.holds.is_empty()
    }

    /// Whether the record is one that is meant.
    fn covers(&self, record: &Record<'_>) -> bool {
        let id = |wanted: &String| record.id().is_some_and(|id| id == *wanted);
        self.record.as_ref().is_none_or(id)
            && self
                .holds
                .iter()
                .all(|(pointer, wanted)| record.body.value_at(pointer).as_ref() == Some(wanted))
    }
}

impl Allowances {
    /// Whether nothing is excused at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.inline
    }

    /// By what a finding in a record at hand is excused.
    pub fn excuse(
        &self,
        rule: &'static str,
        record: &Record<'_>,
        span: Span,
        fingerprint: impl Fn() -> u128,
    ) -> Option<Excuse> {
        if self.inline && self.inline_rules(record).contains(&rule) {
            return Some(Excuse::Inline(rule));
        }
        let of_rule = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, allowance)| allowance.rule == rule);
        let mut meant = of_rule.filter(|(_, allowance)| {
            let matches = |pattern: &Regex| pattern.is_match(span.slice(record.raw));
            allowance.covers(record)
                && allowance.matches.as_ref().is_none_or(matches)
                && allowance
                    .fingerprint
                    .is_none_or(|wanted| wanted == fingerprint())
        });
        meant.next().map(|(index, _)| Excuse::Listed(index))
    }

    /// Notes for which rules that speak at the end this record is excused.
    pub fn note(&self, record: &Record<'_>, excused: &mut Excused) {
        if self.inline {
            for rule in self
                .inline_rules(record)
                .into_iter()
                .filter(|rule| self.speaks_late(rule))
            {
                excused.add(Excuse::Inline(rule), record.source, record.ordinal);
            }
        }
        for (index, allowance) in self.list.iter().enumerate() {
            let matches = |pattern: &Regex| pattern.is_match(record.raw);
            if allowance.is_about_record()
                && self.speaks_late(allowance.rule)
                && allowance.covers(record)
                && allowance.matches.as_ref().is_none_or(matches)
            {
                excused.add(Excuse::Listed(index), record.source, record.ordinal);
            }
        }
    }

    /// By what a finding about a record that is gone is excused, or one about a file.
    pub fn excuse_late(
        &self,
        rule: &'static str,
        location: &Location,
        fingerprint: u128,
        excused: &Excused,
    ) -> Option<Excuse> {
        let noted = |excuse| {
            let ordinal = location.record;
            ordinal.is_some_and(|ordinal| excused.has(excuse, location.source, ordinal))
        };
        if self.inline && noted(Excuse::Inline(rule)) {
            return Some(Excuse::Inline(rule));
        }
        let of_rule = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, allowance)| allowance.rule == rule);
        let mut meant = of_rule.filter(|(index, allowance)| {
            allowance
                .fingerprint
                .is_none_or(|wanted| wanted == fingerprint)
                && (!allowance.is_about_record() || noted(Excuse::Listed(*index)))
        });
        meant.next().map(|(index, _)| Excuse::Listed(index))
    }

    /// Whether a rule speaks when its record is gone.
    fn speaks_late(&self, rule: &str) -> bool {
        (self.lookup)(rule).is_some_and(|meta| meta.scope == Scope::Dataset)
    }

    /// The rules that a record itself names under `_tunelint`, as `{"allow": [...]}`.
    fn inline_rules(&self, record: &Record<'_>) -> Vec<&'static str> {
        // Few records have the key: one search of the bytes spares the walk.
        if memchr::memmem::find(record.raw, INLINE_KEY.as_bytes()).is_none() && !is_row(record) {
            return Vec::new();
        }
        let value = match record.body.value_at(&format!("/{INLINE_KEY}")) {
            // In a table, the cell holds the JSON.
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            value => value.unwrap_or_default(),
        };
        let names = value.get("allow").and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names
            .filter_map(|name| Some((self.lookup)(name)?.name))
            .collect()
    }
}

fn is_row(record: &Record<'_>) -> bool {
    matches!(record.body, Body::Row(_))
}

#[cfg(test)]
mod tests {
    use super::super::message::Severity;
    use super::super::meta::{Level, RuleMeta};
    use super::*;

    #[test]
    fn runs_are_joined_and_found() {
        let mut excused = Excused::default();
        let excuse = Excuse::Listed(0);
        for ordinal in [1, 2, 3, 7, 9, 10] {
            excused.add(excuse, SourceId(0), ordinal);
        }
        assert_eq!(excused.runs.values().next().map(Vec::len), Some(3));
        let found: Vec<u64> = (0..12)
            .filter(|n| excused.has(excuse, SourceId(0), *n))
            .collect();
        assert_eq!(found, [1, 2, 3, 7, 9, 10]);
        assert!(!excused.has(excuse, SourceId(1), 1));
    }

    #[test]
    fn runs_survive_being_stored() {
        let mut excused = Excused::default();
        excused.add(Excuse::Listed(2), SourceId(0), 5);
        excused.add(Excuse::Inline("duplicate-example"), SourceId(1), 6);
        let lookup: RuleLookup = |name| {
            let meta = RuleMeta::new(
                "duplicate-example",
                Level::Fixed(Severity::Warning),
                Scope::Dataset,
            );
            (name == meta.name).then_some(meta)
        };
        let stored = serde_json::to_vec(&excused.clone().store()).expect("bytes");
        let stored: Vec<StoredRuns> = serde_json::from_slice(&stored).expect("runs");
        let loaded = Excused::load(&stored, lookup);
        assert_eq!(loaded, excused);
        assert!(loaded.shifted(3).has(Excuse::Listed(2), SourceId(3), 5));
    }
}

//! Suppressed findings, each with a reason.
//!
//! Whether a suppression matches a record can be decided only while the record is available.
//! Dataset rules report after their records are gone; they look the record up in [`Excused`], where
//! matching records were noted during the run.

use std::collections::BTreeMap;

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::{Location, SourceId, Span};

use super::meta::{RuleLookup, Scope};

/// The key with which a record suppresses findings about itself, if that is enabled.
pub const INLINE_KEY: &str = "_tunelint";

/// One suppression from the settings. A finding must match all given conditions.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// The suppressed rule.
    pub rule: &'static str,
    /// Values that the record must have, by pointer (`/column` in a table).
    pub holds: Vec<(String, Value)>,
    /// The record's `id`.
    pub record: Option<String>,
    /// The finding's fingerprint.
    pub fingerprint: Option<u128>,
    /// A pattern that must match the raw text at the finding's location.
    pub matches: Option<Regex>,
}

/// All suppressions of a run.
#[derive(Debug, Clone)]
pub struct Allowances {
    /// The suppressions from the settings, in order.
    pub list: Vec<Allowance>,
    /// Whether records may suppress findings with the key `_tunelint`.
    pub inline: bool,
    /// Finds the metadata of a rule: its exact name and its scope.
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

/// The reason why a finding is suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excuse {
    /// A suppression of the list, counted from 0.
    Listed(usize),
    /// The record's `_tunelint` key, for this rule.
    Inline(&'static str),
    /// The baseline.
    Accepted,
}

/// The records in which dataset rules are suppressed, as runs of ordinals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excused {
    runs: BTreeMap<(Excuse, SourceId), Vec<(u64, u64)>>,
}

/// Runs as stored in the result of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRuns {
    /// The index of the suppression, or the rule that the records name.
    excuse: Result<usize, String>,
    source: u32,
    runs: Vec<(u64, u64)>,
}

impl Excused {
    /// Converts the runs to a form that can be stored.
    pub fn store(self) -> Vec<StoredRuns> {
        let stored = self
            .runs
            .into_iter()
            .filter_map(|((excuse, source), runs)| {
                let excuse = match excuse {
                    Excuse::Listed(index) => Ok(index),
                    Excuse::Inline(rule) => Err(rule.to_owned()),
                    // A baseline refers to findings, not to records.
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

    /// Loads stored runs; those of rules unknown to `lookup` are dropped.
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

    /// Renumbers the sources, which then start at `first`.
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

    /// Appends the runs of the records that follow.
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
    /// Whether it suppresses every finding of its rule.
    pub fn excuses_all(&self) -> bool {
        !self.is_about_record() && self.fingerprint.is_none()
    }

    /// Whether matching it requires the record.
    fn is_about_record(&self) -> bool {
        self.record.is_some() || self.matches.is_some() || !self.holds.is_empty()
    }

    /// Whether the record matches.
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
    /// Whether there is no suppression.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.inline
    }

    /// The suppression that matches a finding, given its record.
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
        let candidates = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, allowance)| allowance.rule == rule);
        let mut matching = candidates.filter(|(_, allowance)| {
            let matches = |pattern: &Regex| pattern.is_match(span.slice(record.raw));
            allowance.covers(record)
                && allowance.matches.as_ref().is_none_or(matches)
                && allowance
                    .fingerprint
                    .is_none_or(|wanted| wanted == fingerprint())
        });
        matching.next().map(|(index, _)| Excuse::Listed(index))
    }

    /// Notes in `excused` which dataset rules are suppressed in this record.
    pub fn note(&self, record: &Record<'_>, excused: &mut Excused) {
        if self.inline {
            for rule in self
                .inline_rules(record)
                .into_iter()
                .filter(|rule| self.is_dataset_rule(rule))
            {
                excused.add(Excuse::Inline(rule), record.source, record.ordinal);
            }
        }
        for (index, allowance) in self.list.iter().enumerate() {
            let matches = |pattern: &Regex| pattern.is_match(record.raw);
            if allowance.is_about_record()
                && self.is_dataset_rule(allowance.rule)
                && allowance.covers(record)
                && allowance.matches.as_ref().is_none_or(matches)
            {
                excused.add(Excuse::Listed(index), record.source, record.ordinal);
            }
        }
    }

    /// The suppression that matches a finding about a file, or about a record that is no longer
    /// available.
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
        let candidates = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, allowance)| allowance.rule == rule);
        let mut matching = candidates.filter(|(index, allowance)| {
            allowance
                .fingerprint
                .is_none_or(|wanted| wanted == fingerprint)
                && (!allowance.is_about_record() || noted(Excuse::Listed(*index)))
        });
        matching.next().map(|(index, _)| Excuse::Listed(index))
    }

    /// Whether a rule reports after its records are gone.
    fn is_dataset_rule(&self, rule: &str) -> bool {
        (self.lookup)(rule).is_some_and(|meta| meta.scope == Scope::Dataset)
    }

    /// The rules that a record suppresses with `"_tunelint": {"allow": [...]}`.
    fn inline_rules(&self, record: &Record<'_>) -> Vec<&'static str> {
        // Few records have the key: searching the bytes first avoids walking the record.
        if memchr::memmem::find(record.raw, INLINE_KEY.as_bytes()).is_none() && !is_row(record) {
            return Vec::new();
        }
        let value = match record.body.value_at(&format!("/{INLINE_KEY}")) {
            // In a table, the cell contains JSON.
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
    fn stored_runs_load_unchanged() {
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

//! Suppressed findings, each with a reason.
//!
//! Whether a suppression matches a record can be decided only while the record is available.
//! Dataset rules report after their records are gone; they look the record up in [`SuppressedRecords`], where
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
pub struct SuppressionEntry {
    /// The suppressed rule.
    pub rule: &'static str,
    /// Values that the record must have, by pointer (`/column` in a table).
    pub matches_fields: Vec<(String, Value)>,
    /// The record's `id`.
    pub record: Option<String>,
    /// The finding's fingerprint.
    pub fingerprint: Option<u128>,
    /// A pattern that must match the raw text at the finding's location.
    pub matches: Option<Regex>,
}

/// All suppressions of a run.
#[derive(Debug, Clone)]
pub struct Suppressions {
    /// The suppressions from the settings, in order.
    pub list: Vec<SuppressionEntry>,
    /// Whether records may suppress findings with the key `_tunelint`.
    pub inline: bool,
    /// Finds the metadata of a rule: its exact name and its scope.
    pub lookup: RuleLookup,
}

impl Default for Suppressions {
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
pub enum Suppression {
    /// A suppression of the list, counted from 0.
    Listed(usize),
    /// The record's `_tunelint` key, for this rule.
    Inline(&'static str),
    /// The baseline.
    Accepted,
}

/// A [`Suppression`] as it is stored, with the name of the rule as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredSuppression {
    /// See [`Suppression::Listed`].
    Listed(usize),
    /// See [`Suppression::Inline`].
    Inline(String),
    /// See [`Suppression::Accepted`].
    Accepted,
}

impl Suppression {
    /// The suppression in a form that can be stored.
    pub fn store(self) -> StoredSuppression {
        match self {
            Self::Listed(index) => StoredSuppression::Listed(index),
            Self::Inline(rule) => StoredSuppression::Inline(rule.to_owned()),
            Self::Accepted => StoredSuppression::Accepted,
        }
    }
}

impl StoredSuppression {
    /// The suppression; `None` for a rule that `name` does not know.
    pub fn load(&self, name: impl Fn(&str) -> Option<&'static str>) -> Option<Suppression> {
        Some(match self {
            Self::Listed(index) => Suppression::Listed(*index),
            Self::Inline(rule) => Suppression::Inline(name(rule)?),
            Self::Accepted => Suppression::Accepted,
        })
    }
}

/// The records in which dataset rules are suppressed, as runs of ordinals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuppressedRecords {
    runs: BTreeMap<(Suppression, SourceId), Vec<(u64, u64)>>,
}

/// Runs as stored in the result of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRuns {
    suppression: StoredSuppression,
    source: u32,
    runs: Vec<(u64, u64)>,
}

impl SuppressedRecords {
    /// Converts the runs to a form that can be stored.
    pub fn store(self) -> Vec<StoredRuns> {
        let stored = self
            .runs
            .into_iter()
            .filter_map(|((suppression, source), runs)| {
                // A baseline refers to findings, not to records.
                (suppression != Suppression::Accepted).then(|| StoredRuns {
                    suppression: suppression.store(),
                    source: source.0,
                    runs,
                })
            });
        stored.collect()
    }

    /// Loads stored runs; those of rules unknown to `lookup` are dropped.
    pub fn load(stored: &[StoredRuns], lookup: RuleLookup) -> Self {
        let runs = stored.iter().filter_map(|stored| {
            let name = |rule: &str| lookup(rule).map(|meta| meta.name);
            let suppression = stored.suppression.load(name)?;
            Some(((suppression, SourceId(stored.source)), stored.runs.clone()))
        });
        Self {
            runs: runs.collect(),
        }
    }

    /// Renumbers the sources, which then start at `first`.
    #[must_use]
    pub fn shifted(self, first: u32) -> Self {
        let runs = self.runs.into_iter();
        let renumber = |SourceId(source): SourceId| SourceId(source + first);
        Self {
            runs: runs
                .map(|((suppression, source), runs)| ((suppression, renumber(source)), runs))
                .collect(),
        }
    }

    fn add(&mut self, suppression: Suppression, source: SourceId, ordinal: u64) {
        let runs = self.runs.entry((suppression, source)).or_default();
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

    fn has(&self, suppression: Suppression, source: SourceId, ordinal: u64) -> bool {
        let runs = self.runs.get(&(suppression, source));
        runs.is_some_and(|runs| {
            let at = runs.partition_point(|(_, last)| *last < ordinal);
            runs.get(at).is_some_and(|(first, _)| *first <= ordinal)
        })
    }
}

impl SuppressionEntry {
    /// Whether it suppresses every finding of its rule.
    pub fn suppresses_all(&self) -> bool {
        !self.is_about_record() && self.fingerprint.is_none()
    }

    /// Whether matching it requires the record.
    fn is_about_record(&self) -> bool {
        self.record.is_some() || self.matches.is_some() || !self.matches_fields.is_empty()
    }

    /// Whether the record matches.
    fn covers(&self, record: &Record<'_>) -> bool {
        let id = |wanted: &String| record.id().is_some_and(|id| id == *wanted);
        self.record.as_ref().is_none_or(id)
            && self
                .matches_fields
                .iter()
                .all(|(pointer, wanted)| record.body.value_at(pointer).as_ref() == Some(wanted))
    }
}

impl Suppressions {
    /// Whether there is no suppression.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.inline
    }

    /// The suppression that matches a finding, given its record.
    pub fn suppression(
        &self,
        rule: &'static str,
        record: &Record<'_>,
        span: Span,
        fingerprint: impl Fn() -> u128,
    ) -> Option<Suppression> {
        if self.inline && self.inline_rules(record).contains(&rule) {
            return Some(Suppression::Inline(rule));
        }
        let candidates = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.rule == rule);
        let mut matching = candidates.filter(|(_, entry)| {
            let matches = |pattern: &Regex| pattern.is_match(span.slice(record.raw));
            entry.covers(record)
                && entry.matches.as_ref().is_none_or(matches)
                && entry
                    .fingerprint
                    .is_none_or(|wanted| wanted == fingerprint())
        });
        matching.next().map(|(index, _)| Suppression::Listed(index))
    }

    /// Notes in `suppressed` which dataset rules are suppressed in this record.
    pub fn note(&self, record: &Record<'_>, suppressed: &mut SuppressedRecords) {
        if self.inline {
            for rule in self
                .inline_rules(record)
                .into_iter()
                .filter(|rule| self.is_dataset_rule(rule))
            {
                suppressed.add(Suppression::Inline(rule), record.source, record.ordinal);
            }
        }
        for (index, entry) in self.list.iter().enumerate() {
            let matches = |pattern: &Regex| pattern.is_match(record.raw);
            if entry.is_about_record()
                && self.is_dataset_rule(entry.rule)
                && entry.covers(record)
                && entry.matches.as_ref().is_none_or(matches)
            {
                suppressed.add(Suppression::Listed(index), record.source, record.ordinal);
            }
        }
    }

    /// The suppression that matches a finding about a file, or about a record that is no longer
    /// available.
    pub fn matching_late(
        &self,
        rule: &'static str,
        location: &Location,
        fingerprint: u128,
        suppressed: &SuppressedRecords,
    ) -> Option<Suppression> {
        let noted = |suppression| {
            let ordinal = location.record;
            ordinal.is_some_and(|ordinal| suppressed.has(suppression, location.source, ordinal))
        };
        if self.inline && noted(Suppression::Inline(rule)) {
            return Some(Suppression::Inline(rule));
        }
        let candidates = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.rule == rule);
        let mut matching = candidates.filter(|(index, entry)| {
            entry.fingerprint.is_none_or(|wanted| wanted == fingerprint)
                && (!entry.is_about_record() || noted(Suppression::Listed(*index)))
        });
        matching.next().map(|(index, _)| Suppression::Listed(index))
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
    use super::super::meta::{Level, RuleMeta};
    use super::super::severity::Severity;
    use super::*;

    #[test]
    fn runs_are_joined_and_found() {
        let mut suppressed = SuppressedRecords::default();
        let suppression = Suppression::Listed(0);
        for ordinal in [1, 2, 3, 7, 9, 10] {
            suppressed.add(suppression, SourceId(0), ordinal);
        }
        assert_eq!(suppressed.runs.values().next().map(Vec::len), Some(3));
        let found: Vec<u64> = (0..12)
            .filter(|n| suppressed.has(suppression, SourceId(0), *n))
            .collect();
        assert_eq!(found, [1, 2, 3, 7, 9, 10]);
        assert!(!suppressed.has(suppression, SourceId(1), 1));
    }

    #[test]
    fn stored_runs_load_unchanged() {
        let mut suppressed = SuppressedRecords::default();
        suppressed.add(Suppression::Listed(2), SourceId(0), 5);
        suppressed.add(Suppression::Inline("duplicate-example"), SourceId(1), 6);
        let lookup: RuleLookup = |name| {
            let meta = RuleMeta::new(
                "duplicate-example",
                Level::Fixed(Severity::Warning),
                Scope::Dataset,
            );
            (name == meta.name).then_some(meta)
        };
        let stored = serde_json::to_vec(&suppressed.clone().store()).expect("bytes");
        let stored: Vec<StoredRuns> = serde_json::from_slice(&stored).expect("runs");
        let loaded = SuppressedRecords::load(&stored, lookup);
        assert_eq!(loaded, suppressed);
        assert!(
            loaded
                .shifted(3)
                .has(Suppression::Listed(2), SourceId(3), 5)
        );
    }
}

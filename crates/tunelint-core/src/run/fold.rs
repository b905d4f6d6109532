//! One cause, one finding: what holds for nearly every record of a source is reported once, with
//! its number and its first places, when the source ends. All other findings are passed on in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Consequence, Counts, Finding, Keep, Severity};

use super::observer::Observer;

/// A finding is about nearly every record from this share on, in percent.
const SHARE: u64 = 90;
/// Fewer records than this are listed one by one.
const FEWEST: u64 = 20;
/// After this many records, it is decided which findings are folded: what is held until then bounds
/// the memory, and the decision does not depend on how the source is cut into batches.
const PROBE: u64 = 1_000;
/// The number of further places that a folded finding names.
const PLACES: usize = 2;

/// What findings of one cause have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    rule: &'static str,
    severity: Severity,
    consequence: Option<Consequence>,
    targets: Vec<String>,
    /// The pointer without positions in lists.
    pointer: String,
    /// The message without values; empty for faults of records, which it describes.
    words: String,
}

impl Cause {
    fn of(finding: &Finding, faults: &BTreeSet<&'static str>) -> Self {
        let words = match faults.contains(finding.rule) {
            true => String::new(),
            false => without_values(&finding.message),
        };
        Self {
            rule: finding.rule,
            severity: finding.severity,
            consequence: finding.consequence,
            targets: finding.targets.clone(),
            pointer: without_positions(&finding.location.pointer),
            words,
        }
    }
}

/// The findings of one cause so far.
#[derive(Debug, Default)]
struct Group {
    findings: u64,
    records: u64,
    last: Option<u64>,
    first: Option<Finding>,
    places: Vec<Location>,
}

impl Group {
    fn count(&mut self, finding: &Finding) {
        self.findings += 1;
        if self.last.replace(finding.location.record.unwrap_or(0)) != finding.location.record {
            self.records += 1;
        }
    }

    /// Keeps the first finding and the places of the next.
    fn keep(&mut self, finding: Finding, observer: &mut dyn Observer) {
        if self.first.is_none() {
            self.first = Some(finding);
            return;
        }
        if let Some(record) = finding.location.record {
            observer.folded(finding.rule, finding.location.source, record..=record);
        }
        if self.places.len() < PLACES {
            self.places.push(finding.location);
        }
    }

    /// The one finding for all, which are `findings` in `records` records.
    fn folded(self, pointer: &str, findings: u64, records: u64) -> Option<Finding> {
        let of = format!("{} records", grouped(records));
        let words = match findings <= records {
            true => format!("in {} of {of}", grouped(findings)),
            false => format!("{} in {of}", counted(findings, "time")),
        };
        Some(self.first?.folded(findings, &words, pointer, self.places))
    }
}

/// Passes on the findings of one source, and folds those of one cause.
pub(super) struct Fold<'r> {
    keep: Keep,
    /// The rules about records that could not be read: whatever is wrong with them is one cause.
    faults: &'r BTreeSet<&'static str>,
    held: Vec<Finding>,
    groups: BTreeMap<Cause, Group>,
    is_decided: bool,
}

impl<'r> Fold<'r> {
    /// For a source of which findings are kept as `keep` says.
    pub(super) fn new(keep: Keep, faults: &'r BTreeSet<&'static str>) -> Self {
        Self {
            keep,
            faults,
            held: Vec::new(),
            groups: BTreeMap::new(),
            is_decided: false,
        }
    }

    /// Takes the next finding of the source.
    pub(super) fn take(&mut self, finding: Finding, observer: &mut dyn Observer) -> io::Result<()> {
        let is_late = finding.location.record.is_some_and(|record| record > PROBE);
        if is_late && !self.is_decided && self.keep == Keep::All {
            self.decide(PROBE, observer)?;
        }
        if self.is_decided && self.groups.is_empty() {
            return observer.finding(finding);
        }
        let cause = Cause::of(&finding, self.faults);
        if !self.is_decided {
            self.groups.entry(cause).or_default().count(&finding);
            self.held.push(finding);
            return Ok(());
        }
        match self.groups.get_mut(&cause) {
            Some(group) => {
                group.count(&finding);
                group.keep(finding, observer);
                Ok(())
            }
            None => observer.finding(finding),
        }
    }

    /// Ends the source, which has `records` records and the findings `counts`.
    pub(super) fn finish(
        mut self,
        records: u64,
        counts: &Counts,
        observer: &mut dyn Observer,
    ) -> io::Result<()> {
        if self.keep != Keep::All {
            return self.finish_by_rule(records, counts, observer);
        }
        if !self.is_decided {
            self.decide(records.min(PROBE), observer)?;
        }
        let groups = self.groups.into_iter();
        let folded = groups.filter_map(|(cause, group)| {
            let findings = group.findings;
            group.folded(&cause.pointer, findings, records)
        });
        emit(folded.collect(), observer)
    }

    /// The same where only the first findings of each rule are kept: a rule of which all kept
    /// findings have one cause is folded by its count.
    fn finish_by_rule(
        self,
        records: u64,
        counts: &Counts,
        observer: &mut dyn Observer,
    ) -> io::Result<()> {
        let mut groups = self.groups;
        let rules: Vec<&'static str> = groups.keys().map(|cause| cause.rule).collect();
        let is_alone = |rule| rules.iter().filter(|of| **of == rule).count() == 1;
        groups.retain(|Cause { rule, .. }, _| {
            is_alone(*rule) && is_nearly_all(counts.of_rule(rule), records)
        });
        for finding in self.held {
            match groups.get_mut(&Cause::of(&finding, self.faults)) {
                Some(group) => group.keep(finding, observer),
                None => observer.finding(finding)?,
            }
        }
        let folded = groups.into_iter().filter_map(|(cause, group)| {
            let findings = counts.of_rule(cause.rule);
            group.folded(&cause.pointer, findings, records)
        });
        emit(folded.collect(), observer)
    }

    /// Decides which causes are folded from now on, after `records` records, and passes on what was
    /// held of the others.
    fn decide(&mut self, records: u64, observer: &mut dyn Observer) -> io::Result<()> {
        self.is_decided = true;
        (self.groups).retain(|_, group| is_nearly_all(group.records, records));
        for finding in std::mem::take(&mut self.held) {
            match self.groups.get_mut(&Cause::of(&finding, self.faults)) {
                Some(group) => group.keep(finding, observer),
                None => observer.finding(finding)?,
            }
        }
        Ok(())
    }
}

fn is_nearly_all(number: u64, records: u64) -> bool {
    records >= FEWEST && number >= FEWEST && number * 100 > records * SHARE
}

/// Passes on folded findings, in the order of their first places.
fn emit(mut folded: Vec<Finding>, observer: &mut dyn Observer) -> io::Result<()> {
    folded.sort_by_key(|finding| (finding.location.start.offset, finding.rule));
    folded
        .into_iter()
        .try_for_each(|finding| observer.finding(finding))
}

/// A pointer without positions in lists: `/messages/*/content`.
fn without_positions(pointer: &str) -> String {
    let is_position =
        |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps = pointer.split('/');
    let steps = steps.map(|step| if is_position(step) { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

/// A message without numbers and quoted values.
fn without_values(message: &str) -> String {
    let mut words = String::with_capacity(message.len());
    let mut closing = None;
    for c in message.chars() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (Some(_), _) => {}
            (None, '`') => closing = Some('`'),
            (None, '“') => closing = Some('”'),
            (None, '"') => closing = Some('"'),
            (None, c) if c.is_ascii_digit() => {}
            (None, c) => words.push(c),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_no_values() {
        assert_eq!(
            without_values("`label` is 17, not a text: “a”"),
            without_values("`class` is 3, not a text: “b”")
        );
        assert_eq!(
            without_positions("/messages/12/content"),
            "/messages/*/content"
        );
    }

    #[test]
    fn few_records_are_listed() {
        assert!(!is_nearly_all(19, 19));
        assert!(is_nearly_all(20, 20));
        assert!(!is_nearly_all(90, 100));
        assert!(is_nearly_all(91, 100));
    }
}

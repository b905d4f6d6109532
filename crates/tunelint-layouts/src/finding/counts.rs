//! Exact counts of findings, independent of how many were kept.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::impact::{Consequence, Impact, PartImpact};
use super::message::Finding;
use super::severity::Severity;
use super::suppression::{StoredSuppression, Suppression};

/// The number of findings of one rule with the same impact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count<R = &'static str> {
    /// The rule.
    pub rule: R,
    /// Their severity.
    pub severity: Severity,
    /// See [`Impact::consequence`].
    pub consequence: Option<Consequence>,
    /// See [`Impact::targets`].
    pub targets: Vec<String>,
    /// The number.
    pub number: u64,
    /// The number of those that are part of a finding with another impact: they count for their
    /// targets, but not as findings.
    pub joined: u64,
}

/// The number of findings by rule and impact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sorted by rule and impact.
    counts: Vec<Count>,
    suppressed: BTreeMap<Suppression, u64>,
}

/// Counts as they are stored, with names as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCounts {
    counts: Vec<Count<String>>,
    suppressed: Vec<(StoredSuppression, u64)>,
}

impl StoredCounts {
    /// The counts. Those of rules that `name` does not know are left out.
    pub fn load(&self, name: impl Fn(&str) -> Option<&'static str>) -> Counts {
        let mut counts = Counts::default();
        for count in &self.counts {
            if let Some(rule) = name(&count.rule) {
                counts.add_both(rule, count.impact(), count.number, count.joined);
            }
        }
        for (suppression, number) in &self.suppressed {
            if let Some(suppression) = suppression.load(&name) {
                counts.suppression(suppression, *number);
            }
        }
        counts
    }
}

impl<R> Count<R> {
    /// The impact that the findings have in common.
    pub fn impact(&self) -> Impact<'_> {
        Impact {
            severity: self.severity,
            consequence: self.consequence,
            targets: &self.targets,
        }
    }
}

impl Count {
    fn cmp(&self, rule: &str, impact: &Impact<'_>) -> Ordering {
        let by_rule = self.rule.cmp(rule);
        by_rule
            .then_with(|| self.severity.cmp(&impact.severity))
            .then_with(|| self.consequence.cmp(&impact.consequence))
            .then_with(|| self.targets.as_slice().cmp(impact.targets))
    }
}

impl Counts {
    /// Adds `number` findings of `rule`.
    pub fn add<'t>(&mut self, rule: &'static str, impact: impl Into<Impact<'t>>, number: u64) {
        self.add_both(rule, impact.into(), number, 0);
    }

    /// Adds `number` findings of `rule`, and `joined` that are part of others.
    pub fn add_both(&mut self, rule: &'static str, impact: Impact<'_>, number: u64, joined: u64) {
        match self.find(rule, &impact) {
            Ok(at) => {
                if let Some(known) = self.counts.get_mut(at) {
                    known.number += number;
                    known.joined += joined;
                }
            }
            Err(at) => self.counts.insert(
                at,
                Count {
                    rule,
                    severity: impact.severity,
                    consequence: impact.consequence,
                    targets: impact.targets.to_vec(),
                    number,
                    joined,
                },
            ),
        }
    }

    /// Adds an impact to a finding that was counted with the impact `leading`: the graver of the two
    /// is what it is counted with from now on.
    pub fn join(&mut self, rule: &'static str, leading: Impact<'_>, next: Impact<'_>) {
        if next.severity <= leading.severity {
            self.add_both(rule, next, 0, 1);
            return;
        }
        self.add_both(rule, next, 1, 0);
        let known = self.find(rule, &leading).ok();
        if let Some(known) = known.and_then(|at| self.counts.get_mut(at)) {
            known.number = known.number.saturating_sub(1);
            known.joined += 1;
        }
    }

    /// Where findings of `rule` with this impact are counted, or would be.
    fn find(&self, rule: &str, impact: &Impact<'_>) -> Result<usize, usize> {
        self.counts
            .binary_search_by(|count| count.cmp(rule, impact))
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for count in &other.counts {
            self.add_both(count.rule, count.impact(), count.number, count.joined);
        }
        for (&suppression, &number) in &other.suppressed {
            self.suppression(suppression, number);
        }
    }

    /// Adds `number` suppressed findings.
    pub fn suppression(&mut self, suppression: Suppression, number: u64) {
        *self.suppressed.entry(suppression).or_default() += number;
    }

    /// Moves a counted finding, and those that it stands for, to those accepted by the baseline.
    pub fn accept(&mut self, finding: &Finding) {
        let whole = Impact {
            severity: finding.severity,
            consequence: finding.consequence,
            targets: &finding.targets,
        };
        let leading = PartImpact::leading(&finding.parts);
        let leading = leading.map_or(whole, PartImpact::impact);
        // A finding that no requirement is about was counted without a consequence.
        let found = self.find(finding.rule, &leading);
        let usual = || self.find(finding.rule, &Impact::from(finding.severity));
        let found = found.or_else(|_| usual()).ok();
        if let Some(known) = found.and_then(|at| self.counts.get_mut(at)) {
            known.number = known.number.saturating_sub(finding.count);
            self.suppression(Suppression::Accepted, finding.count);
        }
        let parts = finding.parts.iter().map(PartImpact::impact);
        for part in parts.filter(|part| *part != leading) {
            let found = self.find(finding.rule, &part).ok();
            if let Some(known) = found.and_then(|at| self.counts.get_mut(at)) {
                known.joined = known.joined.saturating_sub(finding.count);
            }
        }
        self.counts.retain(|of| of.number + of.joined > 0);
    }

    /// The counts in a form that can be stored.
    pub fn store(&self) -> StoredCounts {
        let counts = self.counts.iter().map(|count| Count {
            rule: count.rule.to_owned(),
            severity: count.severity,
            consequence: count.consequence,
            targets: count.targets.clone(),
            number: count.number,
            joined: count.joined,
        });
        let suppressed = self.suppressed.iter();
        StoredCounts {
            counts: counts.collect(),
            suppressed: suppressed
                .map(|(of, number)| (of.store(), *number))
                .collect(),
        }
    }

    /// The number of findings by suppression.
    pub fn suppressed(&self) -> &BTreeMap<Suppression, u64> {
        &self.suppressed
    }

    /// All findings of `severity`.
    pub fn of_severity(&self, severity: Severity) -> u64 {
        self.sum(|count| count.severity == severity)
    }

    /// All findings of `rule`.
    pub fn of_rule(&self, rule: &str) -> u64 {
        self.sum(|count| count.rule == rule)
    }

    fn sum(&self, is_wanted: impl Fn(&Count) -> bool) -> u64 {
        let wanted = self.counts.iter().filter(|count| is_wanted(count));
        wanted.map(|count| count.number).sum()
    }

    /// The counts by rule and impact, in that order.
    pub fn by_impact(&self) -> &[Count] {
        &self.counts
    }

    /// Every rule with findings, with severity and count, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Severity, u64)> + '_ {
        let same =
            |one: &Count, next: &Count| (one.rule, one.severity) == (next.rule, next.severity);
        self.counts.chunk_by(same).filter_map(|counts| {
            let first = counts.first()?;
            let number = counts.iter().map(|count| count.number).sum();
            (number > 0).then_some((first.rule, first.severity, number))
        })
    }

    /// All findings.
    pub fn total(&self) -> u64 {
        self.sum(|_| true)
    }

    /// Findings at or above `severity`.
    pub fn at_least(&self, severity: Severity) -> u64 {
        self.sum(|count| count.severity >= severity)
    }
}

//! Exact counts of findings, independent of how many were kept.

use std::collections::BTreeMap;

use super::message::Severity;
use super::suppression::Suppression;

/// The number of findings by rule and severity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_rule: BTreeMap<(&'static str, Severity), u64>,
    suppressed: BTreeMap<Suppression, u64>,
}

impl Counts {
    /// Adds `number` findings of `rule`.
    pub fn add(&mut self, rule: &'static str, severity: Severity, number: u64) {
        *self.by_rule.entry((rule, severity)).or_default() += number;
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (&(rule, severity), &number) in &other.by_rule {
            self.add(rule, severity, number);
        }
        for (&suppression, &number) in &other.suppressed {
            self.suppression(suppression, number);
        }
    }

    /// Adds `number` suppressed findings.
    pub fn suppression(&mut self, suppression: Suppression, number: u64) {
        *self.suppressed.entry(suppression).or_default() += number;
    }

    /// Moves one counted finding to those accepted by the baseline.
    pub fn accept(&mut self, rule: &'static str, severity: Severity) {
        if let Some(number) = self.by_rule.get_mut(&(rule, severity)) {
            *number = number.saturating_sub(1);
            self.by_rule.retain(|_, number| *number > 0);
            self.suppression(Suppression::Accepted, 1);
        }
    }

    /// The number of findings by suppression.
    pub fn suppressed(&self) -> &BTreeMap<Suppression, u64> {
        &self.suppressed
    }

    /// All findings of `severity`.
    pub fn of_severity(&self, severity: Severity) -> u64 {
        self.by_rule
            .iter()
            .filter(|((_, s), _)| *s == severity)
            .map(|(_, n)| n)
            .sum()
    }

    /// All findings of `rule`.
    pub fn of_rule(&self, rule: &str) -> u64 {
        self.by_rule
            .iter()
            .filter(|((r, _), _)| *r == rule)
            .map(|(_, n)| n)
            .sum()
    }

    /// Every rule with findings, with severity and count, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Severity, u64)> + '_ {
        self.by_rule
            .iter()
            .map(|(&(rule, severity), &number)| (rule, severity, number))
    }

    /// All findings.
    pub fn total(&self) -> u64 {
        self.by_rule.values().sum()
    }

    /// Findings at or above `severity`.
    pub fn at_least(&self, severity: Severity) -> u64 {
        self.by_rule
            .iter()
            .filter(|((_, s), _)| *s >= severity)
            .map(|(_, n)| n)
            .sum()
    }
}

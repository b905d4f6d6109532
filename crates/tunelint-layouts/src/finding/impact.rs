//! What a finding means: its severity, and what the targets do with the data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::severity::Severity;

/// What a target does with the data that a finding is about, least harmful first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// It trains on the data as it stands.
    Quality,
    /// It does not read the text or the field.
    Ignored,
    /// It trains on something other than what is written.
    Misread,
    /// It trains on a part of the text.
    Truncated,
    /// It does not train on the record.
    Skipped,
    /// The upload or the job fails.
    Rejected,
}

impl Consequence {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quality => "quality",
            Self::Ignored => "ignored",
            Self::Misread => "misread",
            Self::Truncated => "truncated",
            Self::Skipped => "skipped",
            Self::Rejected => "rejected",
        }
    }
}

/// The severity of a finding, and what targets do with the data, if a requirement of theirs is
/// violated. A finding that no requirement is about has only a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impact<'t> {
    /// The severity, unless the user set another for the rule.
    pub severity: Severity,
    /// What the targets do. `None` means what each does with findings of the rule in general.
    pub consequence: Option<Consequence>,
    /// The targets; empty means all targets of the source.
    pub targets: &'t [String],
}

impl<'t> Impact<'t> {
    /// An error for which `targets` reject the upload or the job.
    pub fn rejected_by(targets: &'t [String]) -> Self {
        Self {
            severity: Severity::Error,
            consequence: Some(Consequence::Rejected),
            targets,
        }
    }

    /// The same for data of `targets` only.
    #[must_use]
    pub fn of(self, targets: &'t [String]) -> Self {
        Self { targets, ..self }
    }

    /// The same with another consequence.
    #[must_use]
    pub fn consequence(self, consequence: Consequence) -> Self {
        Self {
            consequence: Some(consequence),
            ..self
        }
    }

    /// The same with at most this severity.
    #[must_use]
    pub fn at_most(self, severity: Severity) -> Self {
        Self {
            severity: self.severity.min(severity),
            ..self
        }
    }
}

impl From<Severity> for Impact<'_> {
    fn from(severity: Severity) -> Self {
        Self {
            severity,
            consequence: None,
            targets: &[],
        }
    }
}

/// The impact on some of the targets that a finding names, where they do different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartImpact {
    /// See [`Impact::severity`].
    pub severity: Severity,
    /// See [`Impact::consequence`].
    pub consequence: Option<Consequence>,
    /// See [`Impact::targets`].
    pub targets: Vec<String>,
}

impl PartImpact {
    /// The same as an [`Impact`].
    pub fn impact(&self) -> Impact<'_> {
        Impact {
            severity: self.severity,
            consequence: self.consequence,
            targets: &self.targets,
        }
    }

    /// The part of `parts` that the severity of their finding is from: the first of the gravest.
    pub fn leading(parts: &[Self]) -> Option<&Self> {
        parts.iter().rev().max_by_key(|part| part.severity)
    }
}

impl From<Impact<'_>> for PartImpact {
    fn from(impact: Impact<'_>) -> Self {
        Self {
            severity: impact.severity,
            consequence: impact.consequence,
            targets: impact.targets.to_vec(),
        }
    }
}

/// What the targets of a source do with findings that no requirement of theirs is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsualImpacts {
    /// The targets; if there are none, findings have no consequence.
    pub targets: Vec<String>,
    /// The rules whose findings are more than a matter of quality, or whose severity depends on the
    /// target.
    pub by_rule: BTreeMap<&'static str, UsualImpact>,
}

/// What targets do with findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualImpact {
    /// The lowest severity that the targets call for.
    pub lowest: Severity,
    /// The highest severity that the targets call for.
    pub highest: Severity,
    /// The gravest of their consequences.
    pub consequence: Consequence,
    /// The targets that do this, and what they do, in words.
    pub words: Option<String>,
}

impl UsualImpacts {
    /// The severity of a finding of `rule`: its own, within what the targets call for.
    pub fn severity(&self, rule: &str, own: Severity) -> Severity {
        let usual = self.by_rule.get(rule);
        usual.map_or(own, |usual| own.min(usual.highest).max(usual.lowest))
    }

    /// What the targets do with a finding of `rule`; `None` without a target.
    pub fn consequence(&self, rule: &str) -> Option<Consequence> {
        let usual = self.by_rule.get(rule);
        let consequence = usual.map_or(Consequence::Quality, |usual| usual.consequence);
        (!self.targets.is_empty()).then_some(consequence)
    }
}

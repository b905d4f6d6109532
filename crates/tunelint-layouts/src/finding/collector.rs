//! The only way to report findings: counts all of them, keeps some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tunelint_data::record::{Located, Place, Record};
use tunelint_data::text::excerpt::Excerpt;
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::printable;
use tunelint_data::text::redaction::{Redaction, redact_secrets};

use super::counts::Counts;
use super::impact::{Impact, UsualImpacts};
use super::message::{Finding, Message, fingerprint};
use super::severity::Severity;
use super::suppression::{SuppressedRecords, Suppression, Suppressions};

/// Findings of one rule in a source with an excerpt, if no report shows more of them.
pub const EXCERPTS: usize = 10;

/// How many findings are kept with their text; all are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// The first few of each rule in each source: for people.
    First(usize),
    /// All: for machine formats.
    #[default]
    All,
}

/// How a run handles findings.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How many to keep.
    pub keep: Keep,
    /// Severities set by the user; any other rule has its own.
    pub severities: BTreeMap<&'static str, Severity>,
    /// The enabled rules; findings of other rules are ignored.
    pub enabled: BTreeSet<&'static str>,
    /// The suppressions.
    pub suppressions: Arc<Suppressions>,
    /// How many kept findings of each rule in each source have an excerpt.
    pub excerpts: usize,
    /// What is redacted in excerpts.
    pub redaction: Redaction,
    /// What the targets do with findings that no requirement of theirs is about.
    pub usual: Arc<UsualImpacts>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            keep: Keep::default(),
            severities: BTreeMap::new(),
            enabled: BTreeSet::new(),
            suppressions: Arc::default(),
            excerpts: EXCERPTS,
            redaction: Redaction::default(),
            usual: Arc::default(),
        }
    }
}

impl Policy {
    /// Whether the `number`th kept finding of a rule in a source has an excerpt.
    pub fn wants_excerpt(&self, number: usize) -> bool {
        number <= self.excerpts
    }
}

/// Collects findings: counts every one, and builds the text only of those that are kept.
#[derive(Debug)]
pub struct Findings<'p> {
    policy: &'p Policy,
    rule: &'static str,
    counts: BTreeMap<SourceId, Counts>,
    kept_of: BTreeMap<(SourceId, &'static str), usize>,
    /// Rules with enough kept findings already.
    saturated_rules: BTreeSet<&'static str>,
    kept: Vec<Finding>,
    located: Option<Located>,
    suppressed: Option<&'p SuppressedRecords>,
}

impl<'p> Findings<'p> {
    /// An empty collection under `policy`.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            rule: "",
            counts: BTreeMap::new(),
            kept_of: BTreeMap::new(),
            saturated_rules: BTreeSet::new(),
            kept: Vec::new(),
            located: None,
            suppressed: None,
        }
    }

    /// The same, but findings of the rules in `saturated_rules` are only counted: earlier shards of the
    /// dataset have kept enough of them.
    pub fn count_only(policy: &'p Policy, saturated_rules: BTreeSet<&'static str>) -> Self {
        Self {
            saturated_rules,
            ..Self::new(policy)
        }
    }

    /// The same for the end of a run, when records are no longer available and `suppressed` decides
    /// what is suppressed.
    #[must_use]
    pub fn with_suppressed(mut self, suppressed: &'p SuppressedRecords) -> Self {
        self.suppressed = Some(suppressed);
        self
    }

    /// Sets the rule that [`Findings::report`] reports for from now on.
    pub fn set_rule(&mut self, rule: &'static str) {
        self.rule = rule;
    }

    /// Reports at a place in a record. `message` runs only if the finding is kept.
    pub fn report<'t, M: Into<Message>>(
        &mut self,
        place: Place<'_>,
        impact: impl Into<Impact<'t>>,
        message: impl FnOnce() -> M,
    ) {
        self.report_as(self.rule, place, impact, message);
    }

    /// Reports for another rule: for readers and layouts.
    pub fn report_as<'t, M: Into<Message>>(
        &mut self,
        rule: &'static str,
        place: Place<'_>,
        impact: impl Into<Impact<'t>>,
        message: impl FnOnce() -> M,
    ) {
        let Place { record, span } = place;
        if self.is_excused(rule, record, span) {
            return;
        }
        let Some(impact) = self.count(rule, impact.into(), record.source) else {
            return;
        };
        let last = self.located.get_or_insert_with(|| Located::new(record));
        let location = record.locate_after(span, last);
        let fingerprint = fingerprint(rule, &location.pointer, record.raw);
        let message = message().into();
        let redaction = self.policy.redaction;
        let hides = message
            .hides
            .is_some_and(|own| own == Redaction::Secret || own == redaction);
        let mut finding = self.finish(rule, impact, location, message, fingerprint);
        let kept = self
            .kept_of
            .get(&(record.source, rule))
            .copied()
            .unwrap_or(0);
        let shown = self.policy.wants_excerpt(kept);
        finding.excerpt = shown.then(|| Excerpt::behind(redaction, record.raw, span, hides));
        finding.after_recovery = record.recovered;
        self.kept.push(finding);
    }

    /// Reports about a file as a whole, or at a location whose record is no longer available.
    pub fn report_at<'t, M: Into<Message>>(
        &mut self,
        location: Location,
        impact: impl Into<Impact<'t>>,
        message: impl FnOnce() -> M,
    ) {
        self.report_at_as(self.rule, location, impact, message);
    }

    /// The same for another rule.
    pub fn report_at_as<'t, M: Into<Message>>(
        &mut self,
        rule: &'static str,
        location: Location,
        impact: impl Into<Impact<'t>>,
        message: impl FnOnce() -> M,
    ) {
        if self.policy.suppressions.is_empty() {
            if let Some(impact) = self.count(rule, impact.into(), location.source) {
                let message = message().into();
                let fingerprint = message.fingerprint(rule, &location);
                let finding = self.finish(rule, impact, location, message, fingerprint);
                self.kept.push(finding);
            }
            return;
        }
        if !self.is_enabled(rule) {
            return;
        }
        let message = message().into();
        let fingerprint = message.fingerprint(rule, &location);
        if self.is_excused_late(rule, &location, fingerprint) {
            return;
        }
        if let Some(impact) = self.count(rule, impact.into(), location.source) {
            let finding = self.finish(rule, impact, location, message, fingerprint);
            self.kept.push(finding);
        }
    }

    /// Whether a finding is suppressed, given its record; if so, it is counted as such.
    fn is_excused(&mut self, rule: &'static str, record: &Record<'_>, span: Span) -> bool {
        let suppressions = &self.policy.suppressions;
        if suppressions.is_empty() || !self.is_enabled(rule) {
            return false;
        }
        let fingerprint = || fingerprint(rule, &record.body.pointer(span), record.raw);
        let suppression = suppressions.suppression(rule, record, span, fingerprint);
        self.count_excuse(suppression, record.source)
    }

    /// The same for a file, or for a record that is no longer available.
    fn is_excused_late(&mut self, rule: &'static str, at: &Location, fingerprint: u128) -> bool {
        let empty = SuppressedRecords::default();
        let suppressed = self.suppressed.unwrap_or(&empty);
        let suppressions = &self.policy.suppressions;
        let suppression = suppressions.matching_late(rule, at, fingerprint, suppressed);
        self.count_excuse(suppression, at.source)
    }

    fn count_excuse(&mut self, suppression: Option<Suppression>, source: SourceId) -> bool {
        if let Some(suppression) = suppression {
            self.counts
                .entry(source)
                .or_default()
                .suppression(suppression, 1);
        }
        suppression.is_some()
    }

    /// Whether `rule` is enabled.
    pub fn is_enabled(&self, rule: &str) -> bool {
        self.policy.enabled.contains(rule)
    }

    /// The counts of each source, and the kept findings, by location and rule.
    pub fn into_parts(mut self) -> (BTreeMap<SourceId, Counts>, Vec<Finding>) {
        self.kept.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        (self.counts, self.kept)
    }

    /// Counts a finding. Returns its impact, with the severity that the user set, if it is to be
    /// kept.
    fn count<'t>(
        &mut self,
        rule: &'static str,
        impact: Impact<'t>,
        source: SourceId,
    ) -> Option<Impact<'t>> {
        let rule = *self.policy.enabled.get(rule)?;
        let set = self.policy.severities.get(rule).copied();
        let severity = set.unwrap_or_else(|| match impact.consequence {
            Some(_) => impact.severity,
            None => self.policy.usual.severity(rule, impact.severity),
        });
        let impact = Impact { severity, ..impact };
        self.counts.entry(source).or_default().add(rule, impact, 1);
        if self.saturated_rules.contains(rule) {
            return None;
        }
        let kept = self.kept_of.entry((source, rule)).or_default();
        if let Keep::First(limit) = self.policy.keep
            && *kept >= limit
        {
            return None;
        }
        *kept += 1;
        Some(impact)
    }

    fn finish(
        &self,
        rule: &'static str,
        impact: Impact<'_>,
        mut location: Location,
        message: Message,
        fingerprint: u128,
    ) -> Finding {
        // Messages and pointers may quote the data.
        location.pointer = redact_secrets(&location.pointer).into_owned();
        location.id = location
            .id
            .map(|id| printable(&redact_secrets(&id)).into_owned());
        let Message {
            text,
            help,
            related,
            fix,
            ..
        } = message;
        let usual = &self.policy.usual;
        let is_usual = impact.consequence.is_none();
        let words = usual.by_rule.get(rule).filter(|_| is_usual);
        let mut message = redact_secrets(&text).into_owned();
        if let Some(words) = words.and_then(|usual| usual.words.as_deref()) {
            message = format!("{message}; {words}");
        }
        let (excerpt, after_recovery) = (None, false);
        Finding {
            rule,
            severity: impact.severity,
            consequence: impact.consequence.or_else(|| usual.consequence(rule)),
            message,
            help: help.map(|help| redact_secrets(&help).into_owned()),
            location,
            excerpt,
            related,
            fix,
            targets: match impact.targets {
                [] => usual.targets.clone(),
                some => some.to_vec(),
            },
            count: 1,
            after_recovery,
            fingerprint,
        }
    }
}

/// The sort key: source, location and rule.
fn sort_key(finding: &Finding) -> (u32, u64, &'static str) {
    (
        finding.location.source.0,
        finding.location.start.offset,
        finding.rule,
    )
}

//! What a rule says, and the only way to say it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::allow::{Allowances, Excuse, Excused};
use crate::excerpt::Excerpt;
use crate::position::{Location, SourceId, Span};
use crate::printable::printable;
use crate::record::{Located, Record};
use crate::secret::{Veil, masked};
use crate::source::Occurrences;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Very likely a mistake.
    Warning,
    /// The target rejects it, or training on it is surely wrong.
    Error,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Advice];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }

    /// The severity called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name)
    }
}

/// How freely a fix may be applied, the freest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Applicability {
    /// It changes no decoded text.
    Safe,
    /// It changes text that is trained on.
    Unsafe,
    /// It removes a record.
    DropsRecord,
}

impl Applicability {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::DropsRecord => "drops-record",
        }
    }
}

/// Bytes of a source to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The first byte, counted from the start of the source.
    pub offset: u64,
    /// How many bytes go.
    pub length: u64,
    /// What comes in their place.
    pub text: String,
}

/// A repair that a program can make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How freely it may be applied.
    pub applicability: Applicability,
    /// What to replace, in the order of the source; empty where the applier works that out.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The file as a whole is to be put right in the way of the finding's rule; which bytes that
    /// takes is worked out when it is done.
    pub fn of_file() -> Self {
        Self {
            applicability: Applicability::Safe,
            edits: Vec::new(),
        }
    }

    /// The record is to be left out.
    pub fn dropping() -> Self {
        Self {
            applicability: Applicability::DropsRecord,
            edits: Vec::new(),
        }
    }
}

/// A second place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What stands there.
    pub label: String,
    /// Where.
    pub location: Location,
}

/// One thing that a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub location: Location,
    /// The text there, if the record was at hand.
    pub excerpt: Option<Excerpt>,
    /// Other places.
    pub related: Vec<Related>,
    /// A repair.
    pub fix: Option<Fix>,
    /// The targets it holds for; empty where it does not depend on one.
    pub targets: Vec<String>,
    /// Whether it stands after a place where reading had to start anew.
    pub after_recovery: bool,
    /// Its identity, which survives moved lines: a digest of rule, pointer and record.
    pub fingerprint: u128,
}

/// The words of a finding; made only when the finding is kept.
#[derive(Debug, Clone, Default)]
pub struct Message {
    text: String,
    help: Option<String>,
    related: Vec<Related>,
    fix: Option<Fix>,
    targets: Vec<String>,
    identity: Option<Vec<u8>>,
    hides: Option<Veil>,
}

impl Message {
    /// What is wrong, in a sentence without a full stop.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another place, and what stands there.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, location: Location) -> Self {
        self.related.push(Related {
            label: label.into(),
            location,
        });
        self
    }

    /// The other places of something that was noticed more than once in a file.
    #[must_use]
    pub fn elsewhere(self, source: SourceId, occurrences: &Occurrences) -> Self {
        let others = occurrences.places.iter().skip(1);
        others.fold(self, |message, &place| {
            message.related("another one", Location::point(source, place))
        })
    }

    /// A repair, where there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// What the finding is about, where its record is no longer at hand; without it, the message.
    #[must_use]
    pub fn identity(mut self, content: &[u8]) -> Self {
        self.identity = Some(content.to_vec());
        self
    }

    /// What stands at the place is not shown, in no format, to those for whom `veil` holds.
    #[must_use]
    pub fn hide(mut self, veil: Veil) -> Self {
        self.hides = Some(veil);
        self
    }

    /// The targets it holds for.
    #[must_use]
    pub fn targets(mut self, targets: &[String]) -> Self {
        self.targets = targets.to_vec();
        self
    }
}

impl Message {
    /// The identity of a finding whose record is no longer at hand: what was given as such, or
    /// its words but for numbers, which may change with every record that comes or goes.
    fn fingerprint(&self, rule: &str, location: &Location) -> u128 {
        let is_number = |byte: &u8| byte.is_ascii_digit() || b".,".contains(byte);
        let words = || self.text.bytes().filter(|byte| !is_number(byte)).collect();
        let content = self.identity.clone().unwrap_or_else(words);
        fingerprint(rule, &location.pointer, &content)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// A place in a record that is at hand.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The record.
    pub record: &'a Record<'a>,
    /// The bytes of it.
    pub span: Span,
}

impl<'a> Record<'a> {
    /// A place in this record, to report at.
    pub fn at(&'a self, span: Span) -> Place<'a> {
        Place { record: self, span }
    }
}

/// Findings of one rule that come with an excerpt, where no report shows more of them.
pub const EXCERPTS: usize = 10;

/// How many findings are kept with their words; all of them are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// The first so many of each rule: for people.
    First(usize),
    /// All: for machines.
    #[default]
    All,
}

/// What a run does with the findings of each rule.
#[derive(Debug, Clone)]
pub struct Policy {
    /// How many to keep.
    pub keep: Keep,
    /// The severity that the user gave a rule; a rule that is not listed keeps its own.
    pub severities: BTreeMap<&'static str, Severity>,
    /// The rules that speak; any other is silent.
    pub enabled: BTreeSet<&'static str>,
    /// What is excused.
    pub allowances: Arc<Allowances>,
    /// How many findings of each rule come with an excerpt, if they are kept.
    pub excerpts: usize,
    /// What excerpts do not show.
    pub veil: Veil,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            keep: Keep::default(),
            severities: BTreeMap::new(),
            enabled: BTreeSet::new(),
            allowances: Arc::default(),
            excerpts: EXCERPTS,
            veil: Veil::default(),
        }
    }
}

impl Policy {
    /// Whether the finding of a rule that is the `number`th to be kept comes with an excerpt.
    pub(crate) fn shows(&self, number: usize) -> bool {
        number <= self.excerpts
    }
}

/// How often each rule spoke at each severity: exact, however many findings were kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_rule: BTreeMap<(&'static str, Severity), u64>,
    excused: BTreeMap<Excuse, u64>,
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
        for (&excuse, &number) in &other.excused {
            self.excuse(excuse, number);
        }
    }

    /// Adds `number` findings that were excused.
    pub fn excuse(&mut self, excuse: Excuse, number: u64) {
        *self.excused.entry(excuse).or_default() += number;
    }

    /// Takes one finding for accepted that was counted before.
    pub fn accept(&mut self, rule: &'static str, severity: Severity) {
        if let Some(number) = self.by_rule.get_mut(&(rule, severity)) {
            *number = number.saturating_sub(1);
            self.by_rule.retain(|_, number| *number > 0);
            self.excuse(Excuse::Accepted, 1);
        }
    }

    /// How many findings each excuse has served for.
    pub fn excused(&self) -> &BTreeMap<Excuse, u64> {
        &self.excused
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

    /// Every rule that spoke, with its severity and how often, by name.
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

/// Collects findings: counts every one, and builds the words of those that are kept.
#[derive(Debug)]
pub struct Findings<'p> {
    policy: &'p Policy,
    rule: &'static str,
    counts: BTreeMap<SourceId, Counts>,
    kept_of: BTreeMap<&'static str, usize>,
    /// Rules of which enough was kept before.
    sated: BTreeSet<&'static str>,
    kept: Vec<Finding>,
    located: Option<Located>,
    excused: Option<&'p Excused>,
}

impl<'p> Findings<'p> {
    /// An empty collection under `policy`.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            rule: "",
            counts: BTreeMap::new(),
            kept_of: BTreeMap::new(),
            sated: BTreeSet::new(),
            kept: Vec::new(),
            located: None,
            excused: None,
        }
    }

    /// The same, which only counts what the rules in `sated` say: earlier parts of the dataset
    /// gave as many of their findings as are kept.
    pub fn counting(policy: &'p Policy, sated: BTreeSet<&'static str>) -> Self {
        Self {
            sated,
            ..Self::new(policy)
        }
    }

    /// The same at the end of a run, when the records that findings are about are gone.
    #[must_use]
    pub fn at_the_end(mut self, excused: &'p Excused) -> Self {
        self.excused = Some(excused);
        self
    }

    /// From here on, [`Findings::report`] speaks for `rule`.
    pub fn speak_for(&mut self, rule: &'static str) {
        self.rule = rule;
    }

    /// Reports at a place of a record that is at hand. `message` runs only if it is kept.
    pub fn report<M: Into<Message>>(
        &mut self,
        place: Place<'_>,
        severity: Severity,
        message: impl FnOnce() -> M,
    ) {
        self.report_as(self.rule, place, severity, message);
    }

    /// Reports under the name of another rule: for readers and layouts.
    pub fn report_as<M: Into<Message>>(
        &mut self,
        rule: &'static str,
        place: Place<'_>,
        severity: Severity,
        message: impl FnOnce() -> M,
    ) {
        let Place { record, span } = place;
        if self.is_excused(rule, record, span) {
            return;
        }
        let Some(severity) = self.count(rule, severity, record.source) else {
            return;
        };
        let last = self.located.get_or_insert_with(|| Located::new(record));
        let location = record.locate_after(span, last);
        let fingerprint = fingerprint(rule, &location.pointer, record.raw);
        let message = message().into();
        let veil = self.policy.veil;
        let hides = message
            .hides
            .is_some_and(|own| own == Veil::Secret || own == veil);
        let mut finding = finish(rule, severity, location, message, fingerprint);
        let kept = self.kept_of.get(rule).copied().unwrap_or(0);
        let shown = self.policy.shows(kept);
        finding.excerpt = shown.then(|| Excerpt::behind(veil, record.raw, span, hides));
        finding.after_recovery = record.recovered;
        self.kept.push(finding);
    }

    /// Reports at a place whose record is no longer at hand, or about a file as a whole.
    pub fn report_at<M: Into<Message>>(
        &mut self,
        location: Location,
        severity: Severity,
        message: impl FnOnce() -> M,
    ) {
        self.report_at_as(self.rule, location, severity, message);
    }

    /// The same under the name of another rule.
    pub fn report_at_as<M: Into<Message>>(
        &mut self,
        rule: &'static str,
        location: Location,
        severity: Severity,
        message: impl FnOnce() -> M,
    ) {
        if self.policy.allowances.is_empty() {
            if let Some(severity) = self.count(rule, severity, location.source) {
                let message = message().into();
                let fingerprint = message.fingerprint(rule, &location);
                self.kept
                    .push(finish(rule, severity, location, message, fingerprint));
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
        if let Some(severity) = self.count(rule, severity, location.source) {
            self.kept
                .push(finish(rule, severity, location, message, fingerprint));
        }
    }

    /// Whether a finding in a record at hand is excused; if so, that is counted.
    fn is_excused(&mut self, rule: &'static str, record: &Record<'_>, span: Span) -> bool {
        let allowances = &self.policy.allowances;
        if allowances.is_empty() || !self.is_enabled(rule) {
            return false;
        }
        let fingerprint = || fingerprint(rule, &record.body.pointer(span), record.raw);
        let excuse = allowances.excuse(rule, record, span, fingerprint);
        self.count_excuse(excuse, record.source)
    }

    /// The same for a record that is gone, or a file.
    fn is_excused_late(&mut self, rule: &'static str, at: &Location, fingerprint: u128) -> bool {
        let nobody = Excused::default();
        let excused = self.excused.unwrap_or(&nobody);
        let allowances = &self.policy.allowances;
        let excuse = allowances.excuse_late(rule, at, fingerprint, excused);
        self.count_excuse(excuse, at.source)
    }

    fn count_excuse(&mut self, excuse: Option<Excuse>, source: SourceId) -> bool {
        if let Some(excuse) = excuse {
            self.counts.entry(source).or_default().excuse(excuse, 1);
        }
        excuse.is_some()
    }

    /// Whether `rule` speaks in this run.
    pub fn is_enabled(&self, rule: &str) -> bool {
        self.policy.enabled.contains(rule)
    }

    /// What was counted in each source, and what was kept, in the order of its place and rule.
    pub fn into_parts(mut self) -> (BTreeMap<SourceId, Counts>, Vec<Finding>) {
        self.kept.sort_by(|a, b| order_of(a).cmp(&order_of(b)));
        (self.counts, self.kept)
    }

    /// Counts a finding. Its severity in this run if it is to be kept, else nothing.
    fn count(
        &mut self,
        rule: &'static str,
        severity: Severity,
        source: SourceId,
    ) -> Option<Severity> {
        let rule = *self.policy.enabled.get(rule)?;
        let severity = self
            .policy
            .severities
            .get(rule)
            .copied()
            .unwrap_or(severity);
        self.counts
            .entry(source)
            .or_default()
            .add(rule, severity, 1);
        if self.sated.contains(rule) {
            return None;
        }
        let kept = self.kept_of.entry(rule).or_default();
        if let Keep::First(limit) = self.policy.keep
            && *kept >= limit
        {
            return None;
        }
        *kept += 1;
        Some(severity)
    }
}

/// Findings are ordered by source, place and rule.
fn order_of(finding: &Finding) -> (u32, u64, &'static str) {
    (
        finding.location.source.0,
        finding.location.start.offset,
        finding.rule,
    )
}

fn finish(
    rule: &'static str,
    severity: Severity,
    mut location: Location,
    message: Message,
    fingerprint: u128,
) -> Finding {
    // Whatever a rule says may quote the data, and so may a pointer.
    location.pointer = masked(&location.pointer).into_owned();
    location.id = location.id.map(|id| printable(&masked(&id)).into_owned());
    let Message {
        text,
        help,
        related,
        fix,
        targets,
        ..
    } = message;
    let (excerpt, after_recovery) = (None, false);
    Finding {
        rule,
        severity,
        message: masked(&text).into_owned(),
        help: help.map(|help| masked(&help).into_owned()),
        location,
        excerpt,
        related,
        fix,
        targets,
        after_recovery,
        fingerprint,
    }
}

/// The digest covers at most so many bytes of a record, so that its cost is bounded.
const FINGERPRINT_BYTES: usize = 64 * 1024;

fn fingerprint(rule: &str, pointer: &str, content: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    for part in [rule.as_bytes(), pointer.as_bytes()] {
        hash.update(part);
        hash.update(&[0]);
    }
    hash.update(&content.len().to_le_bytes());
    hash.update(content.get(..FINGERPRINT_BYTES).unwrap_or(content));
    hash.digest128()
}

//! The only way to report findings: counts all of them, keeps some.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tunelint_data::record::{Located, Place, Record};
use tunelint_data::text::excerpt::Excerpt;
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::printable;
use tunelint_data::text::redaction::{Redaction, redact_pointer, redact_secrets};

use super::counts::Counts;
use super::impact::{Impact, PartImpact, UsualImpacts};
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

/// The findings of one rule about places in one record that name targets.
#[derive(Debug, Default)]
struct JoinablePlaces {
    /// Rule, source and ordinal of the record.
    of: Option<(&'static str, SourceId, u64)>,
    places: BTreeMap<Span, JoinablePlace>,
}

/// A finding at a place, to which another is added that names other targets.
#[derive(Debug, Default)]
struct JoinablePlace {
    parts: Vec<PartImpact>,
    /// The index of the finding, if it was kept.
    kept: Option<usize>,
    is_suppressed: bool,
}

impl JoinablePlaces {
    /// The finding at `span` that one of `rule` for `targets` joins.
    fn joinable(
        &mut self,
        rule: &'static str,
        record: &Record<'_>,
        span: Span,
        targets: &[String],
    ) -> Option<&mut JoinablePlace> {
        let of = Some((rule, record.source, record.ordinal));
        if self.of != of {
            self.of = of;
            self.places.clear();
        }
        let place = self.places.get_mut(&span)?;
        let mut known = place.parts.iter().flat_map(|part| &part.targets);
        let is_about_others = !targets.is_empty() && known.all(|known| !targets.contains(known));
        is_about_others.then_some(place)
    }
}

/// Receives findings that are passed on before a rule is finished.
pub type Overflow<'p> = &'p mut dyn FnMut(Vec<Finding>);

/// Collects findings: counts every one, and builds the text only of those that are kept.
pub struct Findings<'p> {
    policy: &'p Policy,
    rule: &'static str,
    counts: BTreeMap<SourceId, Counts>,
    kept_of: BTreeMap<(SourceId, &'static str), usize>,
    /// Rules with enough kept findings already.
    saturated_rules: BTreeSet<&'static str>,
    kept: Vec<Finding>,
    located: Option<Located>,
    /// The places in the current record that a finding about other targets can join.
    places: JoinablePlaces,
    suppressed: Option<&'p SuppressedRecords>,
    overflow: Option<Overflow<'p>>,
}

/// Equal records of one source that a finding is about.
#[derive(Debug)]
struct Family {
    first: Location,
    /// The next places.
    places: Vec<Location>,
    /// All further records.
    copies: Vec<u64>,
    count: u64,
}

/// Further places that a finding about equal records names.
const PLACES: usize = 2;

/// Findings that are held at the end of a run, where nothing else bounds their number: beyond it, they
/// are passed on in the order in which the rules report them.
const HELD: usize = 4_096;

impl Family {
    /// One record.
    fn of(place: Location) -> Self {
        Self {
            first: place,
            places: Vec::new(),
            copies: Vec::new(),
            count: 1,
        }
    }

    /// Adds the next record.
    fn add(&mut self, place: Location) {
        self.count += 1;
        self.copies.extend(place.record);
        if self.places.len() < PLACES {
            self.places.push(place);
        }
    }
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
            places: JoinablePlaces::default(),
            suppressed: None,
            overflow: None,
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

    /// The same with a bound on memory: whenever many findings of [`report_at`](Self::report_at) and
    /// [`report_family`](Self::report_family) are kept, they go to `overflow`, by location and rule.
    #[must_use]
    pub fn with_overflow(mut self, overflow: Overflow<'p>) -> Self {
        self.overflow = Some(overflow);
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
        let Some(impact) = self.impact_in_force(rule, impact.into()) else {
            return;
        };
        let joinable = self.places.joinable(rule, record, span, impact.targets);
        if joinable.is_some() {
            self.join(rule, place, impact, message);
            return;
        }
        let is_suppressed = self.is_excused(rule, record, span);
        let is_kept = !is_suppressed && self.count(rule, impact, record.source);
        if !impact.targets.is_empty() {
            let place = JoinablePlace {
                parts: vec![impact.into()],
                kept: is_kept.then_some(self.kept.len()),
                is_suppressed,
            };
            self.places.places.entry(span).or_insert(place);
        }
        if is_kept {
            self.keep(rule, place, impact, message());
        }
    }

    /// Builds the text of a finding and keeps it.
    fn keep(
        &mut self,
        rule: &'static str,
        place: Place<'_>,
        impact: Impact<'_>,
        message: impl Into<Message>,
    ) {
        let Place { record, span } = place;
        let last = self.located.get_or_insert_with(|| Located::new(record));
        let location = record.locate_after(span, last);
        let fingerprint = fingerprint(rule, &location.pointer, record.raw);
        let mut message = message.into();
        if record.in_table {
            // Its bytes are not those of the file.
            message.fix = None;
        }
        let redaction = self.policy.redaction;
        let hides = message
            .hides
            .is_some_and(|own| own == Redaction::Secret || own == redaction);
        let mut finding = self.finish(rule, impact, location, message, fingerprint);
        let kept = self.kept_of.get(&(record.source, rule)).copied();
        let shown = self.policy.wants_excerpt(kept.unwrap_or(0));
        finding.excerpt = shown.then(|| Excerpt::behind(redaction, record.raw, span, hides));
        finding.after_recovery = record.recovered;
        self.kept.push(finding);
    }

    /// Adds what further targets do with the data at a place to the finding about that place: one
    /// cause is one finding, whatever the number of targets.
    fn join<M: Into<Message>>(
        &mut self,
        rule: &'static str,
        Place { record, span }: Place<'_>,
        impact: Impact<'_>,
        message: impl FnOnce() -> M,
    ) {
        let Some(place) = self.places.places.get_mut(&span) else {
            return;
        };
        let leading = PartImpact::leading(&place.parts);
        let Some(leading) = leading.filter(|_| !place.is_suppressed) else {
            return;
        };
        let counts = self.counts.entry(record.source).or_default();
        counts.join(rule, leading.impact(), impact);
        place.parts.push(impact.into());
        if let Some(finding) = place.kept.and_then(|at| self.kept.get_mut(at)) {
            let mut message = message().into();
            message.text = redact_secrets(&message.text).into_owned();
            message.help = message.help.map(|help| redact_secrets(&help).into_owned());
            finding.join(impact, message);
            finding.parts.clone_from(&place.parts);
        }
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
        let Some(impact) = self.impact_in_force(rule, impact.into()) else {
            return;
        };
        if self.policy.suppressions.is_empty() {
            if self.count(rule, impact, location.source) {
                let message = message().into();
                let fingerprint = message.fingerprint(rule, &location);
                let finding = self.finish(rule, impact, location, message, fingerprint);
                self.hold(finding);
            }
            return;
        }
        let message = message().into();
        let fingerprint = message.fingerprint(rule, &location);
        if self.is_excused_late(rule, &location, fingerprint) {
            return;
        }
        if self.count(rule, impact, location.source) {
            let finding = self.finish(rule, impact, location, message, fingerprint);
            self.hold(finding);
        }
    }

    /// Reports equal records at `places`, in order: each counts, and those of one source are one
    /// finding. `message` gets their number; `identity` is what they have in common.
    pub fn report_family<'t, M: Into<Message>>(
        &mut self,
        places: impl IntoIterator<Item = Location>,
        impact: impl Into<Impact<'t>>,
        identity: &[u8],
        message: impl Fn(u64) -> M,
    ) {
        let rule = self.rule;
        let Some(impact) = self.impact_in_force(rule, impact.into()) else {
            return;
        };
        let fingerprint = fingerprint(rule, "", identity);
        let mut families: BTreeMap<SourceId, Family> = BTreeMap::new();
        for place in places {
            if !self.policy.suppressions.is_empty()
                && self.is_excused_late(rule, &place, fingerprint)
            {
                continue;
            }
            match families.get_mut(&place.source) {
                Some(family) => family.add(place),
                None => drop(families.insert(place.source, Family::of(place))),
            }
        }
        for (source, family) in families {
            if !self.count_all(rule, impact, source, family.count) {
                continue;
            }
            let message = message(family.count).into();
            let mut finding = self.finish(rule, impact, family.first, message, fingerprint);
            finding.add_occurrences(family.places);
            finding.copies = family.copies;
            finding.count = family.count;
            self.hold(finding);
        }
    }

    /// Keeps a finding whose record is gone. Many are passed on.
    fn hold(&mut self, finding: Finding) {
        self.kept.push(finding);
        if self.kept.len() < HELD {
            return;
        }
        if let Some(overflow) = &mut self.overflow {
            let mut kept = std::mem::take(&mut self.kept);
            kept.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
            overflow(kept);
        }
    }

    /// Whether a finding is suppressed, given its record; if so, it is counted as such.
    fn is_excused(&mut self, rule: &'static str, record: &Record<'_>, span: Span) -> bool {
        let suppressions = &self.policy.suppressions;
        if suppressions.is_empty() {
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

    /// The number of findings so far, suppressed ones included.
    pub fn noticed(&self) -> u64 {
        let of = |counts: &Counts| counts.total() + counts.suppressed().values().sum::<u64>();
        self.counts.values().map(of).sum()
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

    /// The impact of a finding of `rule`, with the severity that the user set; `None` if the rule is
    /// not enabled.
    fn impact_in_force<'t>(&self, rule: &'static str, impact: Impact<'t>) -> Option<Impact<'t>> {
        let rule = *self.policy.enabled.get(rule)?;
        let set = self.policy.severities.get(rule).copied();
        let severity = set.unwrap_or_else(|| match impact.consequence {
            Some(_) => impact.severity,
            None => self.policy.usual.severity(rule, impact.severity),
        });
        Some(Impact { severity, ..impact })
    }

    /// Counts a finding. Returns whether it is to be kept.
    fn count(&mut self, rule: &'static str, impact: Impact<'_>, source: SourceId) -> bool {
        self.count_all(rule, impact, source, 1)
    }

    /// Counts one finding that stands for `number`. Returns whether it is to be kept.
    fn count_all(
        &mut self,
        rule: &'static str,
        impact: Impact<'_>,
        source: SourceId,
        number: u64,
    ) -> bool {
        let counts = self.counts.entry(source).or_default();
        counts.add(rule, impact, number);
        if self.saturated_rules.contains(rule) {
            return false;
        }
        let kept = self.kept_of.entry((source, rule)).or_default();
        if let Keep::First(limit) = self.policy.keep
            && *kept >= limit
        {
            return false;
        }
        *kept += 1;
        true
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
        location.pointer = redact_pointer(&location.pointer);
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
            parts: Vec::new(),
            copies: Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::text::position::Position;

    #[test]
    fn findings_at_the_end_of_a_run_are_passed_on_before_there_are_many() {
        let policy = Policy {
            enabled: ["a-rule"].into(),
            ..Policy::default()
        };
        let (mut passed_on, mut most) = (0, 0);
        let mut overflow = |kept: Vec<Finding>| {
            passed_on += kept.len();
            most = most.max(kept.len());
        };
        let mut findings = Findings::new(&policy).with_overflow(&mut overflow);
        findings.set_rule("a-rule");
        for offset in 0..10_000 {
            let start = Position {
                offset,
                ..Position::START
            };
            let place = Location::point(SourceId(0), start);
            findings.report_family([place], Severity::Advice, b"", |_| "equal");
        }
        let (counts, kept) = findings.into_parts();
        let total: u64 = counts.values().map(Counts::total).sum();
        assert_eq!((passed_on + kept.len(), total), (10_000, 10_000));
        assert!(most.max(kept.len()) <= HELD);
    }

    #[test]
    fn copies_that_were_accepted_are_passed_over() {
        let policy = Policy {
            enabled: ["a-rule"].into(),
            ..Policy::default()
        };
        let mut findings = Findings::new(&policy);
        findings.set_rule("a-rule");
        let place = |record| Location {
            record: Some(record),
            ..Location::point(SourceId(0), Position::START)
        };
        findings.report_family((2..=6).map(place), Severity::Advice, b"", |_| "equal");
        let (_, kept) = findings.into_parts();
        let rest = |accepted| {
            let found = kept.first().cloned()?.without_accepted(accepted)?;
            let related = found.related.iter().map(|of| of.location.record);
            let related: Vec<u64> = related.flatten().collect();
            Some((found.location.record?, found.copies, related, found.message))
        };
        assert_eq!(
            rest(0),
            Some((2, vec![3, 4, 5, 6], vec![3, 4], "equal".to_owned()))
        );
        let after = |words: &str| format!("equal ({words})");
        assert_eq!(
            rest(1),
            Some((3, vec![4, 5, 6], vec![4], after("1 of 5 accepted before")))
        );
        let words = "4 of 5 accepted before; the next is record 6";
        assert_eq!(rest(4), Some((2, vec![], vec![], after(words))));
        assert_eq!(rest(5), None);
    }
}

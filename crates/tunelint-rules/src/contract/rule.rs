//! The traits of rules, one for each kind of input: an example, the dataset, the survey, a record
//! without an example, a source, a suppression.
//!
//! All report through [`Findings`], which counts every finding, applies suppressions, and builds a
//! message only for the findings that are kept.

use std::any::Any;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tunelint_data::record::Record;
use tunelint_data::text::position::Location;
use tunelint_layouts::declared::ReadColumn;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Findings;
use tunelint_layouts::reader::request::Request;
use tunelint_layouts::reader::{Reader, Unreadable};

use super::sequence::Sequence;
use crate::survey::cases::{Cases, CasesByKind};
use crate::survey::{Needs, Survey};

/// Checks one example at a time.
///
/// Called from several threads, in no particular order, so it cannot keep state between examples:
/// use a [`DatasetRule`] for that. This is the hot path: it runs for every example.
pub trait ExampleRule: Send + Sync {
    /// Checks one example.
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>);
}

/// Checks the whole dataset through a tally that can be merged.
///
/// The dataset is cut into batches; each gets an empty tally, which [`observe`](Self::observe)
/// fills. The tallies are then merged in the order of the data, across batches, files and shards,
/// and [`finish`](Self::finish) reports. The result must not depend on where the cuts are, so
/// [`merge`](Self::merge) must be associative. Keep the tally small: its size is the memory that
/// the rule needs.
pub trait DatasetRule: Send + Sync + 'static {
    /// What the rule keeps of the examples seen so far. Serialized in the part files of shards.
    type Tally: Default + Send + Serialize + DeserializeOwned + 'static;
    /// Adds one example to the tally. Called from several threads, each with its own tally.
    fn observe(&self, example: &Example<'_>, tally: &mut Self::Tally);
    /// Whether it looks at sequences, so that [`observe_sequence`](Self::observe_sequence) is called.
    fn needs_sequences(&self) -> bool {
        false
    }
    /// Adds the sequence of an example to the tally.
    fn observe_sequence(&self, _sequence: &Sequence<'_, '_>, _tally: &mut Self::Tally) {}
    /// Adds `from`, the tally of the examples that follow those of `into`.
    fn merge(&self, into: &mut Self::Tally, from: Self::Tally);
    /// Adds `by` to every source id in the tally. Called for the tally of a shard before it is
    /// merged.
    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32);
    /// What another pass over all examples needs to know, if the tally alone is not enough. If there
    /// is something, [`follow_up`](Self::follow_up) is called with it, and [`finish`](Self::finish)
    /// is not. Keep it small: it is sent to every machine that reads a part of the dataset.
    fn lead(&self, _tally: &Self::Tally) -> Option<Lead> {
        None
    }
    /// The check of that pass; `None` if the lead is damaged.
    fn follow_up(&self, _lead: &Lead) -> Option<Check> {
        None
    }
    /// Reports the findings, after the last example. Called once. Records are no longer available;
    /// report at locations kept in the tally.
    fn finish(&self, tally: Self::Tally, findings: &mut Findings<'_>);
}

/// What a rule found out in one pass for the next, serialized.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead(Vec<u8>);

impl Lead {
    /// A lead with this content; `None` if the serializer fails, which is a bug.
    pub fn new(content: &impl Serialize) -> Option<Self> {
        rmp_serde::to_vec(content).ok().map(Self)
    }

    /// The content; `None` if it is of another type.
    pub fn content<T: DeserializeOwned>(&self) -> Option<T> {
        rmp_serde::from_slice(&self.0).ok()
    }
}

/// Checks the sequence that a trainer makes of each example. Only run where the user named a model.
///
/// Called as an [`ExampleRule`] is.
pub trait SequenceRule: Send + Sync {
    /// Checks one sequence.
    fn check(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>);
}

/// Gathers cases over all sequences, to report each kind once. Only run where the user named a model.
pub trait SequenceCases: Send + Sync + 'static {
    /// The kinds, each of which is one finding. Their number must not grow with the data.
    type Kind: Ord + Send + Serialize + DeserializeOwned + 'static;
    /// What is noted about the first case of a kind.
    type Note: Send + Serialize + DeserializeOwned + 'static;
    /// Adds the cases of one sequence.
    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<Self::Kind, Self::Note>);
    /// Reports one kind, of which there are `cases` among `all` sequences.
    fn report(
        &self,
        kind: Self::Kind,
        cases: Cases<Self::Note>,
        all: u64,
        findings: &mut Findings<'_>,
    );
}

/// Checks the survey: statistics gathered once for all rules.
pub trait SurveyRule: Send + Sync {
    /// The statistics that this rule needs. Only those that some rule needs are gathered.
    fn needs(&self) -> Needs;
    /// Reports the findings, after the last example, when the survey is complete.
    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>);
}

/// Reports records that are not valid examples.
pub trait RecordRule: Send + Sync {
    /// Reports one such record if the rule covers the reason. Every record rule is called for each
    /// of them, so it must ignore all other reasons.
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>);
}

/// A source that has been read to its end.
#[derive(Debug, Clone, Copy)]
pub struct SourceFacts<'s> {
    /// The reader, with container, header, mapping and [`Reader::facts`].
    pub reader: &'s Reader,
    /// The request body that contains the examples, if the file is one.
    pub request: Option<&'s Request<'s>>,
    /// The columns that its entry in a `dataset_info.json` reads and that no record has.
    pub absent_columns: &'s [ReadColumn],
}

/// Checks a source as a whole: encoding, container, header, line endings, layout, request.
pub trait SourceRule: Send + Sync {
    /// Checks one source, after its last record. Called once for each.
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>);
}

/// A suppression, as known at the end of a run.
#[derive(Debug, Clone)]
pub struct SuppressionFacts<'s> {
    /// The suppressed rule.
    pub rule: &'s str,
    /// The reason that the user gave.
    pub reason: &'s str,
    /// Its location in the settings file.
    pub location: Location,
    /// The expiry date, if it has passed.
    pub expired: Option<&'s str>,
    /// Whether it suppressed nothing although the run checked everything it could apply to. False
    /// if that is not known.
    pub unused: bool,
}

/// Checks the suppressions of the settings.
pub trait SuppressionRule: Send + Sync {
    /// Checks one suppression, at the end of a run.
    fn check(&self, suppression: &SuppressionFacts<'_>, findings: &mut Findings<'_>);
}

/// A built rule, by what it checks. Most rules have one part, some have two.
#[derive(Default)]
pub struct Check {
    /// Run on every example.
    pub example: Option<Box<dyn ExampleRule>>,
    /// Run on the whole dataset through a tally.
    pub dataset: Option<Box<dyn ErasedRule>>,
    /// Run on the survey.
    pub survey: Option<Box<dyn SurveyRule>>,
    /// Run on the sequence of every example.
    pub sequence: Option<Box<dyn SequenceRule>>,
    /// Run on every record without a valid example.
    pub record: Option<Box<dyn RecordRule>>,
    /// Run on every source.
    pub source: Option<Box<dyn SourceRule>>,
    /// Run on the suppressions of the settings.
    pub suppression: Option<Box<dyn SuppressionRule>>,
}

impl Check {
    /// A check with only an [`ExampleRule`].
    pub fn example(rule: impl ExampleRule + 'static) -> Self {
        Self {
            example: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A check with only a [`DatasetRule`]. Erases the type of its tally.
    pub fn dataset(rule: impl DatasetRule) -> Self {
        Self {
            dataset: Some(Box::new(Erased(rule))),
            ..Self::default()
        }
    }

    /// A check with only a [`SequenceRule`].
    pub fn sequence(rule: impl SequenceRule + 'static) -> Self {
        Self {
            sequence: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A check with only [`SequenceCases`].
    pub fn sequence_cases(rule: impl SequenceCases) -> Self {
        Self::dataset(Gathering(rule))
    }

    /// A check with only a [`SurveyRule`].
    pub fn survey(rule: impl SurveyRule + 'static) -> Self {
        Self::default().and_survey(rule)
    }

    /// A check with only a [`RecordRule`].
    pub fn record(rule: impl RecordRule + 'static) -> Self {
        Self::default().and_record(rule)
    }

    /// A check with only a [`SourceRule`].
    pub fn source(rule: impl SourceRule + 'static) -> Self {
        Self {
            source: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A check with only a [`SuppressionRule`].
    pub fn suppression(rule: impl SuppressionRule + 'static) -> Self {
        Self {
            suppression: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// Adds a [`SurveyRule`], replacing any other.
    #[must_use]
    pub fn and_survey(mut self, rule: impl SurveyRule + 'static) -> Self {
        self.survey = Some(Box::new(rule));
        self
    }

    /// Adds a [`RecordRule`], replacing any other.
    #[must_use]
    pub fn and_record(mut self, rule: impl RecordRule + 'static) -> Self {
        self.record = Some(Box::new(rule));
        self
    }
}

/// The tally of a [`DatasetRule`], type-erased.
pub type AnyTally = Box<dyn Any + Send>;

/// An object-safe [`DatasetRule`]. [`Check::dataset`] wraps a rule in it. A tally must
/// come from the same rule; one of another type is ignored.
pub trait ErasedRule: Send + Sync {
    /// An empty tally.
    fn tally(&self) -> AnyTally;
    /// See [`DatasetRule::observe`].
    fn observe(&self, example: &Example<'_>, tally: &mut AnyTally);
    /// See [`DatasetRule::needs_sequences`].
    fn needs_sequences(&self) -> bool;
    /// See [`DatasetRule::observe_sequence`].
    fn observe_sequence(&self, sequence: &Sequence<'_, '_>, tally: &mut AnyTally);
    /// See [`DatasetRule::merge`].
    fn merge(&self, into: &mut AnyTally, from: AnyTally);
    /// See [`DatasetRule::renumber_sources`].
    fn renumber_sources(&self, tally: &mut AnyTally, by: u32);
    /// See [`DatasetRule::lead`].
    fn lead(&self, tally: &AnyTally) -> Option<Lead>;
    /// See [`DatasetRule::follow_up`].
    fn follow_up(&self, lead: &Lead) -> Option<Check>;
    /// See [`DatasetRule::finish`].
    fn finish(&self, tally: AnyTally, findings: &mut Findings<'_>);
    /// Serializes a tally for the part file of a shard.
    ///
    /// # Errors
    /// If the serializer fails.
    fn save(&self, tally: &AnyTally) -> Result<Vec<u8>, rmp_serde::encode::Error>;
    /// Deserializes a tally that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If the deserializer fails, for example on a tally of another version.
    fn load(&self, saved: &[u8]) -> Result<AnyTally, rmp_serde::decode::Error>;
}

/// [`SequenceCases`] as a dataset rule, whose tally is the cases.
struct Gathering<R>(R);

struct Erased<R>(R);

impl<R: DatasetRule> ErasedRule for Erased<R> {
    fn tally(&self) -> AnyTally {
        Box::new(R::Tally::default())
    }

    fn observe(&self, example: &Example<'_>, tally: &mut AnyTally) {
        if let Some(tally) = tally.downcast_mut() {
            self.0.observe(example, tally);
        }
    }

    fn needs_sequences(&self) -> bool {
        self.0.needs_sequences()
    }

    fn observe_sequence(&self, sequence: &Sequence<'_, '_>, tally: &mut AnyTally) {
        if let Some(tally) = tally.downcast_mut() {
            self.0.observe_sequence(sequence, tally);
        }
    }

    fn merge(&self, into: &mut AnyTally, from: AnyTally) {
        if let (Some(into), Ok(from)) = (into.downcast_mut(), from.downcast()) {
            self.0.merge(into, *from);
        }
    }

    fn renumber_sources(&self, tally: &mut AnyTally, by: u32) {
        if let Some(tally) = tally.downcast_mut() {
            self.0.renumber_sources(tally, by);
        }
    }

    fn lead(&self, tally: &AnyTally) -> Option<Lead> {
        tally.downcast_ref().and_then(|tally| self.0.lead(tally))
    }

    fn follow_up(&self, lead: &Lead) -> Option<Check> {
        self.0.follow_up(lead)
    }

    fn finish(&self, tally: AnyTally, findings: &mut Findings<'_>) {
        if let Ok(tally) = tally.downcast() {
            self.0.finish(*tally, findings);
        }
    }

    fn save(&self, tally: &AnyTally) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        match tally.downcast_ref::<R::Tally>() {
            Some(tally) => rmp_serde::to_vec(tally),
            None => rmp_serde::to_vec(&R::Tally::default()),
        }
    }

    fn load(&self, saved: &[u8]) -> Result<AnyTally, rmp_serde::decode::Error> {
        Ok(Box::new(rmp_serde::from_slice::<R::Tally>(saved)?))
    }
}

impl<R: SequenceCases> DatasetRule for Gathering<R> {
    type Tally = CasesByKind<R::Kind, R::Note>;

    fn observe(&self, _: &Example<'_>, _: &mut Self::Tally) {}

    fn needs_sequences(&self) -> bool {
        true
    }

    fn observe_sequence(&self, sequence: &Sequence<'_, '_>, cases: &mut Self::Tally) {
        cases.all += 1;
        self.0.observe(sequence, cases);
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.merge(from);
    }

    fn renumber_sources(&self, cases: &mut Self::Tally, by: u32) {
        cases.renumber_sources(by);
    }

    fn finish(&self, cases: Self::Tally, findings: &mut Findings<'_>) {
        let all = cases.all;
        for (kind, cases) in cases.into_kinds() {
            self.0.report(kind, cases, all, findings);
        }
    }
}

//! The contracts of rules, one for each kind of input: an example, the dataset, the survey, a record
//! without an example, a source, a suppression.

use std::any::Any;

use serde::{Serialize, de::DeserializeOwned};
use tunelint_data::record::Record;
use tunelint_data::text::position::Location;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Findings;
use tunelint_layouts::reader::request::Request;
use tunelint_layouts::reader::{Reader, Unreadable};

use crate::survey::{Needs, Survey};

/// Checks one example at a time. Called from several threads, in no particular order.
pub trait ExampleRule: Send + Sync {
    /// Checks one example.
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>);
}

/// Checks the whole dataset through a tally that merges. `merge` must be associative, and
/// commutative up to record order: threads, files and shards all use the same three steps.
pub trait DatasetRule: Send + Sync + 'static {
    /// What is kept of the examples seen so far.
    type Tally: Default + Send + Serialize + DeserializeOwned + 'static;
    /// Adds one example to the tally.
    fn observe(&self, example: &Example<'_>, tally: &mut Self::Tally);
    /// Adds `from`, the tally of the examples that come after those of `into`.
    fn merge(&self, into: &mut Self::Tally, from: Self::Tally);
    /// Adds `by` to every source id in the tally, which comes from another run.
    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32);
    /// The check for a second pass over all examples, if the tally alone is not enough. If there is
    /// one, it replaces this rule's `finish`.
    fn follow_up(&self, _tally: &Self::Tally) -> Option<Check> {
        None
    }
    /// Reports the findings, after the last example.
    fn finish(&self, tally: Self::Tally, findings: &mut Findings<'_>);
}

/// Checks the survey, which is gathered once for all rules, after the last example.
pub trait SurveyRule: Send + Sync {
    /// What the survey must gather for this rule.
    fn needs(&self) -> Needs;
    /// Reports the findings, once the survey is complete.
    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>);
}

/// Reports why a record could not be read as an example.
pub trait RecordRule: Send + Sync {
    /// Checks one such record. Every rule is called for every one of them, and reports only the
    /// reasons that it covers.
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>);
}

/// What is known about a source after it was read to its end.
#[derive(Debug, Clone, Copy)]
pub struct SourceFacts<'s> {
    /// The reader: its container, header and field mapping, and what it noticed along the way.
    pub reader: &'s Reader,
    /// The request body around the examples, if the file is one.
    pub request: Option<&'s Request<'s>>,
}

/// Checks a source as a whole: encoding, container, header, line endings, layout, request.
pub trait SourceRule: Send + Sync {
    /// Checks one source, after its last record.
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>);
}

/// What is known about a suppression at the end of a run.
#[derive(Debug, Clone)]
pub struct SuppressionFacts<'s> {
    /// The suppressed rule.
    pub rule: &'s str,
    /// The reason that the settings give.
    pub reason: &'s str,
    /// Its place in the settings.
    pub location: Location,
    /// The expiry date, if it has passed.
    pub expired: Option<&'s str>,
    /// Whether it is known to match no finding: the run checked everything that it could match.
    pub unused: bool,
}

/// Checks the suppressions of the settings.
pub trait SuppressionRule: Send + Sync {
    /// Checks one suppression, at the end of the run.
    fn check(&self, suppression: &SuppressionFacts<'_>, findings: &mut Findings<'_>);
}

/// A built rule, by what it checks. Most rules have one part, some have two.
#[derive(Default)]
pub struct Check {
    /// Checks one example.
    pub example: Option<Box<dyn ExampleRule>>,
    /// Checks the dataset through a tally.
    pub dataset: Option<Box<dyn ErasedRule>>,
    /// Checks the survey.
    pub survey: Option<Box<dyn SurveyRule>>,
    /// Checks the records that gave no example.
    pub record: Option<Box<dyn RecordRule>>,
    /// Checks each source.
    pub source: Option<Box<dyn SourceRule>>,
    /// Checks the suppressions of the settings.
    pub suppression: Option<Box<dyn SuppressionRule>>,
}

impl Check {
    /// A rule that checks one example.
    pub fn example(rule: impl ExampleRule + 'static) -> Self {
        Self {
            example: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A rule with a tally. The only place where the type of the tally is erased.
    pub fn dataset(rule: impl DatasetRule) -> Self {
        Self {
            dataset: Some(Box::new(Erased(rule))),
            ..Self::default()
        }
    }

    /// A rule that checks the survey.
    pub fn survey(rule: impl SurveyRule + 'static) -> Self {
        Self::default().and_survey(rule)
    }

    /// A rule that checks records that gave no example.
    pub fn record(rule: impl RecordRule + 'static) -> Self {
        Self::default().and_record(rule)
    }

    /// A rule that checks each source.
    pub fn source(rule: impl SourceRule + 'static) -> Self {
        Self {
            source: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A rule that checks suppressions.
    pub fn suppression(rule: impl SuppressionRule + 'static) -> Self {
        Self {
            suppression: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// Adds a part that checks the survey.
    #[must_use]
    pub fn and_survey(mut self, rule: impl SurveyRule + 'static) -> Self {
        self.survey = Some(Box::new(rule));
        self
    }

    /// Adds a part that checks records that gave no example.
    #[must_use]
    pub fn and_record(mut self, rule: impl RecordRule + 'static) -> Self {
        self.record = Some(Box::new(rule));
        self
    }
}

/// A type-erased tally.
pub type AnyTally = Box<dyn Any + Send>;

/// An object-safe [`DatasetRule`]. A tally must come from the same rule: others are ignored.
pub trait ErasedRule: Send + Sync {
    /// An empty tally.
    fn tally(&self) -> AnyTally;
    /// See [`DatasetRule::observe`].
    fn observe(&self, example: &Example<'_>, tally: &mut AnyTally);
    /// See [`DatasetRule::merge`].
    fn merge(&self, into: &mut AnyTally, from: AnyTally);
    /// See [`DatasetRule::shift`].
    fn renumber_sources(&self, tally: &mut AnyTally, by: u32);
    /// See [`DatasetRule::again`].
    fn follow_up(&self, tally: &AnyTally) -> Option<Check>;
    /// See [`DatasetRule::finish`].
    fn finish(&self, tally: AnyTally, findings: &mut Findings<'_>);
    /// Serializes a tally, for a shard.
    ///
    /// # Errors
    /// If the serializer fails.
    fn save(&self, tally: &AnyTally) -> Result<Vec<u8>, rmp_serde::encode::Error>;
    /// Deserializes a tally that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If the deserializer fails, as for a tally of another version.
    fn load(&self, saved: &[u8]) -> Result<AnyTally, rmp_serde::decode::Error>;
}

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

    fn follow_up(&self, tally: &AnyTally) -> Option<Check> {
        tally
            .downcast_ref()
            .and_then(|tally| self.0.follow_up(tally))
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

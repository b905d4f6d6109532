//! What a rule is: the contracts, one for each thing that a rule can look at.

use std::any::Any;

use serde::{Serialize, de::DeserializeOwned};
use tunelint_data::record::Record;
use tunelint_data::text::position::Location;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Findings;
use tunelint_layouts::reader::request::Request;
use tunelint_layouts::reader::{Reader, Unreadable};

use crate::survey::{Needs, Survey};

/// Sees one example at a time and nothing else.
pub trait ExampleRule: Send + Sync {
    /// Looks at one example.
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>);
}

/// Sees every example through a tally that merges. `merge` is associative, and commutative up to
/// record order, so threads, files and machines all use the same three steps.
pub trait DatasetRule: Send + Sync + 'static {
    /// What is remembered of the examples seen.
    type Tally: Default + Send + Serialize + DeserializeOwned + 'static;
    /// Takes one example into account.
    fn observe(&self, example: &Example<'_>, tally: &mut Self::Tally);
    /// Adds the tally of the examples that follow.
    fn merge(&self, into: &mut Self::Tally, from: Self::Tally);
    /// Counts the sources that the tally names from `by` on: it was made in a run of its own.
    fn shift(&self, tally: &mut Self::Tally, by: u32);
    /// The rule that is to see all examples once more, because the tally does not tell enough; if
    /// there is one, it speaks and this one does not.
    fn again(&self, _tally: &Self::Tally) -> Option<Check> {
        None
    }
    /// Says what all of them show.
    fn finish(&self, tally: Self::Tally, findings: &mut Findings<'_>);
}

/// Speaks at the end, about what was gathered for all rules.
pub trait SurveyRule: Send + Sync {
    /// What must be gathered.
    fn needs(&self) -> Needs;
    /// Says what it shows.
    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>);
}

/// Puts into words why a record gave no example.
pub trait RecordRule: Send + Sync {
    /// Looks at one such record. Called for every one of them, under every rule: a rule reports
    /// the reasons that are its own.
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>);
}

/// What is known about a source once it has been read.
#[derive(Debug, Clone, Copy)]
pub struct SourceFacts<'s> {
    /// The source: its shape, its header, how its records became examples, and what was noticed.
    pub reader: &'s Reader,
    /// The body of the request that the examples are a part of, where the file is one.
    pub request: Option<&'s Request<'s>>,
}

/// Judges what one source is: encoding, container, header, line endings, layout, request.
pub trait SourceRule: Send + Sync {
    /// Looks at one source, after its last record.
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>);
}

/// What is known about a suppression once everything has been checked.
#[derive(Debug, Clone)]
pub struct SuppressionFacts<'s> {
    /// The rule that it suppresses.
    pub rule: &'s str,
    /// Why, in the user's words.
    pub reason: &'s str,
    /// Where it is set.
    pub location: Location,
    /// The day on which it ended, if it has.
    pub expired: Option<&'s str>,
    /// Whether it is known to suppress nothing: the run checked all that it could hold for.
    pub unused: bool,
}

/// Judges the suppressions of the settings.
pub trait SuppressionRule: Send + Sync {
    /// Looks at one suppression, after everything was checked.
    fn check(&self, suppression: &SuppressionFacts<'_>, findings: &mut Findings<'_>);
}

/// A built rule: what it looks at. Most rules look at one thing, some at two.
#[derive(Default)]
pub struct Check {
    /// Sees one example.
    pub example: Option<Box<dyn ExampleRule>>,
    /// Sees all of them through a tally.
    pub dataset: Option<Box<dyn ErasedRule>>,
    /// Sees what was gathered about all of them.
    pub survey: Option<Box<dyn SurveyRule>>,
    /// Sees the records that gave no example.
    pub record: Option<Box<dyn RecordRule>>,
    /// Sees each source.
    pub source: Option<Box<dyn SourceRule>>,
    /// Sees the suppressions of the settings.
    pub suppression: Option<Box<dyn SuppressionRule>>,
}

impl Check {
    /// A rule that sees one example.
    pub fn example(rule: impl ExampleRule + 'static) -> Self {
        Self {
            example: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A rule with a tally, whose type is erased here and nowhere else.
    pub fn dataset(rule: impl DatasetRule) -> Self {
        Self {
            dataset: Some(Box::new(Erased(rule))),
            ..Self::default()
        }
    }

    /// A rule about the survey.
    pub fn survey(rule: impl SurveyRule + 'static) -> Self {
        Self::default().and_survey(rule)
    }

    /// A rule about records that gave no example.
    pub fn record(rule: impl RecordRule + 'static) -> Self {
        Self::default().and_record(rule)
    }

    /// A rule about each source.
    pub fn source(rule: impl SourceRule + 'static) -> Self {
        Self {
            source: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// A rule about suppressions.
    pub fn suppression(rule: impl SuppressionRule + 'static) -> Self {
        Self {
            suppression: Some(Box::new(rule)),
            ..Self::default()
        }
    }

    /// The same rule, which also looks at the survey.
    #[must_use]
    pub fn and_survey(mut self, rule: impl SurveyRule + 'static) -> Self {
        self.survey = Some(Box::new(rule));
        self
    }

    /// The same rule, which also looks at records that gave no example.
    #[must_use]
    pub fn and_record(mut self, rule: impl RecordRule + 'static) -> Self {
        self.record = Some(Box::new(rule));
        self
    }
}

/// The tally of a rule whose type is not known here.
pub type AnyTally = Box<dyn Any + Send>;

/// A [`DatasetRule`] behind a pointer.
pub trait ErasedRule: Send + Sync {
    /// An empty tally.
    fn tally(&self) -> AnyTally;
    /// See [`DatasetRule::observe`].
    fn observe(&self, example: &Example<'_>, tally: &mut AnyTally);
    /// See [`DatasetRule::merge`].
    fn merge(&self, into: &mut AnyTally, from: AnyTally);
    /// See [`DatasetRule::shift`].
    fn shift(&self, tally: &mut AnyTally, by: u32);
    /// See [`DatasetRule::again`].
    fn again(&self, tally: &AnyTally) -> Option<Check>;
    /// See [`DatasetRule::finish`].
    fn finish(&self, tally: AnyTally, findings: &mut Findings<'_>);
    /// The tally in a form that can be stored.
    ///
    /// # Errors
    /// What the serializer returns.
    fn save(&self, tally: &AnyTally) -> Result<Vec<u8>, rmp_serde::encode::Error>;
    /// The tally that was stored.
    ///
    /// # Errors
    /// What the deserializer returns.
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

    fn shift(&self, tally: &mut AnyTally, by: u32) {
        if let Some(tally) = tally.downcast_mut() {
            self.0.shift(tally, by);
        }
    }

    fn again(&self, tally: &AnyTally) -> Option<Check> {
        tally.downcast_ref().and_then(|tally| self.0.again(tally))
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

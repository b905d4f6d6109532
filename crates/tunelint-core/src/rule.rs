//! The contracts of rules.
//!
//! A rule sees one example at a time ([`ExampleRule`]), every example through a tally of its own
//! ([`DatasetRule`]), or the survey that is gathered once for all rules ([`SurveyRule`]).

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use crate::custom::CustomRule;
use crate::example::Example;
use crate::finding::{Findings, Severity};
use crate::infer::Inferred;
pub use crate::limit::{TargetFact, TargetLimit};
use crate::production::Prompts;
use crate::profile::{Cited, Fact, Profile};
use crate::request::Request;
use crate::schema::Schema;
use crate::survey::{Leaks, Needs, Survey};
use crate::task::Task;
use crate::tokens::Tokenizer;

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

/// Sees the request that the examples of a file stand in.
pub trait RequestRule: Send + Sync {
    /// Looks at its names and settings.
    fn check(&self, request: &Request<'_>, findings: &mut Findings<'_>);
}

/// How severe a rule's findings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Always this, unless the rule's page says otherwise.
    Fixed(Severity),
    /// As the profile's limit has it.
    Profile,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One example or record.
    Example,
    /// All of them.
    Dataset,
    /// The bytes of a file.
    Source,
}

/// What can be done about its findings by program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// Nothing.
    None,
    /// A change that keeps every decoded text.
    Safe,
    /// A change of trained text.
    Unsafe,
    /// The record can be left out.
    DropsRecord,
}

/// Whether a rule speaks without being asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleStatus {
    /// It does.
    Stable,
    /// Only with `--preview`, or when selected by name.
    Preview,
    /// Only when selected by name.
    Off,
}

/// A number that a rule can be given in the settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleOption {
    /// Its name.
    pub name: &'static str,
    /// What it means, in a sentence without a full stop.
    pub summary: &'static str,
    /// Its value where nothing is set.
    pub default: f64,
    /// The smallest value that makes sense.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// The options that were set, by rule and name.
pub type RuleOptions = BTreeMap<(&'static str, &'static str), f64>;

/// What is known about a rule without building it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleMeta {
    /// Its name, the same everywhere.
    pub name: &'static str,
    /// How severe its findings are.
    pub level: Level,
    /// What it looks at.
    pub scope: Scope,
    /// What can be done by program.
    pub fix: FixKind,
    /// Whether it speaks without being asked to.
    pub status: RuleStatus,
    /// Whether it is built from the common form of the set.
    pub infers: bool,
    /// The version that it came with.
    pub since: &'static str,
    /// What can be set.
    pub options: &'static [RuleOption],
}

impl RuleMeta {
    /// A stable rule without fixes, from the first version on.
    pub const fn new(name: &'static str, level: Level, scope: Scope) -> Self {
        Self {
            name,
            level,
            scope,
            fix: FixKind::None,
            status: RuleStatus::Stable,
            infers: false,
            since: "0.1.0",
            options: &[],
        }
    }

    /// The same, built from the common form of the set once that is known.
    #[must_use]
    pub const fn inferring(mut self) -> Self {
        self.infers = true;
        self
    }

    /// The same with another status.
    #[must_use]
    pub const fn status(mut self, status: RuleStatus) -> Self {
        self.status = status;
        self
    }

    /// The same with options.
    #[must_use]
    pub const fn options(mut self, options: &'static [RuleOption]) -> Self {
        self.options = options;
        self
    }

    /// The same with a fix.
    #[must_use]
    pub const fn fix(mut self, fix: FixKind) -> Self {
        self.fix = fix;
        self
    }
}

/// What a rule is built from.
#[derive(Debug, Clone, Default)]
pub struct RuleContext {
    /// The targets.
    pub profiles: Vec<Arc<Profile>>,
    /// The task, where somebody named it.
    pub task: Option<Task>,
    /// The preamble, where somebody named it.
    pub preamble: Option<String>,
    /// The validation set's examples, where one was named.
    pub validation: Option<Arc<Leaks>>,
    /// The prompts of the application, where they were named.
    pub production: Option<Arc<Prompts>>,
    /// The common form of the set, once it is known: the registry is asked again then.
    pub inferred: Option<Arc<Inferred>>,
    /// What was set for single rules.
    pub options: RuleOptions,
    /// What every output must satisfy, where a schema was named.
    pub output_schema: Option<Arc<dyn Schema>>,
    /// The user's own rules.
    pub custom: Vec<CustomRule>,
    /// What counts tokens exactly, where the user has it.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
}

impl RuleContext {
    /// The value of a rule's option: what was set, or its default.
    pub fn option(&self, meta: &RuleMeta, name: &str) -> f64 {
        let option = meta.options.iter().find(|option| option.name == name);
        option.map_or(0.0, |option| {
            let set = self.options.get(&(meta.name, option.name));
            set.copied().unwrap_or(option.default)
        })
    }

    /// The limits called `name` of all targets; equal ones are one, so that each is checked once.
    pub fn limits(&self, name: &str) -> Vec<TargetLimit> {
        let mut limits: Vec<TargetLimit> = Vec::new();
        for profile in &self.profiles {
            let Some(limit) = profile.limit(name) else {
                continue;
            };
            let same = |known: &&mut TargetLimit| {
                // Without a validation set, nothing is counted with it.
                let with = |of: &Cited<u64>| of.with_validation && self.validation.is_some();
                let key = |of: &Cited<u64>| (of.value, of.unit, of.effect, with(of));
                key(&known.limit) == key(limit) && known.limit.task == limit.task
            };
            match limits.iter_mut().find(same) {
                Some(known) => known.targets.push(profile.name.clone()),
                None => limits.push(TargetLimit {
                    limit: limit.clone(),
                    targets: vec![profile.name.clone()],
                }),
            }
        }
        limits
    }

    /// What the targets ask of turns under `name`; those of one effect are one.
    pub fn turns(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.turns.get(name)))
    }

    /// What else they ask for under `name`.
    pub fn requires(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.requires.get(name)))
    }

    fn facts<'c>(
        &'c self,
        fact: impl Fn(&'c Profile) -> Option<&'c Fact>,
    ) -> impl Iterator<Item = (&'c str, &'c Fact)> {
        let with_name =
            move |profile: &'c Arc<Profile>| Some((profile.name.as_str(), fact(profile)?));
        self.profiles.iter().filter_map(with_name)
    }
}

/// A line of the registry.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry {
    /// What is known about the rule.
    pub meta: RuleMeta,
    /// Its page.
    pub page: &'static str,
    /// Builds it; `None` where it has nothing to say in this context.
    pub build: fn(&RuleContext) -> Option<Check>,
}

impl RuleEntry {
    /// What the rule is about: the first sentence of its page.
    pub fn summary(&self) -> String {
        let paragraph = self.page.split("\n\n").nth(1).unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A built rule of either kind.
pub enum Check {
    /// Sees one example.
    Example(Box<dyn ExampleRule>),
    /// Sees all of them.
    Dataset(Box<dyn ErasedRule>),
    /// Speaks about the survey.
    Survey(Box<dyn SurveyRule>),
    /// Sees one example, and speaks about the survey as well.
    Twofold(Box<dyn ExampleRule>, Box<dyn SurveyRule>),
    /// Sees the request around the examples.
    Request(Box<dyn RequestRule>),
    /// The reader and the layouts report under its name.
    Reader,
}

impl Check {
    /// A rule that sees one example.
    pub fn example(rule: impl ExampleRule + 'static) -> Self {
        Self::Example(Box::new(rule))
    }

    /// A rule with a tally, whose type is erased here and nowhere else.
    pub fn dataset(rule: impl DatasetRule) -> Self {
        Self::Dataset(Box::new(Erased(rule)))
    }

    /// A rule that speaks about the survey.
    pub fn survey(rule: impl SurveyRule + 'static) -> Self {
        Self::Survey(Box::new(rule))
    }

    /// A rule that sees one example, and speaks about the survey as well.
    pub fn twofold(of_one: impl ExampleRule + 'static, of_all: impl SurveyRule + 'static) -> Self {
        Self::Twofold(Box::new(of_one), Box::new(of_all))
    }

    /// A rule that sees the request around the examples.
    pub fn request(rule: impl RequestRule + 'static) -> Self {
        Self::Request(Box::new(rule))
    }

    /// The reader reports it.
    pub fn reader(_: &RuleContext) -> Option<Self> {
        Some(Self::Reader)
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

//! What holds for the sources of a session.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tunelint_data::source::Input;
use tunelint_data::text::position::{Position, SourceId};
use tunelint_layouts::finding::suppression::Suppressions;
use tunelint_layouts::finding::{Policy, Severity};
use tunelint_layouts::provider::profile::{self, Profile};
use tunelint_layouts::provider::task::Task;
use tunelint_layouts::provider::tokens::Counter;
use tunelint_layouts::reader::{ReadOptions, Reader};
use tunelint_rules::contract::{Check, RuleContext};
use tunelint_rules::rules::{LOOKUP, RuleSet, Selection};

use crate::run::lint::SourceError;

/// A rule from outside: its name, and what builds it. It runs beside those of the registry, for
/// every dataset.
pub type OwnRule = (&'static str, fn(&RuleContext) -> Option<Check>);

/// How the sources of one dataset are read and checked.
#[derive(Debug, Clone)]
pub struct DatasetSettings {
    /// How sources are read.
    pub reading: ReadOptions,
    /// Which rules run, and what happens to their findings.
    pub policy: Policy,
    /// What rules are built from, besides the targets and what is compared with.
    pub context: RuleContext,
    /// The targets; where there are none, the layout of each source decides.
    pub targets: Vec<Arc<Profile>>,
    /// Whether these are all targets there are, so that none was asked for by name.
    pub every_target: bool,
    /// The severity from which the run fails; nothing fails it where there is none.
    pub fail_on: Option<Severity>,
    /// The share of records up to which a rule's findings do not fail the run.
    pub max_rates: BTreeMap<&'static str, f64>,
    /// Validation data: training examples that occur in it are leaks.
    pub validation: Vec<Input>,
    /// Prompts as the application sends them.
    pub production: Vec<Input>,
    /// The session's numbers of the suppressions in `policy.allowances`, in their order.
    pub suppressions: Vec<usize>,
    /// Rules from outside.
    pub own_rules: Vec<OwnRule>,
}

/// A source that is open, and what it is meant for.
pub struct Opened {
    /// The source.
    pub reader: Reader,
    /// The targets.
    pub targets: Vec<Arc<Profile>>,
    /// The task, where it was given.
    pub task: Option<Task>,
    /// The way tokens are counted.
    pub counter: Counter,
}

/// A suppression of the user's settings.
#[derive(Debug, Clone)]
pub struct DeclaredSuppression {
    /// The rule that it suppresses.
    pub rule: &'static str,
    /// Why, in the user's words.
    pub reason: String,
    /// The file it is set in.
    pub path: PathBuf,
    /// Where in that file.
    pub at: Position,
    /// The day on which it ended, if it has.
    pub expired: Option<String>,
    /// Whether everything that it could hold for is checked in this session.
    pub is_covered: bool,
    /// The number of the settings under which it is reported.
    pub settings: usize,
}

/// A target that does not exist, or whose profile is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTarget {
    /// Its name.
    pub name: String,
    /// Why its profile cannot be read, where there is one.
    pub invalid: Option<String>,
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.invalid {
            Some(why) => write!(f, "the profile `{}` cannot be read: {why}", self.name),
            None => write!(f, "unknown target `{}`", self.name),
        }
    }
}

impl std::error::Error for UnknownTarget {}

impl Default for DatasetSettings {
    /// Every stable rule, no target, and errors fail the run.
    fn default() -> Self {
        let policy = Policy {
            enabled: Selection::default().enabled(),
            suppressions: Arc::new(Suppressions {
                lookup: LOOKUP,
                ..Suppressions::default()
            }),
            ..Policy::default()
        };
        Self {
            reading: ReadOptions::default(),
            policy,
            context: RuleContext::default(),
            targets: Vec::new(),
            every_target: false,
            fail_on: Some(Severity::Error),
            max_rates: BTreeMap::new(),
            validation: Vec::new(),
            production: Vec::new(),
            suppressions: Vec::new(),
            own_rules: Vec::new(),
        }
    }
}

impl DatasetSettings {
    /// The default settings for the targets with these names.
    ///
    /// # Errors
    /// A name that no profile has.
    pub fn for_targets(names: &[&str]) -> Result<Self, UnknownTarget> {
        let targets = names.iter().map(|name| target(name));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// Runs a rule from outside beside those of the registry.
    #[must_use]
    pub fn with_rule(mut self, rule: OwnRule) -> Self {
        self.policy.enabled.insert(rule.0);
        self.own_rules.push(rule);
        self
    }

    /// The targets of a source in `layout`.
    ///
    /// # Errors
    /// A profile that cannot be read; a test makes sure that there is none.
    pub fn targets_of(&self, layout: Option<&str>) -> Result<Vec<Arc<Profile>>, UnknownTarget> {
        if !self.targets.is_empty() {
            return Ok(self.targets.clone());
        }
        let default = layout.and_then(profile::for_layout);
        default.map(target).into_iter().collect()
    }

    /// The way tokens are counted for a source with these targets: as the first of them does.
    pub fn counter(&self, profiles: &[Arc<Profile>]) -> Counter {
        let first = profiles.first().map(AsRef::as_ref);
        Counter::new(self.context.tokenizer.as_ref(), first)
    }

    /// Opens a source as a check does, for whoever does something else with it.
    ///
    /// # Errors
    /// Why it cannot be opened; a profile that cannot be read.
    pub fn open(&self, id: SourceId, input: Input) -> Result<Opened, SourceError> {
        let name = input.name.clone();
        let reader = Reader::open(id, input, &self.reading);
        let reader = reader.map_err(|error| SourceError::Open(name.clone(), error))?;
        let targets = self.targets_of(reader.layout().map(|layout| layout.name()));
        let targets = targets.map_err(|error| SourceError::Read(name, io::Error::other(error)))?;
        Ok(Opened {
            counter: self.counter(&targets),
            reader,
            targets,
            task: self.context.task,
        })
    }

    /// The files that are only compared with.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Input> {
        self.validation.iter().chain(&self.production)
    }

    /// The rules that apply in `context`, with those from outside.
    pub(super) fn rules(&self, context: &RuleContext) -> RuleSet {
        let mut rules = RuleSet::build(&self.policy.enabled, context);
        let own = self.own_rules.iter();
        let own = own.filter(|(name, _)| self.policy.enabled.contains(name));
        rules.extend(own.filter_map(|(name, build)| Some((*name, build(context)?))));
        rules
    }
}

/// Every target there is, by name.
///
/// # Errors
/// A profile that cannot be read; a test makes sure that there is none.
pub fn every_target() -> Result<Vec<Arc<Profile>>, UnknownTarget> {
    let names: BTreeSet<&str> = profile::FILES.iter().map(|(name, _)| *name).collect();
    names.into_iter().map(target).collect()
}

pub(super) fn target(name: &str) -> Result<Arc<Profile>, UnknownTarget> {
    let error = |invalid| UnknownTarget {
        name: name.to_owned(),
        invalid,
    };
    match profile::by_name(name) {
        Ok(Some(profile)) => Ok(Arc::new(profile)),
        Ok(None) => Err(error(None)),
        Err(why) => Err(error(Some(why))),
    }
}

//! The settings of a dataset, and sources opened with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tunelint_data::source::Input;
use tunelint_data::text::position::{Position, SourceId};
use tunelint_layouts::finding::suppression::Suppressions;
use tunelint_layouts::finding::{Policy, Severity};
use tunelint_layouts::fit::train_on_prompts;
use tunelint_layouts::provider::profile::{self, Profile};
use tunelint_layouts::provider::task::Task;
use tunelint_layouts::provider::tokens::Counter;
use tunelint_layouts::reader::Mapping;
use tunelint_layouts::reader::{ReadOptions, Reader};
use tunelint_model::Model;
use tunelint_rules::contract::{Check, RuleContext};
use tunelint_rules::rules::{LOOKUP, RuleSet, Selection};

use crate::run::lint::SourceError;

/// A rule that is not in the registry.
#[derive(Clone)]
pub struct OwnRule {
    /// Its name.
    pub name: &'static str,
    build: Arc<BuildRule>,
}

type BuildRule = dyn Fn(&RuleContext) -> Option<Check> + Send + Sync;

impl OwnRule {
    /// The rule `name`. `build` returns `None` if it does not apply; it is called once for each
    /// dataset, for the first pass only.
    pub fn new(
        name: &'static str,
        build: impl Fn(&RuleContext) -> Option<Check> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            build: Arc::new(build),
        }
    }
}

impl fmt::Debug for OwnRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnRule")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How the sources of a dataset are read and checked.
///
/// The default is a check with every stable rule and no target, which fails on errors.
#[derive(Debug, Clone)]
pub struct DatasetSettings {
    /// How sources are read.
    pub reading: ReadOptions,
    /// Which rules run, and which findings are kept, suppressed and redacted.
    pub policy: Policy,
    /// What rules are built from. Profiles, validation, production and benchmark data are filled in
    /// by the session.
    pub context: RuleContext,
    /// The targets. If empty, a source in the layout of a single provider is checked for that
    /// provider; any other source is checked without a target.
    pub targets: Vec<Arc<Profile>>,
    /// Whether `targets` are all known targets rather than a choice of the user. Notes about
    /// discontinued targets are left out then.
    pub every_target: bool,
    /// The lowest severity that fails the run; `None` if no finding does.
    pub fail_on: Option<Severity>,
    /// For each rule, the number of findings per record up to which they do not fail the run.
    pub max_rates: BTreeMap<&'static str, f64>,
    /// Validation files. Training examples that also occur in them are leaks.
    pub validation: Vec<Input>,
    /// Files with prompts as the application sends them, to be compared with the training prompts.
    pub production: Vec<Input>,
    /// Benchmarks. Training texts that have many words in a row in common with one are reported.
    pub benchmark: Vec<Input>,
    /// The session's number of each entry in `policy.suppressions.list`, in the same order.
    pub suppressions: Vec<usize>,
    /// Rules that are not in the registry. Add them with [`Self::with_rule`], which also enables
    /// them.
    pub own_rules: Vec<OwnRule>,
}

/// An opened source with its targets.
pub struct Opened {
    /// The source.
    pub reader: Reader,
    /// Its targets; see [`DatasetSettings::targets_of`].
    pub targets: Vec<Arc<Profile>>,
    /// The task, if it was set.
    pub task: Option<Task>,
    /// Counts its tokens.
    pub counter: Counter,
    /// The model that is trained, if one was named.
    pub model: Option<Arc<Model>>,
}

/// A suppression as declared in the user's settings, for the report on expired and unused
/// suppressions.
#[derive(Debug, Clone)]
pub struct DeclaredSuppression {
    /// The suppressed rule.
    pub rule: &'static str,
    /// The reason that the user gave.
    pub reason: String,
    /// The settings file.
    pub path: PathBuf,
    /// The position in that file.
    pub at: Position,
    /// The expiry date, if it has passed.
    pub expired: Option<String>,
    /// Whether this session checks every file that it could apply to. Only then is it reported as
    /// unused.
    pub is_covered: bool,
    /// The number of the settings with which it is reported.
    pub settings: usize,
}

/// A target that does not exist or whose profile is invalid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTarget {
    /// The requested name.
    pub name: String,
    /// The error in its profile; `None` if there is no such profile.
    pub invalid: Option<String>,
}

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.invalid {
            Some(why) => write!(f, "invalid profile `{}`: {why}", self.name),
            None => write!(f, "unknown target `{}`", self.name),
        }
    }
}

impl std::error::Error for UnknownTarget {}

impl Default for DatasetSettings {
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
            benchmark: Vec::new(),
            suppressions: Vec::new(),
            own_rules: Vec::new(),
        }
    }
}

impl DatasetSettings {
    /// The default settings for the targets called `names`.
    ///
    /// # Errors
    /// The first unknown name.
    pub fn for_targets(names: &[&str]) -> Result<Self, UnknownTarget> {
        let targets = names.iter().map(|name| target(name));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    /// Adds a rule that is not in the registry, and enables it.
    #[must_use]
    pub fn with_rule(mut self, rule: OwnRule) -> Self {
        self.policy.enabled.insert(rule.name);
        self.own_rules.push(rule);
        self
    }

    /// The targets of a source: those of the settings, or else the provider that its layout and
    /// field names belong to, if there is exactly one. None of prompts that are held to a format.
    ///
    /// # Errors
    /// An invalid built-in profile, which the tests rule out.
    pub fn targets_of(&self, mapping: &Mapping) -> Result<Vec<Arc<Profile>>, UnknownTarget> {
        if self.context.against.is_some() {
            // Prompts are sent to a model, not uploaded.
            return Ok(Vec::new());
        }
        if !self.targets.is_empty() {
            return Ok(self.targets.clone());
        }
        mapping.provider().map(target).into_iter().collect()
    }

    /// Whether the user says that the sources will be converted to what the targets take. A check
    /// for every target only compares what each would need.
    pub(super) fn converts(&self) -> bool {
        self.context.will_convert && !self.every_target
    }

    /// How sources are read for the targets.
    pub fn reading(&self) -> ReadOptions {
        let targets = self.targets.iter().map(AsRef::as_ref);
        ReadOptions {
            prompts_only: !self.targets.is_empty() && train_on_prompts(targets),
            ..self.reading.clone()
        }
    }

    /// A token counter for a source with these targets: the tokenizer of the settings, or else an
    /// estimate for the first target.
    pub fn counter(&self, profiles: &[Arc<Profile>]) -> Counter {
        let first = profiles.first().map(AsRef::as_ref);
        Counter::new(self.context.tokenizer.as_ref(), first)
    }

    /// Opens a source exactly as a check does, for callers that do something else with it, such as
    /// statistics or splitting.
    ///
    /// # Errors
    /// A source that cannot be opened.
    pub fn open(&self, id: SourceId, input: Input) -> Result<Opened, SourceError> {
        let name = input.name.clone();
        let reader = Reader::open(id, input, &self.reading());
        let reader = reader.map_err(|error| SourceError::Open(name.clone(), error))?;
        let targets = self.targets_of(&reader.mapping);
        let targets = targets.map_err(|error| SourceError::Read(name, io::Error::other(error)))?;
        Ok(Opened {
            counter: self.counter(&targets),
            reader,
            targets,
            task: self.context.task,
            model: self.context.model.clone(),
        })
    }

    /// The files that training data is compared with. They are not checked themselves.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Input> {
        let compared = self.validation.iter().chain(&self.production);
        compared.chain(&self.benchmark)
    }

    /// The enabled rules that apply in `context`: from the registry, then those added by the
    /// caller.
    pub(super) fn rules(&self, context: &RuleContext) -> RuleSet {
        let mut rules = RuleSet::build(&self.policy.enabled, context);
        let own = self.own_rules.iter();
        let own = own.filter(|rule| self.policy.enabled.contains(rule.name));
        rules.extend(own.filter_map(|rule| Some((rule.name, (rule.build)(context)?))));
        rules
    }
}

/// All known targets, sorted by name.
///
/// # Errors
/// An invalid built-in profile, which the tests rule out.
pub fn every_target() -> Result<Vec<Arc<Profile>>, UnknownTarget> {
    let names: BTreeSet<&str> = profile::FILES.iter().map(|(name, _)| *name).collect();
    names.into_iter().map(target).collect()
}

/// The target called `name`.
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

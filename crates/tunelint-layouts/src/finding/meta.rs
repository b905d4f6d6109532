//! What is known about a rule without building it: pure data.

use super::message::Severity;

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

/// Finds what is known about a rule by its name. Handed in by whoever knows the registry, so that
/// nothing here depends on it.
pub type RuleLookup = fn(&str) -> Option<RuleMeta>;

//! Static metadata of a rule, available without building it.

use super::impact::Consequence;
use super::severity::Severity;

/// The severity of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Always this severity, unless the rule's page says otherwise.
    Fixed(Severity),
    /// The severity follows from the profile.
    Profile,
}

/// The scope of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One example or record.
    Example,
    /// The whole dataset.
    Dataset,
    /// The bytes of a file.
    Source,
}

/// The kind of fix that a rule's findings have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// None.
    None,
    /// Changes no decoded text.
    Safe,
    /// Changes text that is trained on.
    Unsafe,
    /// Drops the record.
    DropsRecord,
}

/// Whether a rule is enabled by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleStatus {
    /// Enabled.
    Stable,
    /// Enabled with `--preview`, or if selected by name.
    Preview,
    /// Enabled only if selected by name.
    Off,
}

/// A numeric option of a rule, set in the settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleOption {
    /// Its name.
    pub name: &'static str,
    /// Its meaning, one sentence without a final period.
    pub summary: &'static str,
    /// The default.
    pub default: f64,
    /// The smallest accepted value.
    pub min: f64,
    /// The largest accepted value.
    pub max: f64,
}

/// The metadata of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleMeta {
    /// The name, the same everywhere.
    pub name: &'static str,
    /// The severity of its findings.
    pub level: Level,
    /// What it checks.
    pub scope: Scope,
    /// The kind of fix.
    pub fix: FixKind,
    /// Whether it is enabled by default.
    pub status: RuleStatus,
    /// Whether it is built from the inferred format of the dataset.
    pub infers: bool,
    /// What a target does with its findings, if no requirement in the target's profile is about
    /// them.
    pub consequence: Consequence,
    /// The version that introduced it.
    pub since: &'static str,
    /// The options.
    pub options: &'static [RuleOption],
}

impl RuleMeta {
    /// A stable rule without fixes, available since the first version.
    pub const fn new(name: &'static str, level: Level, scope: Scope) -> Self {
        Self {
            name,
            level,
            scope,
            fix: FixKind::None,
            status: RuleStatus::Stable,
            infers: false,
            consequence: Consequence::Quality,
            since: "0.1.0",
            options: &[],
        }
    }

    /// Marks a rule that is built from the inferred format, once that is known.
    #[must_use]
    pub const fn inferring(mut self) -> Self {
        self.infers = true;
        self
    }

    /// Sets the status.
    #[must_use]
    pub const fn status(mut self, status: RuleStatus) -> Self {
        self.status = status;
        self
    }

    /// Sets what targets do with its findings in general.
    #[must_use]
    pub const fn consequence(mut self, consequence: Consequence) -> Self {
        self.consequence = consequence;
        self
    }

    /// Sets the options.
    #[must_use]
    pub const fn options(mut self, options: &'static [RuleOption]) -> Self {
        self.options = options;
        self
    }

    /// Sets the kind of fix.
    #[must_use]
    pub const fn fix(mut self, fix: FixKind) -> Self {
        self.fix = fix;
        self
    }
}

/// Finds the metadata of a rule by name. The caller passes it in, so that this crate does not
/// depend on the registry.
pub type RuleLookup = fn(&str) -> Option<RuleMeta>;

//! The contracts of rules, and what rules are built from.
//!
//! A rule sees one example at a time ([`ExampleRule`]), every example through a tally
//! ([`DatasetRule`]), the survey that is gathered once for all rules ([`SurveyRule`]), the records
//! that gave no example ([`RecordRule`]), each source as a whole ([`SourceRule`]), or the
//! suppressions of the settings ([`SuppressionRule`]).

pub mod context;
pub mod custom;
pub mod entry;
pub mod rule;
pub mod schema;

pub use context::{RuleContext, RuleOptions};
pub use custom::CustomRule;
pub use entry::RuleEntry;
pub use rule::{
    AnyTally, Check, DatasetRule, ErasedRule, ExampleRule, RecordRule, SourceFacts, SourceRule,
    SuppressionFacts, SuppressionRule, SurveyRule,
};
pub use schema::{Schema, SchemaFault};
pub use tunelint_layouts::finding::{FixKind, Level, RuleMeta, RuleOption, RuleStatus, Scope};
pub use tunelint_layouts::provider::limit::{TargetFact, TargetLimit};

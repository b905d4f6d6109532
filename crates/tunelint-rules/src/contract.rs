//! The traits that rules implement, and the context they are built from.
//!
//! A rule implements one trait or more, depending on its input: one example at a time
//! ([`ExampleRule`]), all examples through a mergeable tally ([`DatasetRule`]), the shared survey
//! of the dataset ([`SurveyRule`]), what the model is trained on ([`SequenceRule`],
//! [`SequenceCases`]), records without a valid example ([`RecordRule`]), each source
//! as a whole ([`SourceRule`]), or the suppressions of the settings ([`SuppressionRule`]). An
//! [`OddityRule`] is a dataset rule about single outputs. A [`Check`] bundles them, and a [`RuleEntry`] builds the check from a [`RuleContext`].

pub mod certainty;
pub mod context;
pub mod custom;
pub mod entry;
pub mod oddity;
pub mod rule;
pub mod schema;
pub mod sequence;
pub mod timings;

pub use certainty::severity;
pub use context::{RuleContext, RuleOptions};
pub use custom::CustomRule;
pub use entry::RuleEntry;
pub use oddity::{Oddity, OddityRule};
pub use rule::{
    AnyTally, Check, DatasetRule, ErasedRule, ExampleRule, Lead, RecordRule, SequenceCases,
    SequenceRule, SourceFacts, SourceRule, SuppressionFacts, SuppressionRule, SurveyRule,
};
pub use schema::{Schema, SchemaFault};
pub use sequence::{Sequence, has_template};
pub use timings::{Stopwatch, Timings};
pub use tunelint_layouts::finding::{FixKind, Level, RuleMeta, RuleOption, RuleStatus, Scope};
pub use tunelint_layouts::provider::limit::{TargetFact, TargetLimit};

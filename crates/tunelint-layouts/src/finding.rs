//! Findings: what they contain, and how they are counted, kept and suppressed.
//!
//! Rules report through [`Findings`], which applies the [`Policy`] of the run.

pub mod collector;
pub mod counts;
pub mod impact;
pub mod message;
pub mod meta;
pub mod severity;
pub mod suppression;
pub mod totals;

pub use collector::{EXCERPTS, Findings, Keep, Policy};
pub use counts::{Count, Counts, StoredCounts};
pub use impact::{Consequence, Impact, PartImpact, UsualImpact, UsualImpacts};
pub use message::{Applicability, Edit, Finding, Fix, Message, Related};
pub use meta::{FixKind, Level, RuleLookup, RuleMeta, RuleOption, RuleStatus, Scope};
pub use severity::Severity;

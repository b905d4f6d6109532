//! Findings: what they contain, and how they are counted, kept and suppressed.
//!
//! Rules report through [`Findings`], which applies the [`Policy`] of the run.

pub mod collector;
pub mod counts;
pub mod message;
pub mod meta;
pub mod suppression;
pub mod totals;

pub use collector::{EXCERPTS, Findings, Keep, Policy};
pub use counts::Counts;
pub use message::{Applicability, Edit, Finding, Fix, Message, Related, Severity};
pub use meta::{FixKind, Level, RuleLookup, RuleMeta, RuleOption, RuleStatus, Scope};

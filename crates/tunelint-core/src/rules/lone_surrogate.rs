//! An escape that is half of a character; diagnosed by `json::diagnose`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "lone-surrogate",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

//! One key twice in an object; found by `json`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-key",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

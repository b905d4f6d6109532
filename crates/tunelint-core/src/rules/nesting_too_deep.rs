//! Lists and objects nested beyond `json::MAX_DEPTH`; found by `json`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "nesting-too-deep",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

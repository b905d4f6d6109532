//! A table without names of columns; found by `reader::columns`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-header",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

//! A quote that opens a cell and is never closed; found by `source::rows`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unclosed-quote",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

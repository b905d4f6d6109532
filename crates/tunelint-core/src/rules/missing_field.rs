//! A field that the layout requires is not there; found by `layout::fields`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-field",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

//! A quote where CSV allows none; found by `row`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("stray-quote", Level::Fixed(Severity::Error), Scope::Example);

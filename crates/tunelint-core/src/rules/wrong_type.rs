//! Something else where text belongs; found by `layout::fields`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("wrong-type", Level::Fixed(Severity::Error), Scope::Example);

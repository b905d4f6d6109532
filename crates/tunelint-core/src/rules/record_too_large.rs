//! A record beyond the size that is read; found by the splitters in `source`.

use crate::finding::Severity;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "record-too-large",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

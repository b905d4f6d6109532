//! A record that is not JSON, or no object; diagnosed by `json::diagnose`.

use crate::finding::Severity;
use crate::rule::{FixKind, Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "malformed-record",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.fix(FixKind::Safe);

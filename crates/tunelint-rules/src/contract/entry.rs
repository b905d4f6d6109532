//! A line of the registry.

use tunelint_layouts::finding::RuleMeta;

use super::context::RuleContext;
use super::rule::Check;

/// A line of the registry.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry {
    /// What is known about the rule.
    pub meta: RuleMeta,
    /// Its page.
    pub page: &'static str,
    /// Builds it; `None` where it has nothing to say in this context.
    pub build: fn(&RuleContext) -> Option<Check>,
}

impl RuleEntry {
    /// What the rule is about: the first sentence of its page.
    pub fn summary(&self) -> String {
        let paragraph = self.page.split("\n\n").nth(1).unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

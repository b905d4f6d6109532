//! An entry of the rule registry.

use tunelint_layouts::finding::RuleMeta;

use super::context::RuleContext;
use super::rule::Check;

/// A rule in the registry.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry {
    /// The rule's metadata.
    pub meta: RuleMeta,
    /// Its documentation page, in Markdown.
    pub page: &'static str,
    /// Builds the check. `None` if the rule does not apply in the context. Called before the first
    /// pass, and for rules that need the inferred format again before the second.
    pub build: fn(&RuleContext) -> Option<Check>,
}

impl RuleEntry {
    /// The summary of the rule: the first paragraph of its page, on one line.
    pub fn summary(&self) -> String {
        let paragraph = self.page.split("\n\n").nth(1).unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

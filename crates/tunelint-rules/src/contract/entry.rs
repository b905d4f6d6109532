//! The entries of the rule registry.

use tunelint_layouts::finding::RuleMeta;

use super::context::RuleContext;
use super::rule::Check;

/// A rule in the registry: metadata, documentation, and the function that builds it.
#[derive(Debug, Clone, Copy)]
pub struct RuleEntry {
    /// The metadata, available without building the rule.
    pub meta: RuleMeta,
    /// The documentation page, in Markdown.
    pub page: &'static str,
    /// Builds the check; `None` if the rule does not apply in the context, for example because no
    /// target has the limit that it checks. Called before the first pass. Rules
    /// with [`RuleMeta::infers`] are built again before the second pass, when
    /// [`RuleContext::inferred`] is set.
    pub build: fn(&RuleContext) -> Option<Check>,
}

impl RuleEntry {
    /// The summary of the rule: the first paragraph after the title of its page, on one line.
    pub fn summary(&self) -> String {
        let paragraph = self.page.split("\n\n").nth(1).unwrap_or_default();
        paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

//! Options of a report, apart from its format.

use tunelint_core::finding::Severity;
use tunelint_core::position::SourceId;

use super::names::SourceName;

/// Options of a report, apart from its format.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Whether to use colors.
    pub color: bool,
    /// Whether to print only the totals.
    pub quiet: bool,
    /// Whether to print a table of findings by rule.
    pub statistics: bool,
    /// The lowest severity that fails the run.
    pub fail_on: Option<Severity>,
    /// The name of each source, by its id.
    pub names: Vec<SourceName>,
    /// The address of rule pages, with the placeholder `{rule}`.
    pub rule_url: Option<String>,
    /// Whether the terminal supports links.
    pub links: bool,
}

/// The name of a source without a name.
static UNNAMED: SourceName = SourceName {
    shown: String::new(),
    relative: String::new(),
    uri: String::new(),
};

impl Style {
    /// The name of a source.
    pub fn name(&self, source: SourceId) -> &SourceName {
        self.names.get(source.0 as usize).unwrap_or(&UNNAMED)
    }

    /// The address of a rule's page.
    pub fn url_of(&self, rule: &str) -> Option<String> {
        Some(self.rule_url.as_ref()?.replace("{rule}", rule))
    }

    /// Whether a finding of `severity` fails the run.
    pub(super) fn fails(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|level| severity >= level)
    }
}

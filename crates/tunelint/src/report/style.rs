//! The options that all report formats share.

use tunelint_core::finding::Severity;
use tunelint_core::position::SourceId;
use tunelint_core::totals::UnreadFile;

use super::names::{SourceName, Unit};

/// The options that all report formats share. Each format uses those that apply to it.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Whether to use colors.
    pub color: bool,
    /// Whether to print only the totals (`--quiet`).
    pub quiet: bool,
    /// Whether to show every finding (`--show-all`).
    pub show_all: bool,
    /// Whether to print a table of findings by rule (`--statistics`).
    pub statistics: bool,
    /// The lowest severity that fails the run; `None` if none does.
    pub fail_on: Option<Severity>,
    /// The names of the sources, by id.
    pub names: Vec<SourceName>,
    /// The address of rule pages, with the placeholder `{rule}`.
    pub rule_url: Option<String>,
    /// Whether to print terminal hyperlinks.
    pub links: bool,
}

/// The name for an unknown source id.
static UNNAMED: SourceName = SourceName {
    shown: String::new(),
    relative: String::new(),
    uri: String::new(),
    unit: Unit::Line,
};

impl Style {
    /// The name of a source; empty for an unknown id.
    pub fn name(&self, source: SourceId) -> &SourceName {
        self.names.get(source.0 as usize).unwrap_or(&UNNAMED)
    }

    /// The name of the file that could not be read, relative to the working directory.
    pub(super) fn name_of_unread<'n>(&'n self, file: &'n UnreadFile) -> &'n str {
        let path = file.path.as_deref().unwrap_or_default();
        let known = self.names.iter().find(|name| name.shown == path);
        known.map_or(path, |name| &name.relative)
    }

    /// The address of a rule's page, if the settings have one.
    pub fn url_of(&self, rule: &str) -> Option<String> {
        Some(self.rule_url.as_ref()?.replace("{rule}", rule))
    }

    /// Whether a finding of `severity` fails the run.
    pub(super) fn fails(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|level| severity >= level)
    }
}

//! A file to check.

use tunelint_core::session::SourceRole;

use crate::walk::Named;

/// A source with its settings.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) named: Named,
    /// The index of its settings file in [`Sources::settings`].
    pub(super) settings: usize,
    /// The index of its dataset in these settings, if it belongs to one.
    pub(super) dataset: Option<usize>,
    pub(super) role: SourceRole,
}

impl Source {
    /// The key of its plan: settings and dataset.
    pub(super) fn plan(&self) -> (usize, Option<usize>) {
        (self.settings, self.dataset)
    }
}

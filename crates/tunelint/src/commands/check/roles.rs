//! The dataset that a file belongs to, and its role there: by the settings, by a dataset card, or else by its name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tunelint_core::session::{SourceRole, roles_by_name};

use super::source::Source;
use crate::settings::Settings;

/// The dataset of the settings that a file belongs to, and its role there.
pub(super) fn dataset_of(settings: &Settings, full: &Path) -> (Option<usize>, SourceRole) {
    for (index, dataset) in settings.datasets.iter().enumerate() {
        if dataset.files.matches(full) {
            return (Some(index), SourceRole::Training);
        }
        if dataset.validation.matches(full) {
            return (Some(index), SourceRole::Validation);
        }
    }
    (None, SourceRole::Training)
}

/// Whether a file has production prompts or is a benchmark. Such files are compared with, not
/// checked.
pub(super) fn is_compared(settings: &Settings, full: &Path) -> bool {
    let mut datasets = settings.datasets.iter();
    datasets.any(|of| of.production.matches(full) || of.benchmark.matches(full))
}

/// Gives the files that no dataset of the settings lists their roles by their names.
pub(super) fn by_name(sources: &mut [Source], settings: usize) {
    let is_unlisted = |of: &Source| (of.settings, of.dataset) == (settings, None);
    let unlisted = sources.iter().filter(|of| is_unlisted(of));
    let paths: Vec<&Path> = unlisted.map(|of| of.named.path()).collect();
    let roles = roles_by_name(&paths);
    for (source, role) in sources.iter_mut().filter(|of| is_unlisted(of)).zip(roles) {
        source.role = role;
    }
}

/// Gives the files that a dataset card lists the roles of their splits.
pub(super) fn by_card(sources: &mut [Source], declared: &BTreeMap<PathBuf, SourceRole>) {
    for source in sources.iter_mut().filter(|of| of.dataset.is_none()) {
        if let Some(role) = declared.get(source.named.path()) {
            source.role = *role;
        }
    }
}

/// The files named as validation or test sets of the other files with the same settings.
pub(super) fn evaluating(sources: &[Source], settings: usize) -> Vec<PathBuf> {
    let evaluates = (settings, None, SourceRole::Validation);
    let of = sources
        .iter()
        .filter(|of| (of.settings, of.dataset, of.role) == evaluates);
    of.map(|of| of.named.path().to_owned()).collect()
}

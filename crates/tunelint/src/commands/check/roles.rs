//! The dataset that a file belongs to, and its role there: by the settings, or else by its name.

use std::path::{Path, PathBuf};

use tunelint_core::session::SourceRole;

use super::source::Source;
use crate::roles::is_evaluation;
use crate::settings::Settings;
use crate::walk::Named;

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

/// Whether a file has production prompts. Such files are compared with, not checked.
pub(super) fn is_production(settings: &Settings, full: &Path) -> bool {
    let mut datasets = settings.datasets.iter();
    datasets.any(|dataset| dataset.production.matches(full))
}

/// Gives the files that no dataset of the settings lists their roles by their names. Where none
/// would be left for training, all are: a file called `test.jsonl` is checked like any other.
pub(super) fn by_name(sources: &mut [Source]) {
    let evaluates = |source: &Source| match &source.named {
        Named::File(path) => source.dataset.is_none() && is_evaluation(path),
        Named::Stdin => false,
    };
    let trains = |source: &&Source| source.dataset.is_none() && !evaluates(source);
    let with_training: Vec<usize> = sources
        .iter()
        .filter(trains)
        .map(|of| of.settings)
        .collect();
    for source in sources {
        if evaluates(source) && with_training.contains(&source.settings) {
            source.role = SourceRole::Validation;
        }
    }
}

/// The files named as validation or test sets of the other files with the same settings.
pub(super) fn evaluating(sources: &[Source], settings: usize) -> Vec<PathBuf> {
    let of = sources.iter().filter(|source| {
        (source.settings, source.dataset, source.role) == (settings, None, SourceRole::Validation)
    });
    let paths = of.filter_map(|source| match &source.named {
        Named::File(path) => Some(path.clone()),
        Named::Stdin => None,
    });
    paths.collect()
}

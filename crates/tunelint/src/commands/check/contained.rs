//! `--contained`: what a check reads and writes stays in the repository.

use std::path::{Path, PathBuf};

use tunelint_core::printable::printable_path;

use super::report_option::report_paths;
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::settings::{self, SettingsRequest};
use crate::staged::place;

/// Refuses a file outside the repository in any option, unless it is named by an absolute path: no name
/// of a file is an option, so whoever wrote the command chose it, such as the settings of the base
/// branch.
pub(super) fn check_options(options: &CheckOptions, here: &Path) -> Result<(), Failure> {
    let settings = &options.settings;
    let preamble = options.preamble.as_deref();
    let singles = [
        options.production.clone(),
        options.against.clone(),
        options.tokenizer.clone(),
        options.model.model.clone(),
        options.model.chat_template.clone(),
        options.baseline.clone(),
        SettingsRequest::new(&settings.config, settings.isolated).file,
        preamble
            .and_then(|of| of.strip_prefix('@'))
            .map(PathBuf::from),
    ];
    let read = options.validation.iter().chain(&options.benchmark);
    let mut read = read.chain(singles.iter().flatten());
    read.try_for_each(|path| match is_chosen(path, here) {
        true => Ok(()),
        false => input(path, here),
    })?;
    let mut written = report_paths(options)?;
    written.extend(options.part.clone());
    written.extend(options.fixes.rejects.clone());
    written.iter().try_for_each(|path| output(path, here))
}

/// Refuses a file outside the repository, with links resolved.
pub(super) fn input(path: &Path, here: &Path) -> Result<(), Failure> {
    match path.canonicalize() {
        Ok(target) if !target.starts_with(settings::root_of(here)) => Err(outside(path)),
        _ => Ok(()),
    }
}

/// Whether a path is absolute and outside, so that no link of the repository leads there.
fn is_chosen(path: &Path, here: &Path) -> bool {
    path.is_absolute() && !path.starts_with(settings::root_of(here))
}

/// Refuses an output that leaves the repository through `..` or a link.
fn output(path: &Path, here: &Path) -> Result<(), Failure> {
    let root = settings::root_of(here);
    if is_chosen(path, here) {
        return Ok(());
    }
    match place(path) {
        Ok(target) if !target.starts_with(&root) => Err(outside(path)),
        _ => Ok(()),
    }
}

fn outside(path: &Path) -> Failure {
    let shown = printable_path(path);
    Failure::new(format!("{shown} is outside the repository"))
        .help("run without `--contained` to use files outside the repository, or links to them")
}

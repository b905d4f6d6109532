//! `tunelint config diff`: prints how the settings files differ from the base of a change, for whoever
//! reviews it.

use std::path::Path;

use tunelint_core::printable::{counted, printable, printable_path, quoted};

use crate::cli::ConfigDiff;
use crate::exit::{Exit, Failure};
use crate::git::Base;
use crate::settings::{NAMES, changes};
use crate::stdout::print;
use crate::whole_file;

/// The usual name of a baseline, which accepts findings.
const BASELINE: &str = "tunelint-baseline.txt";

/// The largest file whose values are compared.
const MAX_BYTES: u64 = 1 << 20;

/// The number of files that are printed.
const MAX_FILES: usize = 100;

/// Prints a line for each settings file that differs. Without git, or with nothing to compare with, it
/// prints nothing: a hook must not fail for that.
pub(super) fn run(options: &ConfigDiff) -> Result<Exit, Failure> {
    let base = match &options.base {
        Some(name) => Some(Base::named(name).ok_or_else(|| {
            let shown = quoted(name, 60);
            Failure::new(format!(
                "cannot compare with {shown}: not a commit of this repository"
            ))
        })?),
        None => Base::of_change(),
    };
    let Some(base) = base else {
        return Ok(Exit::Clean);
    };
    let names: Vec<&str> = NAMES.into_iter().chain([BASELINE]).collect();
    let files = base.changed(&names).unwrap_or_default();
    let mut text = String::new();
    for file in files.iter().take(MAX_FILES) {
        if let Some(change) = change(&base, file) {
            let path = printable_path(file);
            let line = format!("note: {path} differs from {}{change}", base.name);
            text.push_str(&printable(&line));
            text.push('\n');
        }
    }
    if let Some(more) = files.len().checked_sub(MAX_FILES).filter(|more| *more > 0) {
        let more = counted(more as u64, "settings file");
        text.push_str(&format!("note: {more} more changed\n"));
    }
    print(&text)
}

/// What changed in a file, as the end of a sentence; `None` if it is no setting.
fn change(base: &Base, file: &Path) -> Option<String> {
    let path = base.path(file);
    let Ok(meta) = std::fs::symlink_metadata(&path) else {
        let described = changes::described(file, base.text(file).as_deref(), None)?;
        return Some(match file.ends_with(BASELINE) {
            true => ": removed".to_owned(),
            false => format!(": removed; {described}"),
        });
    };
    if file.ends_with(BASELINE) {
        return Some(String::new());
    }
    // The text behind a link is not that of the repository.
    let new = match meta.is_file() {
        true => whole_file::read_text(&path, MAX_BYTES).ok(),
        false => None,
    };
    match new {
        Some(new) => {
            let described = changes::described(file, base.text(file).as_deref(), Some(&new))?;
            Some(format!(": {described}"))
        }
        None => Some(String::new()),
    }
}

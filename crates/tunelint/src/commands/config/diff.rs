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

/// Files without settings that decide what is reported: the usual name of a baseline, and of the files that
/// are skipped in directories.
const OTHERS: [&str; 2] = ["tunelint-baseline.txt", ".ignore"];

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
    let names: Vec<&str> = NAMES.into_iter().chain(OTHERS).collect();
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
    let old = base.text(file);
    let is_other = OTHERS.iter().any(|name| file.ends_with(name));
    let new = match std::fs::symlink_metadata(&path) {
        // The text behind a link is not that of the repository.
        Ok(meta) if !meta.is_file() => return Some(String::new()),
        Ok(_) => Some(whole_file::read_text(&path, MAX_BYTES).ok()),
        Err(_) => None,
    };
    match new {
        None if is_other => Some(": removed".to_owned()),
        None => changes::described(file, old.as_deref(), None).map(|of| format!(": removed; {of}")),
        Some(None) => Some(String::new()),
        Some(new) if is_other => (new != old).then(String::new),
        Some(new) => {
            let described = changes::described(file, old.as_deref(), new.as_deref());
            described.map(|of| format!(": {of}"))
        }
    }
}

//! The files that paths on the command line stand for.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use tunelint_core::printable::printable_path;

use crate::exit::Failure;

/// Endings that a walk through a directory takes; a bare `.json` may be anything, and is only
/// read when it is named.
const ENDINGS: [&str; 4] = ["jsonl", "ndjson", "csv", "tsv"];

/// What a path on the command line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// What was found, and what could not be.
#[derive(Debug, Default)]
pub struct Walk {
    /// What is to be read, in the order of the command line; a directory's files by name.
    pub found: Vec<Named>,
    /// Paths that do not exist or cannot be read.
    pub failures: Vec<Failure>,
}

/// Resolves `paths`.
pub fn walk(paths: &[PathBuf], accept_nothing: bool) -> Walk {
    let mut walk = Walk::default();
    for path in paths {
        if path.as_os_str() == "-" {
            walk.found.push(Named::Stdin);
            continue;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => directory(path, accept_nothing, &mut walk),
            Ok(_) => walk.found.push(Named::File(path.clone())),
            Err(error) => walk.failures.push(missing(path, &error)),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    walk.found.retain(|named| match named {
        Named::Stdin => true,
        Named::File(path) => seen.insert(path.clone()),
    });
    walk
}

fn missing(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::io("read", &printable_path(path), error);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let names = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let near = names
        .map(|have| have.to_string_lossy().into_owned())
        .map(|have| (strsim::damerau_levenshtein(&have, &name), have))
        .filter(|(distance, _)| *distance <= 2)
        .min();
    match near {
        Some((_, near)) if error.kind() == std::io::ErrorKind::NotFound => failure.help(format!(
            "did you mean {}?",
            printable_path(&path.with_file_name(near))
        )),
        _ => failure,
    }
}

fn directory(path: &Path, accept_nothing: bool, walk: &mut Walk) {
    let before = walk.found.len();
    let entries = WalkBuilder::new(path)
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .build();
    for entry in entries {
        match entry {
            Ok(entry)
                if entry.file_type().is_some_and(|kind| kind.is_file())
                    && is_data(entry.path()) =>
            {
                walk.found.push(Named::File(entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => walk.failures.push(Failure::new(format!(
                "cannot walk {}: {error}",
                printable_path(path)
            ))),
        }
    }
    if walk.found.len() == before && !accept_nothing {
        let failure = Failure::new(format!("no file to check in {}", printable_path(path)));
        walk.failures.push(failure.help(format!(
            "a directory is searched for *.{}",
            ENDINGS.join(", *.")
        )));
    }
}

fn is_data(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let name = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"))
        .unwrap_or(&name);
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending))
}

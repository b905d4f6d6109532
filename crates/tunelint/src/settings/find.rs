//! Finds the closest settings file, and the files it extends.

use std::fs;
use std::path::{Path, PathBuf};

use tunelint_core::printable::printable_path;

use super::document::SettingsDocument;
use super::problem::{self, Problem};
use crate::exit::Failure;
use crate::whole_file;

/// Names of settings files. The first one in a directory is used.
pub const NAMES: [&str; 3] = ["tunelint.toml", ".tunelint.toml", PYPROJECT];
pub(super) const PYPROJECT: &str = "pyproject.toml";

/// The size limit of a settings file.
const MAX_BYTES: u64 = 1024 * 1024;
/// The limit of files that extend one another.
const MAX_EXTENDED: usize = 16;

/// Finds the settings file for the files in `directory`. The search ends at the repository's root.
pub fn above(directory: &Path) -> Result<Option<PathBuf>, Failure> {
    for directory in directory.ancestors() {
        for name in NAMES {
            let path = directory.join(name);
            if exists(&path)? && (name != PYPROJECT || has_our_table(&path)?) {
                check_inside(&path, directory)?;
                return Ok(Some(path));
            }
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

/// Whether there is a settings file. What is neither a file nor a directory is refused: without the
/// settings, a check would be another one.
fn exists(path: &Path) -> Result<bool, Failure> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => Ok(true),
        Ok(meta) if !meta.is_dir() => {
            let shown = printable_path(&shown(path));
            Err(Failure::new(format!("{shown} is not a regular file")))
        }
        _ => Ok(false),
    }
}

/// Refuses a settings file that is a link out of its repository: error messages quote the file, so
/// the link could reveal any file.
fn check_inside(path: &Path, directory: &Path) -> Result<(), Failure> {
    let shown = printable_path(&shown(path));
    let target = fs::canonicalize(path).map_err(|error| Failure::io("read", &shown, &error))?;
    if target.starts_with(root_of(directory)) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{shown} is a link to a file outside the repository"
    ))
    .help("replace the link with the file, or name the file with `--config`"))
}

/// The root of the repository around `directory`, or the directory itself.
pub fn root_of(directory: &Path) -> PathBuf {
    let roots = directory.ancestors();
    roots
        .into_iter()
        .find(|directory| directory.join(".git").exists())
        .unwrap_or(directory)
        .to_path_buf()
}

fn has_our_table(path: &Path) -> Result<bool, Failure> {
    // The file is not parsed here: without our table, errors in it are not for us to report.
    Ok(read(path)?.contains("[tool.tunelint"))
}

fn read(path: &Path) -> Result<String, Failure> {
    whole_file::read_text(path, MAX_BYTES).map_err(|error| {
        let shown = printable_path(path);
        match error.kind() {
            std::io::ErrorKind::FileTooLarge => Failure::new(format!(
                "{shown} is too large for a settings file (limit: 1 MiB)"
            )),
            _ => Failure::io("read", &shown, &error),
        }
    })
}

/// Reads the file at `path` and the files it extends. The last one is the file itself.
pub fn chain(path: &Path) -> Result<Vec<SettingsDocument>, Failure> {
    let path = fs::canonicalize(path)
        .map_err(|error| Failure::io("read", &printable_path(path), &error))?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let root = root_of(&directory);
    let mut chain: Vec<SettingsDocument> = Vec::new();
    let mut next = Some(path);
    while let Some(path) = next.take() {
        let Some(document) = document(&path, &root)? else {
            break;
        };
        if let Some(extend) = document
            .value
            .get("extend")
            .and_then(|value| value.as_str())
        {
            let target = confined(&document, extend)
                .map_err(|why| problem::failure(vec![at(&document, "/extend", why)]))?;
            if chain.len() >= MAX_EXTENDED {
                let why = format!("`extend` chain longer than {MAX_EXTENDED} files");
                return Err(problem::failure(vec![at(&document, "/extend", why)]));
            }
            next = Some(target);
        }
        chain.push(document);
    }
    chain.reverse();
    Ok(chain)
}

fn document(path: &Path, root: &Path) -> Result<Option<SettingsDocument>, Failure> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let within = path.file_name().is_some_and(|name| name == PYPROJECT);
    let root = Some(root.to_path_buf());
    let parsed = SettingsDocument::parse(shown(path), read(path)?, directory, root, within);
    parsed.map_err(problem::failure)
}

/// The path for messages: relative to the working directory, if it is inside.
pub fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    let relative = here
        .ok()
        .and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| path.to_path_buf())
}

fn at(document: &SettingsDocument, pointer: &str, message: String) -> Problem {
    let span = document
        .places
        .get(pointer)
        .map(|place| place.value.clone());
    document.problem(&span.unwrap_or_default(), message)
}

/// Resolves a path in a document, following links.
///
/// # Errors
/// If the file does not exist, or is outside the document's root.
pub fn confined(document: &SettingsDocument, path: &str) -> Result<PathBuf, String> {
    let target = fs::canonicalize(document.directory.join(path))
        .map_err(|error| format!("cannot read this file: {}", crate::exit::cause(&error)))?;
    match &document.root {
        Some(root) if !target.starts_with(root) => {
            Err("this file is outside the repository".to_owned())
        }
        _ => Ok(target),
    }
}

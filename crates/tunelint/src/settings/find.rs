//! The settings file that is closest above a path.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use tunelint_core::printable::printable_path;

use super::document::Document;
use super::problem::{self, Problem};
use crate::exit::Failure;

/// Names of settings files, the first in a directory counts.
const NAMES: [&str; 3] = ["tunelint.toml", ".tunelint.toml", PYPROJECT];
const PYPROJECT: &str = "pyproject.toml";

/// No settings file is larger.
const MOST_BYTES: u64 = 1024 * 1024;
/// Files that build on one another.
const MOST_EXTENDED: usize = 16;

/// The settings file for what stands in `directory`: the search ends at a repository's root.
pub fn above(directory: &Path) -> Result<Option<PathBuf>, Failure> {
    for directory in directory.ancestors() {
        for name in NAMES {
            let path = directory.join(name);
            if path.is_file() && (name != PYPROJECT || speaks_of_us(&path)?) {
                stays(&path, directory)?;
                return Ok(Some(path));
            }
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

/// A settings file that was come upon must not be a link out of its repository: mistakes in it are
/// shown, and so would be what stands in any file.
fn stays(path: &Path, directory: &Path) -> Result<(), Failure> {
    let shown = printable_path(&shown(path));
    let target = fs::canonicalize(path).map_err(|error| Failure::io("read", &shown, &error))?;
    if target.starts_with(root_of(directory)) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{shown} is a link that leads out of the repository"
    ))
    .help("put the settings there themselves, or name a file with --config"))
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

fn speaks_of_us(path: &Path) -> Result<bool, Failure> {
    // Other people's mistakes in the file are not ours to tell, so it is not parsed for this.
    Ok(read(path)?.contains("[tool.tunelint"))
}

fn read(path: &Path) -> Result<String, Failure> {
    let shown = printable_path(path);
    let failed = |error: &std::io::Error| Failure::io("read", &shown, error);
    let file = fs::File::open(path).map_err(|error| failed(&error))?;
    let mut text = String::new();
    file.take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| failed(&error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Failure::new(format!(
            "{shown} is larger than a settings file may be (1 MiB)"
        )));
    }
    Ok(text)
}

/// The file at `path` and all that it builds on, the foundation first.
pub fn chain(path: &Path) -> Result<Vec<Document>, Failure> {
    let path = fs::canonicalize(path)
        .map_err(|error| Failure::io("read", &printable_path(path), &error))?;
    let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let root = root_of(&directory);
    let mut chain: Vec<Document> = Vec::new();
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
            if chain.len() >= MOST_EXTENDED {
                let why = "these files build on one another without end".to_owned();
                return Err(problem::failure(vec![at(&document, "/extend", why)]));
            }
            next = Some(target);
        }
        chain.push(document);
    }
    chain.reverse();
    Ok(chain)
}

fn document(path: &Path, root: &Path) -> Result<Option<Document>, Failure> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let within = path.file_name().is_some_and(|name| name == PYPROJECT);
    let root = Some(root.to_path_buf());
    let parsed = Document::parse(shown(path), read(path)?, directory, root, within);
    parsed.map_err(problem::failure)
}

/// A path as people know it: seen from where they are.
pub fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    let relative = here
        .ok()
        .and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| path.to_path_buf())
}

fn at(document: &Document, pointer: &str, message: String) -> Problem {
    let span = document
        .places
        .get(pointer)
        .map(|place| place.value.clone());
    document.problem(&span.unwrap_or_default(), message)
}

/// A path that a document names, with its links followed: it must not leave the document's root.
pub fn confined(document: &Document, path: &str) -> Result<PathBuf, String> {
    let target = fs::canonicalize(document.directory.join(path))
        .map_err(|error| format!("this file cannot be read: {}", crate::exit::cause(&error)))?;
    match &document.root {
        Some(root) if !target.starts_with(root) => {
            Err("this file lies outside of the repository, where settings may not reach".to_owned())
        }
        _ => Ok(target),
    }
}

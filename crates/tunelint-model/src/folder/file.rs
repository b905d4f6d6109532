//! Files of a model folder: regular, bounded, and absent without an error.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::folder::FolderError;
use crate::json_tree::JsonTree;

/// Configurations with large vocabularies of added tokens have some megabytes.
const MAX_BYTES: u64 = 64 << 20;

/// No model has this many templates.
const MAX_TEMPLATES: usize = 64;

/// The text of a file; `None` if there is none.
pub fn read_text(path: &Path) -> Result<Option<String>, FolderError> {
    let io_error = |error| FolderError::Io(path.to_owned(), error);
    // Asked before opening: opening a pipe waits for its writer.
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(FolderError::NotAFile(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io_error)?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(FolderError::TooLarge(path.to_owned(), MAX_BYTES));
    }
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| FolderError::Malformed(path.to_owned()))
}

/// A JSON file; `None` if there is none.
pub fn read_json(path: &Path) -> Result<Option<JsonTree>, FolderError> {
    let Some(text) = read_text(path)? else {
        return Ok(None);
    };
    let tree = JsonTree::parse(text.trim_start_matches('\u{feff}'));
    tree.map(Some)
        .map_err(|_| FolderError::Malformed(path.to_owned()))
}

/// The `*.jinja` files in a folder with their names, sorted; none if there is no such folder.
pub fn jinja_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, FolderError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries.take(MAX_TEMPLATES) {
        let entry = entry.map_err(|error| FolderError::Io(folder.to_owned(), error))?;
        let path = entry.path();
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        if path
            .extension()
            .is_some_and(|extension| extension == "jinja")
        {
            files.extend(name.map(|name| (name, path)));
        }
    }
    files.sort();
    Ok(files)
}

//! The names of a source, as the different reports need them.

use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use tunelint_core::printable::printable_path;
use tunelint_core::source::Input;

/// Characters that are escaped in the path of a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What a place in a source is counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    /// Lines of a text.
    #[default]
    Line,
    /// Rows of a binary table.
    Row,
    /// Records of an object in memory.
    Record,
}

impl Unit {
    /// That of an input.
    pub fn of(input: &Input) -> Self {
        match input.binary() {
            None => Self::Line,
            Some(container) if container.is_binary() => Self::Row,
            Some(_) => Self::Record,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Row => "row",
            Self::Record => "record",
        }
    }

    /// Whether records have lines, columns and offsets.
    pub fn is_line(self) -> bool {
        self == Self::Line
    }
}

/// The names of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceName {
    /// The path as the user wrote it, printable.
    pub shown: String,
    /// The path relative to the working directory, printable. Services match it with the files of
    /// the repository.
    pub relative: String,
    /// The relative path as a URI reference; an absolute URI for a file outside the directory.
    pub uri: String,
    /// What a place in it is counted in.
    pub unit: Unit,
}

impl SourceName {
    /// The names of an input, relative to `directory`.
    pub fn of(input: &Input, directory: &Path) -> Self {
        Self {
            unit: Unit::of(input),
            ..Self::new(&input.name, directory)
        }
    }

    /// The names of the text file at `path`, relative to `directory`.
    pub fn new(path: &Path, directory: &Path) -> Self {
        let relative = path.strip_prefix(directory).unwrap_or(path);
        let relative = relative.strip_prefix(".").unwrap_or(relative);
        let bytes = relative.as_os_str().as_encoded_bytes();
        let encoded = percent_encode(bytes, ESCAPED);
        let uri = if relative.components().next() == Some(Component::RootDir) {
            format!("file://{encoded}")
        } else {
            encoded.to_string()
        };
        Self {
            shown: printable_path(path),
            relative: printable_path(relative),
            uri,
            unit: Unit::Line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> String {
        SourceName::new(Path::new(path), Path::new("/data/repo")).uri
    }

    #[test]
    fn uris_are_relative_and_encoded() {
        assert_eq!(uri("./data/train 1.jsonl"), "data/train%201.jsonl");
        assert_eq!(uri("/data/repo/a/é.csv"), "a/%C3%A9.csv");
        assert_eq!(uri("/elsewhere/a.csv"), "file:///elsewhere/a.csv");
        assert_eq!(uri("javascript:x.jsonl"), "javascript%3Ax.jsonl");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf8_are_kept() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xc3\x28.jsonl"));
        let name = SourceName::new(path, Path::new("/"));
        assert_eq!(
            (name.uri.as_str(), name.shown.as_str()),
            ("%C3%28.jsonl", "\"\\303(.jsonl\"")
        );
    }
}

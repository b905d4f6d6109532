//! The name of a source, as each kind of report needs it.

use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use tunelint_core::printable::printable_path;

/// What stands in a URI's path as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A source's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceName {
    /// As the user wrote it, printable.
    pub shown: String,
    /// From the working directory on, printable: what services that know the repository look for.
    pub relative: String,
    /// The same as a URI reference; absolute for a file elsewhere.
    pub uri: String,
}

impl SourceName {
    /// The name of the file at `path`, seen from `directory`.
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
    fn names_that_are_no_text_survive() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xc3\x28.jsonl"));
        let name = SourceName::new(path, Path::new("/"));
        assert_eq!(
            (name.uri.as_str(), name.shown.as_str()),
            ("%C3%28.jsonl", "\"\\303(.jsonl\"")
        );
    }
}

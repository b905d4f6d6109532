//! Finds and reads the `dataset_info.json` files next to data, for the library.
//!
//! Nothing that is wrong with such a file ends a run: what cannot be read is ignored, and what
//! cannot be used is a finding.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use tunelint_core::declared::{DatasetInfo, Declarations, FILE_NAME, MAX_BYTES};

/// What `dataset_info.json` files say about `sources`, in this order: the file in the folder of a
/// source, or else one in the folder above with an entry about it.
pub fn declarations<'p>(sources: impl IntoIterator<Item = &'p Path>) -> Arc<Declarations> {
    let mut files = Files::default();
    let mut declarations = Declarations::default();
    for source in sources {
        let (Some(folder), Some(name)) = (source.parent(), source.file_name()) else {
            continue;
        };
        let name = Path::new(name);
        if let Some(info) = files.read(folder) {
            declarations.add(source, name, info);
            continue;
        }
        let above = folder.parent().zip(folder.file_name());
        if let Some((above, inner)) = above {
            let relative = Path::new(inner).join(name);
            let info = files.read(above);
            if let Some(info) = info.filter(|info| info.is_about(&relative)) {
                declarations.add(source, &relative, info);
            }
        }
    }
    Arc::new(declarations)
}

/// Whether `path` is a `dataset_info.json`, which describes data and is never checked as data.
pub fn is_dataset_info(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE_NAME)
}

/// The files by folder, each read once.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, Option<DatasetInfo>>);

impl Files {
    fn read(&mut self, folder: &Path) -> Option<&DatasetInfo> {
        let known = self.0.entry(folder.to_owned());
        known.or_insert_with(|| read(folder)).as_ref()
    }
}

/// The file in `folder`; `None` if there is none, or if it is too large or a link to elsewhere.
fn read(folder: &Path) -> Option<DatasetInfo> {
    let path = folder.join(FILE_NAME);
    let file = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let target = fs::canonicalize(&path).ok()?;
    let inside = match folder.as_os_str().is_empty() {
        true => fs::canonicalize("."),
        false => fs::canonicalize(folder),
    };
    if target.parent() != Some(inside.ok()?.as_path()) || file.len() > MAX_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(&target).ok()?;
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    DatasetInfo::parse(path, &bytes, &|name| exists(folder, name))
}

/// Whether a file that an entry names exists. Nothing outside the folder is looked up.
fn exists(folder: &Path, name: &str) -> bool {
    let mut path = folder.to_owned();
    for step in Path::new(name).components() {
        match step {
            Component::CurDir => continue,
            Component::Normal(step) => path.push(step),
            _ => return true,
        }
        match fs::symlink_metadata(&path) {
            Ok(of) if of.is_symlink() => return true,
            Err(error) => return error.kind() != ErrorKind::NotFound,
            Ok(_) => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a file of this text.
    fn folder(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE_NAME), text).expect("a file");
        folder
    }

    #[test]
    fn the_closest_file_counts() {
        let folder = folder(r#"{"a":{"file_name":"inner"},"b":{"file_name":"b.json"}}"#);
        let entry = |path: &Path| {
            let declarations = declarations([path]);
            let entry = declarations.of(path).and_then(|of| of.entry.clone());
            entry.map(|entry| entry.name.clone())
        };
        assert_eq!(entry(&folder.path().join("b.json")), Some("b".to_owned()));
        let inner = folder.path().join("inner");
        assert_eq!(entry(&inner.join("c.json")), Some("a".to_owned()));
        fs::create_dir(&inner).expect("a folder");
        let own = r#"{"c":{"file_name":"c.json"}}"#;
        fs::write(inner.join(FILE_NAME), own).expect("a file");
        assert_eq!(entry(&inner.join("c.json")), Some("c".to_owned()));
    }

    #[test]
    fn a_large_file_is_not_read() {
        let text = r#"{"a":{"file_name":"a.json"}}"#.to_owned();
        assert!(read(folder(&text).path()).is_some());
        let padded = text + &" ".repeat(MAX_BYTES as usize);
        assert!(read(folder(&padded).path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_outside_the_folder_is_read() {
        let outside = folder(r#"{"a":{"file_name":"a.json"}}"#);
        let inside = tempfile::tempdir().expect("a folder");
        let link = inside.path().join(FILE_NAME);
        std::os::unix::fs::symlink(outside.path().join(FILE_NAME), link).expect("a link");
        assert!(read(inside.path()).is_none());
        assert!(exists(inside.path(), "../a.json"));
        assert!(exists(inside.path(), "/a.json"));
        assert!(!exists(inside.path(), "./a.json"));
    }
}

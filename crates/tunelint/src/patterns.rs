//! File patterns relative to a directory.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use crate::dataset_info::is_dataset_info;

/// A set of file patterns.
#[derive(Debug, Clone)]
pub struct Patterns {
    directory: PathBuf,
    texts: Vec<String>,
    set: GlobSet,
}

impl Patterns {
    /// Compiles patterns relative to `directory`. With `loose`, they match as in `.gitignore`.
    ///
    /// # Errors
    /// The index of an invalid pattern.
    pub fn new(texts: &[String], directory: &Path, loose: bool) -> Result<Self, usize> {
        let mut builder = GlobSetBuilder::new();
        for (index, text) in texts.iter().enumerate() {
            let text = text.strip_prefix("./").unwrap_or(text);
            let mut add = |text: &str| -> Result<(), usize> {
                let glob = GlobBuilder::new(text).literal_separator(true).build();
                builder.add(glob.map_err(|_| index)?);
                Ok(())
            };
            add(text)?;
            if loose {
                // A name without a slash matches at any depth, a directory everything in it.
                let anywhere = if text.trim_end_matches('/').contains('/') {
                    ""
                } else {
                    "**/"
                };
                let text = text.trim_end_matches('/');
                add(&format!("{anywhere}{text}"))?;
                add(&format!("{anywhere}{text}/**"))?;
            }
        }
        Ok(Self {
            directory: directory.to_path_buf(),
            texts: texts.to_vec(),
            set: builder.build().map_err(|_| 0_usize)?,
        })
    }

    /// Whether an absolute path matches.
    pub fn matches(&self, path: &Path) -> bool {
        path.strip_prefix(&self.directory)
            .is_ok_and(|relative| self.set.is_match(relative))
    }

    /// The matching files, sorted by path. Only the part of the directory tree that a pattern can
    /// match is walked, and links are not followed.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for text in &self.texts {
            let start = self.directory.join(literal(text));
            let entries = WalkBuilder::new(&start).standard_filters(false).build();
            // A link may lead anywhere, so it is skipped.
            let is_file = |entry: &ignore::DirEntry| {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                is_file && !is_dataset_info(entry.path())
            };
            let paths = entries
                .flatten()
                .filter(|entry| is_file(entry) && self.matches(entry.path()));
            files.extend(paths.map(ignore::DirEntry::into_path));
        }
        files.sort();
        files.dedup();
        files
    }
}

/// The directories of a pattern before its first special character.
fn literal(pattern: &str) -> PathBuf {
    let special = |step: &&str| !step.contains(['*', '?', '[', '{']);
    pattern.split('/').take_while(special).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str], loose: bool) -> Patterns {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Patterns::new(&texts, Path::new("/r"), loose).expect("patterns")
    }

    #[test]
    fn a_star_stays_in_its_directory() {
        let train = patterns(&["data/train*.jsonl"], false);
        assert!(train.matches(Path::new("/r/data/train-1.jsonl")));
        assert!(!train.matches(Path::new("/r/data/old/train-1.jsonl")));
        assert!(!train.matches(Path::new("/elsewhere/data/train-1.jsonl")));
    }

    #[test]
    fn loose_patterns_match_as_in_gitignore() {
        let out = patterns(&["drafts", "data/old/", "*.tmp.jsonl"], true);
        for path in [
            "/r/drafts/a.jsonl",
            "/r/a/drafts/b.csv",
            "/r/data/old/x/y.jsonl",
            "/r/a/b.tmp.jsonl",
        ] {
            assert!(out.matches(Path::new(path)), "{path}");
        }
        assert!(!out.matches(Path::new("/r/data/new/a.jsonl")));
    }
}

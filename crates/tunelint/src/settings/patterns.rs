//! Files named by paths and patterns, seen from a directory.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

/// Some patterns.
#[derive(Debug, Clone)]
pub struct Patterns {
    directory: PathBuf,
    texts: Vec<String>,
    set: GlobSet,
}

impl Patterns {
    /// Patterns seen from `directory`; `Err`: which one is none, by its number.
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
                // As in `.gitignore`: a name alone means it anywhere, a directory all that is in it.
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

    /// Whether a file, named in full, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        path.strip_prefix(&self.directory)
            .is_ok_and(|relative| self.set.is_match(relative))
    }

    /// The files that are meant, by name. Only the directories named before a pattern's first
    /// star are walked, and no link is followed.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for text in &self.texts {
            let start = self.directory.join(literal(text));
            let entries = WalkBuilder::new(&start).standard_filters(false).build();
            // A link may lead anywhere; what it names can be named itself.
            let is_file =
                |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
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

/// The part of a pattern in front of its first special character.
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
    fn what_is_excluded_is_meant_as_in_gitignore() {
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

//! Which entry is about which source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::Entry;
use super::info::DatasetInfo;
use super::problem::{Problem, ProblemKind};

/// What `dataset_info.json` files say about the sources of a run, by the names of the sources.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    by_source: BTreeMap<PathBuf, Declared>,
    /// For each file, the entries about sources so far; the file's problems were given to a source.
    seen: BTreeMap<PathBuf, Vec<String>>,
}

/// What a `dataset_info.json` says about one source.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The path of the file, as shown in reports.
    pub path: PathBuf,
    /// The entry about the source, if there is one.
    pub entry: Option<Arc<Entry>>,
    /// What is wrong with the file. Each problem is among those of one source of the run.
    pub problems: Vec<Problem>,
}

impl Declarations {
    /// Adds the source called `name`, which is at `relative` from the folder of `info`. A source
    /// that was added before keeps its entry.
    pub fn add(&mut self, name: &Path, relative: &Path, info: &DatasetInfo) {
        if self.by_source.contains_key(name) {
            return;
        }
        let mut about = info.about(relative);
        let entry = about.next();
        let mut problems = Vec::new();
        let is_first = !self.seen.contains_key(&info.path);
        let used = self.seen.entry(info.path.clone()).or_default();
        if is_first {
            problems.clone_from(&info.problems);
        }
        if let Some(entry) = entry.filter(|entry| !used.contains(&entry.name)) {
            used.push(entry.name.clone());
            problems.extend(own_problems(entry, about));
        }
        let declared = Declared {
            path: info.path.clone(),
            entry: entry.cloned().map(Arc::new),
            problems,
        };
        self.by_source.insert(name.to_owned(), declared);
    }

    /// The declaration of the source called `name`.
    pub fn of(&self, name: &Path) -> Option<&Declared> {
        self.by_source.get(name)
    }

    /// Whether a source is read with the entry called `entry` of the file at `path`.
    pub fn uses(&self, path: &Path, entry: &str) -> bool {
        let used = self.seen.get(path);
        used.is_some_and(|used| used.iter().any(|name| name == entry))
    }

    /// The paths of the files that say something about a source.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.seen.keys()
    }
}

/// What is only wrong with an entry because a source is read with it. `others` are the later
/// entries about the same source.
fn own_problems<'e>(entry: &Entry, others: impl Iterator<Item = &'e Entry>) -> Vec<Problem> {
    let disagreeing = others.filter(|other| !other.agrees_with(entry));
    let mut problems: Vec<Problem> = disagreeing
        .map(|other| Problem {
            at: other.at,
            entry: other.name.clone(),
            kind: ProblemKind::SharedFile {
                used: entry.name.clone(),
            },
        })
        .collect();
    let keys = entry.not_mapped();
    if !keys.is_empty() {
        problems.push(Problem {
            at: entry.at,
            entry: entry.name.clone(),
            kind: ProblemKind::NotMapped(keys),
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(text: &str) -> DatasetInfo {
        DatasetInfo::parse("i.json".into(), text.as_bytes(), &|name| name != "gone")
            .expect("entries")
    }

    #[test]
    fn an_entry_is_about_a_file_or_its_folder() {
        let info = info(r#"{"a":{"file_name":"./a.json"},"b":{"file_name":"more/"}}"#);
        assert!(info.is_about(Path::new("a.json")));
        assert!(info.is_about(Path::new("more/c.jsonl")));
        assert!(!info.is_about(Path::new("more/deep/c.jsonl")));
        assert!(!info.is_about(Path::new("b.json")));
    }

    #[test]
    fn each_problem_is_given_to_one_source() {
        let text = r#"{"a":{"file_name":"a"},"b":{"file_name":"a","ranking":true},"c":{"file_name":"gone"}}"#;
        let mut declarations = Declarations::default();
        for name in ["x", "a"] {
            declarations.add(Path::new(name), Path::new(name), &info(text));
        }
        let kinds = |name: &str| {
            let declared = declarations.of(Path::new(name)).expect("a source");
            declared
                .problems
                .iter()
                .map(|of| of.kind.clone())
                .collect::<Vec<_>>()
        };
        let missing = ProblemKind::MissingFile("gone".to_owned());
        let sides = ProblemKind::RankingWithout(vec!["chosen", "rejected"]);
        assert_eq!(kinds("x"), [sides, missing]);
        let used = "a".to_owned();
        assert_eq!(kinds("a"), [ProblemKind::SharedFile { used }]);
        assert!(declarations.uses(Path::new("i.json"), "a"));
        assert!(!declarations.uses(Path::new("i.json"), "b"));
    }

    #[test]
    fn a_file_of_the_library_datasets_is_none() {
        let text = r#"{"features":{"text":{"dtype":"string"}},"splits":{}}"#;
        let info = DatasetInfo::parse("i".into(), text.as_bytes(), &|_| true);
        assert_eq!(info, None);
    }
}

//! The roles of files: which are for training and which for evaluation.

use std::path::Path;

/// The role of a source in its dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceRole {
    /// The model is trained on it. Only training data is compared with validation and production
    /// data.
    Training,
    /// The model is evaluated on it.
    Validation,
}

/// Words in the names of validation and test files.
const EVALUATION: [&str; 8] = [
    "dev",
    "eval",
    "evaluation",
    "heldout",
    "test",
    "val",
    "valid",
    "validation",
];

/// Whether a file is named as a validation or test set: by a whole word, so that
/// `invalid.jsonl` and `latest.jsonl` are none, and `train_test.jsonl` is not one either. The shards
/// of a saved dataset are named by the directory of their split: `test/data-00000-of-00001.arrow`.
pub fn is_evaluation(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().to_lowercase();
    let words = || {
        let words = name.split(|c: char| !c.is_alphanumeric());
        words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
    };
    let says = |known: &str| words().any(|word| word == known);
    let directory = path.parent().and_then(Path::file_name);
    let directory = directory
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let is_shard = name.starts_with("data-") && name.contains("-of-");
    let is_split = is_shard && EVALUATION.contains(&directory.as_str());
    !says("train") && !says("training") && (is_split || EVALUATION.into_iter().any(says))
}

/// The roles of files that no settings list, by their names. If none would be left for training,
/// all are: a file called `test.jsonl` is checked like any other.
pub fn roles_by_name(paths: &[&Path]) -> Vec<SourceRole> {
    let with_training = !paths.iter().all(|path| is_evaluation(path));
    let role = |path: &&Path| match with_training && is_evaluation(path) {
        true => SourceRole::Validation,
        false => SourceRole::Training,
    };
    paths.iter().map(role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_count() {
        let is_evaluation = |name: &str| is_evaluation(Path::new(name));
        for name in [
            "valid.jsonl",
            "my-dev.csv",
            "test_1.jsonl",
            "data/Eval2.json",
            "validation/data-00000-of-00001.arrow",
        ] {
            assert!(is_evaluation(name), "{name}");
        }
        for name in [
            "invalid.jsonl",
            "latest.jsonl",
            "devices.csv",
            "values.json",
            "testimonials.csv",
            "test/data.jsonl",
            "train_test.jsonl",
        ] {
            assert!(!is_evaluation(name), "{name}");
        }
    }

    #[test]
    fn some_file_is_for_training() {
        let roles = |names: &[&str]| {
            let paths: Vec<&Path> = names.iter().map(Path::new).collect();
            roles_by_name(&paths)
        };
        use SourceRole::{Training, Validation};
        assert_eq!(roles(&["a.jsonl", "test.jsonl"]), [Training, Validation]);
        assert_eq!(roles(&["dev.jsonl", "test.jsonl"]), [Training, Training]);
    }
}

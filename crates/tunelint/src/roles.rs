//! Which files are for training and which for evaluation, by their names.

use std::path::Path;

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
/// `invalid.jsonl` and `latest.jsonl` are none, and `train_test.jsonl` is not one either.
pub fn is_evaluation(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().to_lowercase();
    let words = || {
        let words = name.split(|c: char| !c.is_alphanumeric());
        words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
    };
    let says = |known: &str| words().any(|word| word == known);
    !says("train") && !says("training") && EVALUATION.into_iter().any(says)
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
}

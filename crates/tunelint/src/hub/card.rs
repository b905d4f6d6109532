//! The front matter of a dataset card: what `configs` in a `README.md` says about data files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Front matter is a few kilobytes; with hundreds of configurations, some hundred.
pub(super) const MAX_BYTES: u64 = 1 << 20;
/// As many as settings may have: each is compared with the name of every file.
const MAX_PATTERNS: usize = 200;
/// Nodes that aliases may add. People hardly use aliases here.
const MAX_REPLAYED: usize = 10_000;

/// A configuration: one of the datasets in a repository.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) name: String,
    pub(super) is_default: bool,
    /// The directory that the patterns are relative to, if it is not that of the card.
    pub(super) directory: Option<String>,
    /// The data files; empty if their names decide.
    pub(super) splits: Vec<Split>,
}

/// The files of a split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) name: String,
    pub(super) patterns: Vec<String>,
}

/// The configurations in the text of a card, in order; none if it has no front matter or no `configs`.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn configs(text: &str) -> Result<Vec<Config>, String> {
    let Some(yaml) = front_matter(text) else {
        return match text.len() as u64 >= MAX_BYTES && text.trim_start().starts_with("---") {
            true => Err(format!("front matter of more than {} MiB", MAX_BYTES >> 20)),
            false => Ok(Vec::new()),
        };
    };
    let options = serde_saphyr::options! {
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_REPLAYED,
        },
        // `no` may be a language.
        strict_booleans: true,
        // Of values that are not looked at.
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    };
    let matter: Option<FrontMatter> =
        serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
            match error.location() {
                // The first line of the front matter is the second of the file.
                Some(at) => format!("invalid YAML on line {}", at.line() + 1),
                None => "invalid YAML".to_owned(),
            }
        })?;
    let Some(configs) = matter.and_then(|matter| matter.configs) else {
        return Ok(Vec::new());
    };
    let entries: Vec<Entry> = serde_json::from_value(configs).map_err(|_| {
        "`configs` is not a list of configurations with `config_name` and `data_files`".to_owned()
    })?;
    let configs: Vec<Config> = entries.into_iter().map(Config::from).collect();
    match configs.iter().map(Config::size).sum::<usize>() {
        0..=MAX_PATTERNS => Ok(configs),
        _ => Err("too many patterns".to_owned()),
    }
}

/// The lines between the first two that are `---`, as the Hub finds them.
fn front_matter(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('\u{feff}').trim_start();
    let rest = rest.strip_prefix("---")?;
    let rest = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n'))?;
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return rest.get(..length);
        }
        length += line.len();
    }
    None
}

#[derive(Deserialize)]
struct FrontMatter {
    #[serde(default)]
    configs: Option<Value>,
}

#[derive(Deserialize)]
struct Entry {
    config_name: String,
    #[serde(default)]
    default: bool,
    data_files: Option<DataFiles>,
    data_dir: Option<String>,
}

/// The forms of `data_files`. A mapping is not in the documentation of the Hub, but
/// `load_dataset(data_files=…)` has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum DataFiles {
    Path(String),
    List(Vec<Item>),
    BySplit(BTreeMap<String, Paths>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Path(String),
    Split { split: String, path: Paths },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Many(Vec<String>),
}

impl From<Paths> for Vec<String> {
    fn from(paths: Paths) -> Self {
        match paths {
            Paths::One(path) => vec![path],
            Paths::Many(paths) => paths,
        }
    }
}

impl From<Entry> for Config {
    fn from(entry: Entry) -> Self {
        Self {
            is_default: entry.default || entry.config_name == "default",
            name: entry.config_name,
            directory: entry.data_dir,
            splits: entry.data_files.map(splits).unwrap_or_default(),
        }
    }
}

impl Config {
    /// The number of its patterns; without any, one is for all files.
    fn size(&self) -> usize {
        let patterns = self.splits.iter().map(|split| split.patterns.len());
        patterns.sum::<usize>().max(1)
    }
}

fn splits(files: DataFiles) -> Vec<Split> {
    let mut splits: Vec<Split> = Vec::new();
    let mut add = |name: &str, patterns: Vec<String>| match splits
        .iter_mut()
        .find(|split| split.name == name)
    {
        Some(split) => split.patterns.extend(patterns),
        None => splits.push(Split {
            name: name.to_owned(),
            patterns,
        }),
    };
    match files {
        DataFiles::Path(path) => add("train", vec![path]),
        DataFiles::List(items) => items.into_iter().for_each(|item| match item {
            Item::Path(path) => add("train", vec![path]),
            Item::Split { split, path } => add(&split, path.into()),
        }),
        DataFiles::BySplit(splits) => splits
            .into_iter()
            .for_each(|(name, paths)| add(&name, paths.into())),
    }
    splits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data_files: &str) -> Vec<(String, Vec<String>)> {
        let text = format!("---\nlicense: mit\nconfigs:\n- config_name: a\n{data_files}\n---\n# A");
        let mut configs = configs(&text).expect("configurations");
        let splits = configs.remove(0).splits.into_iter();
        splits.map(|split| (split.name, split.patterns)).collect()
    }

    #[test]
    fn every_form_of_data_files_is_read() {
        let split = |name: &str, patterns: &[&str]| {
            let patterns = patterns.iter().map(|of| (*of).to_owned()).collect();
            (name.to_owned(), patterns)
        };
        assert_eq!(of("  data_files: a.csv"), [split("train", &["a.csv"])]);
        assert_eq!(
            of("  data_files:\n  - a.csv\n  - 'b/*.csv'"),
            [split("train", &["a.csv", "b/*.csv"])]
        );
        assert_eq!(
            of(
                "  data_files:\n  - split: train\n    path: [a.csv, b.csv]\n  - {split: test, path: c.csv}"
            ),
            [
                split("train", &["a.csv", "b.csv"]),
                split("test", &["c.csv"])
            ]
        );
        assert_eq!(
            of("  data_files:\n    test: c.csv\n    train:\n    - a.csv"),
            [split("test", &["c.csv"]), split("train", &["a.csv"])]
        );
        assert_eq!(of("  data_dir: no"), []);
    }

    #[test]
    fn front_matter_without_configurations_says_nothing() {
        for text in [
            "",
            "# A\n---\nconfigs: 1\n---\n",
            "---\nconfigs: 1",
            "---\n---\n",
            "---\nlabels:\n  0: no\n  1: .nan\n---\n",
        ] {
            assert!(configs(text).expect("no fault").is_empty(), "{text:?}");
        }
    }

    #[test]
    fn faults_have_a_place() {
        let fault = |text: &str| configs(text).expect_err("a fault");
        assert_eq!(
            fault("---\na: b\nconfigs: [\n---\n"),
            "invalid YAML on line 3"
        );
        assert!(fault("---\nconfigs: x.csv\n---\n").contains("not a list"));
        assert!(fault("---\nconfigs:\n- data_files: a\n---\n").contains("config_name"));
        let endless = format!("---\n{}", "a: b\n".repeat(MAX_BYTES as usize / 5 + 1));
        assert!(fault(&endless).contains("more than 1 MiB"));
    }

    #[test]
    fn aliases_do_not_multiply() {
        let mut text = "---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            let list = [alias.as_str(); 9].join(", ");
            text += &format!("a{level}: &a{level} [{list}]\n");
        }
        text += "configs: *a11\n---\n";
        assert!(configs(&text).is_err());
        let deep = format!("---\nconfigs: {}\n---\n", "[".repeat(100_000));
        assert!(configs(&deep).is_err());
    }
}

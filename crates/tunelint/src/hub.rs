//! Datasets of the Hugging Face Hub: a directory whose `README.md` lists its data files by
//! configuration and split, as `datasets.load_dataset` reads it.

mod card;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use tunelint_core::printable::{printable_path, quoted};
use tunelint_core::session::{SourceRole, is_evaluation};
use tunelint_core::source::Container;

use crate::names::listed;
use crate::whole_file;
use card::{Config, MAX_BYTES};

/// What describes a dataset in JSON, which a pattern must name to match.
const DESCRIPTIONS: [&str; 4] = [
    "config.json",
    "dataset_dict.json",
    "dataset_info.json",
    "dataset_infos.json",
];

/// A file of a walk.
#[derive(Debug)]
pub struct Walked {
    pub path: PathBuf,
    pub is_link: bool,
}

/// What the dataset cards of a walk say about its files.
#[derive(Debug, Default)]
pub struct Choice {
    /// The files of the chosen configurations. One without a role has that of its name.
    pub chosen: BTreeMap<PathBuf, Option<SourceRole>>,
    /// The other files of directories with such a card.
    pub left_out: BTreeSet<PathBuf>,
    /// The same for those that no configuration names, by card.
    pub unnamed: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// What a reader of the report should know.
    pub notes: Vec<String>,
}

/// Reads the cards of all directories from `root` down that have `files`, and chooses among the files.
/// The closest card with configurations decides. If it cannot be read, or names no data file, the names
/// of the files decide, and a note says why.
pub fn choose(root: &Path, files: &[Walked]) -> Choice {
    let mut cards: BTreeMap<PathBuf, Option<Card>> = BTreeMap::new();
    let mut choice = Choice::default();
    let mut by_card: BTreeMap<PathBuf, Vec<&Walked>> = BTreeMap::new();
    for file in files {
        let above = file.path.ancestors().skip(1);
        let above = above.take_while(|directory| directory.starts_with(root));
        for directory in above {
            let card = cards
                .entry(directory.to_owned())
                .or_insert_with(|| Card::read(directory, &mut choice.notes));
            if card.is_some() {
                by_card.entry(directory.to_owned()).or_default().push(file);
                break;
            }
        }
    }
    for (directory, files) in by_card {
        if let Some(Some(card)) = cards.get(&directory) {
            card.choose(&files, &mut choice);
        }
    }
    choice
}

/// A card with configurations.
#[derive(Debug)]
struct Card {
    path: PathBuf,
    directory: PathBuf,
    chosen: Config,
    others: Vec<Config>,
}

impl Card {
    /// The card of `directory`; `None` if it has none with configurations.
    fn read(directory: &Path, notes: &mut Vec<String>) -> Option<Self> {
        let path = directory.join("README.md");
        let is_link = path.symlink_metadata().ok()?.is_symlink();
        if is_link && !stays(&path, directory) {
            return None;
        }
        let text = whole_file::read_start(&path, MAX_BYTES).ok()?;
        let configs = card::configs(&String::from_utf8_lossy(&text));
        let mut others = match configs {
            Ok(configs) => configs,
            Err(fault) => {
                let shown = shown(&path);
                notes.push(format!(
                    "{shown} has {fault}; files and roles are found by name"
                ));
                return None;
            }
        };
        let default = others.iter().position(|config| config.is_default);
        let default = default.unwrap_or(0);
        if default >= others.len() {
            return None;
        }
        Some(Self {
            chosen: others.remove(default),
            path,
            directory: directory.to_owned(),
            others,
        })
    }

    /// Adds what the card says about `files`, all of which are below its directory.
    fn choose(&self, files: &[&Walked], choice: &mut Choice) {
        let files: Vec<(String, &Walked)> =
            files.iter().map(|file| (self.name(file), *file)).collect();
        let files = files.as_slice();
        let selected = Selected::of(&self.chosen, files, self);
        choice.notes.extend(selected.notes);
        if selected.files.is_empty() {
            let (name, card) = (quoted(&self.chosen.name, 40), shown(&self.path));
            choice.notes.push(format!(
                "configuration {name} of {card} names no data file; files and roles are found by name"
            ));
            return;
        }
        let has_training = selected
            .files
            .values()
            .any(|role| *role != Some(SourceRole::Validation));
        let mut named: BTreeSet<&Path> = BTreeSet::new();
        for (path, role) in selected.files {
            // As with names: some file is for training.
            let role = role.filter(|_| has_training);
            let role = role.or_else(|| (!has_training).then_some(SourceRole::Training));
            named.insert(path);
            choice.chosen.insert(path.to_owned(), role);
        }
        for config in &self.others {
            named.extend(Selected::of(config, files, self).files.into_keys());
        }
        for (_, file) in files.iter().filter(|(_, file)| !file.is_link) {
            if !choice.chosen.contains_key(&file.path) {
                choice.left_out.insert(file.path.clone());
                if !named.contains(file.path.as_path()) {
                    let unnamed = choice.unnamed.entry(self.path.clone()).or_default();
                    unnamed.push(file.path.clone());
                }
            }
        }
        choice.notes.extend(self.other_configs());
    }

    /// Which configurations are not checked, and how to check them.
    fn other_configs(&self) -> Option<String> {
        let described = self.others.iter().map(|config| {
            let patterns = config.patterns(&self.directory);
            let patterns = patterns.iter().map(|of| shown(Path::new(of)));
            let paths = patterns.collect::<Vec<_>>().join(" ");
            format!("{} ({paths})", quoted(&config.name, 40))
        });
        let others = listed(&described.collect::<Vec<_>>())?;
        let (name, card) = (quoted(&self.chosen.name, 40), shown(&self.path));
        Some(format!(
            "only configuration {name} of {card} is checked; name the files of another one to check it: {others}"
        ))
    }
}

/// The data files of a configuration.
struct Selected<'f> {
    /// The files that are read, with the roles that their splits give them.
    files: BTreeMap<&'f Path, Option<SourceRole>>,
    /// What of the configuration cannot be used.
    notes: Vec<String>,
}

impl<'f> Selected<'f> {
    /// `files` have their names as patterns have them.
    fn of(config: &Config, files: &[(String, &'f Walked)], card: &Card) -> Self {
        let mut selected = Self {
            files: BTreeMap::new(),
            notes: Vec::new(),
        };
        let (config_name, shown_card) = (quoted(&config.name, 40), shown(&card.path));
        let place = format!("in configuration {config_name} of {shown_card}");
        let mut unmatched = Vec::new();
        for (split, pattern) in config.full_patterns() {
            let is_found = selected.add(split, &pattern, files, card);
            let pattern = quoted(&pattern, 60);
            match is_found {
                Ok(false) if split.is_some() => unmatched.push(pattern),
                Ok(_) => {}
                Err(fault) => {
                    let note = format!("path {pattern} {place} {fault}");
                    selected.notes.push(note);
                }
            }
        }
        selected
            .notes
            .extend(listed(&unmatched).map(|paths| match unmatched.len() {
                1 => format!("path {paths} {place} matches no file"),
                _ => format!("paths {place} match no file: {paths}"),
            }));
        selected
    }

    /// Adds the files of one pattern. Returns whether there are any, or why it is not followed.
    fn add(
        &mut self,
        split: Option<&str>,
        pattern: &str,
        files: &[(String, &'f Walked)],
        card: &Card,
    ) -> Result<bool, &'static str> {
        if leads_out(pattern) {
            return Err("leads out of the directory and is not read");
        }
        let pattern = Pattern::new(pattern).ok_or("is not a valid pattern")?;
        let role = split.map(|split| match is_evaluation(Path::new(split)) {
            true => SourceRole::Validation,
            false => SourceRole::Training,
        });
        let mut is_found = false;
        for (_, file) in files.iter().filter(|(name, _)| pattern.matches(name)) {
            is_found = true;
            if file.is_link && !stays(&file.path, &card.directory) {
                let link = shown(&file.path);
                self.notes.push(format!(
                    "{link} is a link out of the directory and is not read"
                ));
            } else if Container::from_path(&file.path).is_some() {
                self.files.entry(&file.path).or_insert(role);
            }
        }
        Ok(is_found)
    }
}

impl Card {
    /// The name of a file as patterns have it.
    fn name(&self, file: &Walked) -> String {
        let relative = file.path.strip_prefix(&self.directory);
        let steps = relative.unwrap_or(&file.path).iter();
        let steps: Vec<_> = steps.map(|step| step.to_string_lossy()).collect();
        steps.join("/")
    }
}

impl Config {
    /// The patterns relative to the card, each with its split. Without `data_files`, those of all files,
    /// whose names decide.
    fn full_patterns(&self) -> Vec<(Option<&str>, String)> {
        let full = |pattern: &str| {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            match self.directory.as_deref().map(|of| of.trim_matches('/')) {
                Some(directory) if !directory.is_empty() && directory != "." => {
                    format!("{}/{pattern}", directory.trim_start_matches("./"))
                }
                _ => pattern.to_owned(),
            }
        };
        if self.splits.is_empty() {
            return vec![(None, full("**"))];
        }
        let splits = self.splits.iter();
        let patterns = splits.flat_map(|split| {
            let patterns = split.patterns.iter();
            patterns.map(|pattern| (Some(split.name.as_str()), full(pattern)))
        });
        patterns.collect()
    }

    /// The patterns as arguments of the program.
    fn patterns(&self, directory: &Path) -> Vec<String> {
        let patterns = self.full_patterns().into_iter();
        let inside = patterns.filter(|(_, pattern)| !leads_out(pattern));
        inside
            .map(|(_, pattern)| directory.join(pattern).to_string_lossy().into_owned())
            .collect()
    }
}

/// A path as reports show it.
pub fn shown(path: &Path) -> String {
    printable_path(path.strip_prefix(".").unwrap_or(path))
}

/// Whether a pattern leads out of the directory of its card, or to another machine.
fn leads_out(pattern: &str) -> bool {
    let is_absolute = pattern.starts_with(['/', '\\']) || pattern.contains(':');
    is_absolute || pattern.split(['/', '\\']).any(|step| step == "..")
}

/// A pattern as `datasets` reads it: without alternatives in braces, and without escapes.
struct Pattern {
    glob: GlobMatcher,
    /// Its last step, which may name a description of the dataset.
    last: String,
}

impl Pattern {
    fn new(pattern: &str) -> Option<Self> {
        let literal = pattern.replace('{', "[{]").replace('}', "[}]");
        let glob = GlobBuilder::new(&literal)
            .literal_separator(true)
            .backslash_escape(false)
            .build();
        Some(Self {
            glob: glob.ok()?.compile_matcher(),
            last: last_step(pattern).to_owned(),
        })
    }

    fn matches(&self, name: &str) -> bool {
        let last = last_step(name);
        self.glob.is_match(name) && (!DESCRIPTIONS.contains(&last) || last == self.last)
    }
}

fn last_step(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Whether a link of a snapshot leads to a file in its directory. In the cache of the Hub, the files of
/// all snapshots are links to the blobs next to them.
fn stays(link: &Path, directory: &Path) -> bool {
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let (Ok(target), Ok(directory)) = (link.canonicalize(), directory.canonicalize()) else {
        return false;
    };
    let snapshots = directory.parent();
    let is_cached = snapshots.and_then(Path::file_name) == Some("snapshots".as_ref());
    let blobs = snapshots.and_then(Path::parent).map(|of| of.join("blobs"));
    let is_blob = is_cached && blobs.is_some_and(|blobs| target.starts_with(blobs));
    target.is_file() && (target.starts_with(directory) || is_blob)
}

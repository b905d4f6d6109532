//! What is to be checked, and by which settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::printable::printable_path;
use tunelint_core::session::SourceRole;

use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::settings::{self, Merged, Settings, SettingsRequest};
use crate::walk::{HowFound, Named, Walk, walk};

/// A source, and what the settings say of it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) named: Named,
    /// Which settings.
    pub(super) settings: usize,
    /// Which of their datasets.
    pub(super) dataset: Option<usize>,
    pub(super) role: SourceRole,
}

impl Source {
    /// Which plan holds for it: settings and dataset.
    pub(super) fn plan(&self) -> (usize, Option<usize>) {
        (self.settings, self.dataset)
    }
}

/// Everything that is to be checked.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) list: Vec<Source>,
    pub(super) settings: Vec<Settings>,
    /// Whether all that some settings are about is checked, by their number.
    pub(super) complete: Vec<bool>,
    /// Paths that do not exist or cannot be read.
    pub(super) failures: Vec<Failure>,
}

/// The settings that were read, each once.
#[derive(Debug, Default)]
struct Shelf {
    wanted: SettingsRequest,
    by_directory: BTreeMap<PathBuf, usize>,
    by_file: BTreeMap<Option<PathBuf>, usize>,
    settings: Vec<Settings>,
}

impl Shelf {
    /// The settings for what stands in `directory`, by their number.
    fn of(&mut self, directory: &Path) -> Result<usize, Failure> {
        if let Some(known) = self.by_directory.get(directory) {
            return Ok(*known);
        }
        let file = match &self.wanted {
            SettingsRequest {
                file: Some(file), ..
            } => Some(file.clone()),
            SettingsRequest { isolated: true, .. } => None,
            _ => settings::above(directory)?,
        };
        let number = match self.by_file.get(&file) {
            Some(known) => *known,
            None => {
                let merged = Merged::read(file.as_deref(), &self.wanted)?;
                self.settings.push(Settings::interpret(merged)?);
                let number = self.settings.len() - 1;
                self.by_file.insert(file, number);
                number
            }
        };
        self.by_directory.insert(directory.to_path_buf(), number);
        Ok(number)
    }

    /// Whether a file is to be checked.
    fn wants(
        &mut self,
        path: &Path,
        found: HowFound,
        force_exclude: bool,
    ) -> Result<bool, Failure> {
        let full = full(path);
        let number = self.of(directory_of(&full))?;
        let Some(settings) = self.get(number) else {
            return Ok(true);
        };
        let exclude = settings.exclude.as_ref();
        let excluded = exclude.is_some_and(|exclude| exclude.matches(&full));
        Ok(match found {
            HowFound::ByName => !(excluded && force_exclude),
            HowFound::AsData => !excluded && !is_production(settings, &full),
            HowFound::Beside => !excluded && place(settings, &full).0.is_some(),
        })
    }

    /// What the settings say of a file.
    fn source(&mut self, named: Named, full: &Path) -> Result<Source, Failure> {
        let settings = self.of(directory_of(full))?;
        let of = self.get(settings);
        let (dataset, role) = of.map_or((None, SourceRole::Training), |of| place(of, full));
        Ok(Source {
            named,
            settings,
            dataset,
            role,
        })
    }

    fn get(&self, number: usize) -> Option<&Settings> {
        self.settings.get(number)
    }
}

/// A path in full, with the links in its directory followed.
fn full(path: &Path) -> PathBuf {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new(".")).canonicalize();
    directory.map_or_else(
        |_| path.to_path_buf(),
        |directory| directory.join(path.file_name().unwrap_or_default()),
    )
}

fn directory_of(full: &Path) -> &Path {
    full.parent().unwrap_or(Path::new("/"))
}

impl Sources {
    /// Finds out what `options` name.
    pub(super) fn new(options: &CheckOptions) -> Result<Self, Failure> {
        let mut shelf = Shelf {
            wanted: SettingsRequest::new(&options.settings.config, options.settings.isolated),
            ..Shelf::default()
        };
        let here = Path::new(".").canonicalize().unwrap_or_default();
        let mut paths = options.paths.clone();
        if paths.is_empty() {
            paths = default_paths(&mut shelf, &here)?;
        }
        let force = options.force_exclude;
        let mut wanted = |path: &Path, found: HowFound| shelf.wants(path, found, force);
        let Walk { found, failures } = walk(&paths, options.no_error_on_unmatched, &mut wanted)?;
        let mut sources = Self {
            failures,
            ..Self::default()
        };
        let stdin = options.reading.stdin_filename.as_deref();
        for named in found {
            let path = match &named {
                Named::File(path) => full(path),
                Named::Stdin => full(stdin.unwrap_or("-".as_ref())),
            };
            if let Named::File(path) = &named
                && options.contained
            {
                contained(path, &here)?;
            }
            sources.list.push(shelf.source(named, &path)?);
        }
        let whole: Vec<PathBuf> = paths
            .iter()
            .filter_map(|path| path.canonicalize().ok())
            .collect();
        let complete = shelf
            .settings
            .iter()
            .map(|settings| is_complete(settings, &whole));
        sources.complete = complete.collect();
        sources.settings = shelf.settings;
        if let Some(path) = &options.tokenizer {
            let given = crate::tokenizer::load(path)?;
            for settings in &mut sources.settings {
                settings.tokenizer = Some(Arc::clone(&given));
            }
        }
        Ok(sources)
    }

    /// The files that `options` name, one by one, whether they are there or not.
    pub(super) fn listed(options: &CheckOptions) -> Result<Self, Failure> {
        let mut shelf = Shelf {
            wanted: SettingsRequest::new(&options.settings.config, options.settings.isolated),
            ..Shelf::default()
        };
        let mut sources = Self::default();
        for path in &options.paths {
            let source = shelf.source(Named::File(path.clone()), &full(path))?;
            sources.list.push(source);
        }
        sources.complete = vec![false; shelf.settings.len()];
        sources.settings = shelf.settings;
        Ok(sources)
    }

    /// All files that a run reads: `names`, the settings, the baseline.
    pub(super) fn read_by(&self, options: &CheckOptions, names: &[PathBuf]) -> Vec<PathBuf> {
        let settings = self.settings.iter();
        let settings =
            settings.flat_map(|of| of.merged.paths().cloned().chain(of.baseline.clone()));
        let read = names.iter().cloned().chain(settings);
        read.chain(options.baseline.clone()).collect()
    }

    /// Where pages of rules can be read, by the first settings that say so.
    pub(super) fn rule_url(&self) -> Option<String> {
        let mut settings = self.settings.iter();
        settings.find_map(|settings| settings.file.rule_url.clone())
    }
}

/// Without any path: the datasets of the settings here, or else this directory.
fn default_paths(shelf: &mut Shelf, here: &Path) -> Result<Vec<PathBuf>, Failure> {
    let number = shelf.of(here)?;
    let datasets = shelf
        .get(number)
        .map(|settings| settings.datasets.as_slice())
        .unwrap_or_default();
    let mut paths = Vec::new();
    for dataset in datasets {
        paths.extend(dataset.files.files());
        paths.extend(dataset.validation.files());
    }
    if datasets.is_empty() {
        paths.push(PathBuf::from("."));
    } else if paths.is_empty() {
        return Err(Failure::new("no file matches the datasets of the settings")
            .help("print their patterns with `tunelint config show`"));
    }
    Ok(paths.iter().map(|path| settings::shown(path)).collect())
}

/// In which dataset of the settings a file belongs, and as what.
fn place(settings: &Settings, full: &Path) -> (Option<usize>, SourceRole) {
    for (index, dataset) in settings.datasets.iter().enumerate() {
        if dataset.files.matches(full) {
            return (Some(index), SourceRole::Training);
        }
        if dataset.validation.matches(full) {
            return (Some(index), SourceRole::Validation);
        }
    }
    (None, SourceRole::Training)
}

/// Whether a file holds prompts of the application: it is compared with, and not checked.
fn is_production(settings: &Settings, full: &Path) -> bool {
    let mut datasets = settings.datasets.iter();
    datasets.any(|dataset| dataset.production.matches(full))
}

/// Whether the paths of a run hold all that the settings are about.
fn is_complete(settings: &Settings, paths: &[PathBuf]) -> bool {
    let Some(directory) = settings.directory() else {
        return false;
    };
    if settings.allows.is_empty() {
        // Nobody will ask, and a hook need not walk the repository.
        return false;
    }
    if settings.datasets.is_empty() {
        return paths.iter().any(|path| directory.starts_with(path));
    }
    let covered = |file: &PathBuf| paths.iter().any(|path| file.starts_with(path));
    let mut files = settings
        .datasets
        .iter()
        .flat_map(|dataset| dataset.files.files());
    files.all(|file| covered(&file))
}

/// A file must stand in the repository, wherever links lead.
fn contained(path: &Path, here: &Path) -> Result<(), Failure> {
    let root = settings::root_of(here);
    match path.canonicalize() {
        Ok(target) if !target.starts_with(&root) => {
            let shown = printable_path(path);
            Err(
                Failure::new(format!("{shown} is outside the repository")).help(
                    "with `--contained`, only files of the repository are read, also through links",
                ),
            )
        }
        _ => Ok(()),
    }
}

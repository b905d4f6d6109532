//! Finds the files to check, and the settings and dataset of each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::{MappingProblem, ReadOptions, Reader};
use tunelint_core::session::SourceRole;
use tunelint_core::source::Input;

use super::contained;
use super::roles::{self, dataset_of, is_compared};
use super::source::Source;
use crate::cli::{self, CheckOptions};
use crate::exit::Failure;
use crate::model::ModelTokenizer;
use crate::settings::{self, Merged, Settings, SettingsRequest};
use crate::walk::{HowFound, Named, Walk, walk};

/// All files to check, with their settings.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) list: Vec<Source>,
    pub(super) settings: Vec<Settings>,
    /// For each settings file, whether the run covers everything that its suppressions can apply
    /// to. Only then can they be reported as unused.
    pub(super) complete: Vec<bool>,
    /// Paths that do not exist or cannot be read; the others are checked.
    pub(super) failures: Vec<Failure>,
    /// Files in archives that are not data files.
    pub(super) skipped: Vec<String>,
    /// What dataset cards left out, and what of them cannot be used.
    pub(super) notes: Vec<String>,
}

/// Reads settings files, each only once.
#[derive(Debug, Default)]
struct SettingsCache {
    wanted: SettingsRequest,
    /// Whether the command line says how files are read, so that any layout is one of a dataset.
    says_layout: bool,
    by_directory: BTreeMap<PathBuf, usize>,
    by_file: BTreeMap<Option<PathBuf>, usize>,
    settings: Vec<Settings>,
}

impl SettingsCache {
    /// The index of the settings for files in `directory`.
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

    /// Whether to check a file. Files given by name are checked even if excluded, unless
    /// `force_exclude`.
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
            HowFound::ByName if !force_exclude => true,
            // A hook names every `.json` file of a commit, and most are not datasets.
            HowFound::ByName if is_json(path) && dataset_of(settings, &full).0.is_none() => {
                !excluded && (self.says_layout || is_dataset(path))
            }
            HowFound::ByName => !excluded,
            HowFound::AsData => !excluded && !is_compared(settings, &full),
            HowFound::Beside | HowFound::LeftOut => {
                !excluded && dataset_of(settings, &full).0.is_some()
            }
        })
    }

    /// A file with its settings. `full` is its absolute path.
    fn source(&mut self, named: Named, full: &Path) -> Result<Source, Failure> {
        let settings = self.of(directory_of(full))?;
        let of = self.get(settings);
        let (dataset, role) = of.map_or((None, SourceRole::Training), |of| dataset_of(of, full));
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

/// The absolute path of a file, with links in its directory resolved. A link in the last component
/// is kept, so that patterns match the name that the user sees.
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

fn is_json(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    name.ends_with(".json")
}

fn says_layout(reading: &cli::Reading) -> bool {
    let layout = [&reading.layout, &reading.input, &reading.output];
    let templates = [&reading.input_template, &reading.output_template];
    layout.into_iter().chain(templates).any(Option::is_some)
}

/// Whether a file is a dataset: not if it is valid JSON with other fields than any layout. One that
/// cannot be read is taken for a dataset, so that the check reports it.
fn is_dataset(path: &Path) -> bool {
    let opened = Reader::open(SourceId(0), Input::path(path), &ReadOptions::default());
    let is_other = |reader: Reader| {
        let problem = reader.mapping.problem;
        matches!(
            problem,
            Some(MappingProblem::UnknownLayout { .. } | MappingProblem::NoFields)
        )
    };
    !opened.is_ok_and(is_other)
}

/// The files that the command line compares the data with.
fn compared_with(options: &CheckOptions) -> impl Iterator<Item = &PathBuf> {
    let compared = options.validation.iter().chain(&options.benchmark);
    compared.chain(&options.production)
}

fn directory_of(full: &Path) -> &Path {
    full.parent().unwrap_or(Path::new("/"))
}

impl Sources {
    /// Finds the files that `options` name, walking directories.
    ///
    /// # Errors
    /// Invalid settings, a pattern that matches nothing, or with `--contained`, a file outside the
    /// repository.
    pub(super) fn new(options: &CheckOptions) -> Result<Self, Failure> {
        let mut cache = SettingsCache {
            wanted: SettingsRequest::new(&options.settings.config, options.settings.isolated),
            says_layout: says_layout(&options.reading),
            ..SettingsCache::default()
        };
        let here = Path::new(".").canonicalize().unwrap_or_default();
        if options.contained {
            contained::check_options(options, &here)?;
        }
        let mut paths = options.paths.clone();
        if paths.is_empty() {
            paths = default_paths(&mut cache, &here)?;
        }
        let force = options.force_exclude;
        let mut wanted = |path: &Path, found: HowFound| cache.wants(path, found, force);
        let walk = walk(
            &paths,
            &options.reading.host,
            options.no_error_on_unmatched,
            &mut wanted,
        )?;
        let compared: Vec<PathBuf> = compared_with(options).map(|path| full(path)).collect();
        let mut notes = walk.left_out(|path| {
            compared.contains(&full(path))
                || !cache.wants(path, HowFound::AsData, force).unwrap_or(true)
        });
        let Walk {
            found,
            failures,
            skipped,
            roles: declared,
            notes: of_cards,
            ..
        } = walk;
        notes.extend(of_cards);
        let mut sources = Self {
            failures,
            skipped,
            notes,
            ..Self::default()
        };
        let stdin = options.reading.stdin_filename.as_deref();
        for named in found {
            let path = match &named {
                Named::Stdin => stdin.unwrap_or("-".as_ref()),
                named => named.path(),
            };
            if options.contained && !named.is_stdin() {
                contained::input(path, &here)?;
            }
            let path = full(path);
            sources.list.push(cache.source(named, &path)?);
        }
        let whole = paths.iter().filter_map(|path| path.canonicalize().ok());
        let whole: Vec<PathBuf> = whole.collect();
        if options.part.is_none() {
            (0..cache.settings.len()).for_each(|of| roles::by_name(&mut sources.list, of));
            roles::by_card(&mut sources.list, &declared);
        }
        let complete = cache
            .settings
            .iter()
            .map(|settings| is_complete(settings, &whole));
        sources.complete = complete.collect();
        sources.settings = cache.settings;
        if options.contained {
            sources
                .compared_files()
                .try_for_each(|path| contained::input(&path, &here))?;
        }
        sources.load_model(options)?;
        Ok(sources)
    }

    /// Loads the tokenizer and the model of the command line, which replace those of the settings.
    fn load_model(&mut self, options: &CheckOptions) -> Result<(), Failure> {
        let tokenizer = options.tokenizer.as_deref().map(crate::tokenizer::load);
        let tokenizer = tokenizer.transpose()?;
        let model = crate::model::load(&options.model)?.map(Arc::new);
        let encoder = model.as_ref().and_then(|model| model.encoder.clone());
        let of_model = encoder.map(|encoder| Arc::new(ModelTokenizer(encoder)) as _);
        let tokenizer = tokenizer.or(of_model);
        for settings in &mut self.settings {
            if let Some(tokenizer) = &tokenizer {
                settings.tokenizer = Some(Arc::clone(tokenizer));
            }
            if let Some(model) = &model {
                settings.model = Some(Arc::clone(model));
            }
        }
        Ok(())
    }

    /// The files that the settings compare datasets with.
    fn compared_files(&self) -> impl Iterator<Item = PathBuf> {
        let datasets = self.settings.iter().flat_map(|of| &of.datasets);
        let compared = datasets.flat_map(|of| [&of.validation, &of.production, &of.benchmark]);
        compared.flat_map(|patterns| patterns.files())
    }

    /// The files that `options` name, without walking directories and whether they exist or not:
    /// for the sources of part files.
    pub(super) fn listed(options: &CheckOptions) -> Result<Self, Failure> {
        let mut cache = SettingsCache {
            wanted: SettingsRequest::new(&options.settings.config, options.settings.isolated),
            ..SettingsCache::default()
        };
        let mut sources = Self::default();
        for path in &options.paths {
            let source = cache.source(Named::File(path.clone()), &full(path))?;
            sources.list.push(source);
        }
        sources.complete = vec![false; cache.settings.len()];
        sources.settings = cache.settings;
        sources.load_model(options)?;
        Ok(sources)
    }

    /// All files that a run reads: `names`, settings and baselines. Outputs must not overwrite
    /// them.
    pub(super) fn read_by(&self, options: &CheckOptions, names: &[PathBuf]) -> Vec<PathBuf> {
        let settings = self.settings.iter();
        let settings =
            settings.flat_map(|of| of.merged.paths().cloned().chain(of.baseline.clone()));
        let read = names.iter().cloned().chain(settings);
        read.chain(options.baseline.clone()).collect()
    }

    /// Which rules each settings file turns off, for checks of what a stranger may have changed.
    pub(super) fn turned_off(&self) -> Vec<String> {
        let note = |settings: &Settings| {
            let ignored = settings.file.ignore.iter().map(String::as_str);
            let rules: BTreeSet<&str> = settings.off.iter().copied().chain(ignored).collect();
            let path = printable_path(settings.merged.paths().last()?);
            let rules: Vec<&str> = rules.into_iter().collect();
            (!rules.is_empty()).then(|| format!("{path} turns off: {}", rules.join(", ")))
        };
        self.settings.iter().filter_map(note).collect()
    }

    /// The address of rule pages: the first one set in any settings file.
    pub(super) fn rule_url(&self) -> Option<String> {
        let mut settings = self.settings.iter();
        settings.find_map(|settings| settings.file.rule_url.clone())
    }
}

/// The paths if none are given: the datasets of the settings that apply to `here`, or else the
/// current directory.
fn default_paths(cache: &mut SettingsCache, here: &Path) -> Result<Vec<PathBuf>, Failure> {
    let number = cache.of(here)?;
    let datasets = cache
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
        return Err(Failure::new("no file matches a dataset in the settings")
            .help("list the file patterns with `tunelint config show`"));
    }
    Ok(paths.iter().map(|path| settings::shown(path)).collect())
}

/// Whether `paths` cover every file that the suppressions of the settings can apply to. Walks the
/// datasets of the settings.
fn is_complete(settings: &Settings, paths: &[PathBuf]) -> bool {
    let Some(directory) = settings.directory() else {
        return false;
    };
    if settings.allows.is_empty() {
        // The answer is not needed, and a hook should not walk the repository for it.
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

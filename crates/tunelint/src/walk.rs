//! Expands the paths of the command line to files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::WalkBuilder;
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, printable_path};
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::session::SourceRole;
use tunelint_core::source::{Container, Input, TableFault};
use tunelint_tables::{is_archive, members, split_member, unreadable};

use crate::dataset_info::is_dataset_info;
use crate::exit::Failure;
use crate::host::Host;
use crate::hub::{self, Walked};
use crate::names::listed;
use crate::patterns::Patterns;
use crate::spelling::nearest;

/// Extensions of data files in a directory. A `.json` file may hold anything, so it is one only if it
/// has examples.
const EXTENSIONS: &str = "jsonl, ndjson, csv, tsv, json, parquet, arrow or xlsx";

/// Files that list what a walk skips.
const IGNORE_FILES: [&str; 3] = [".gitignore", ".ignore", ".git/info/exclude"];

/// A source to read.
#[derive(Debug, Clone)]
pub enum Named {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file in an archive.
    Member(Input),
}

impl Named {
    /// The path of the file; `-` for standard input.
    pub fn path(&self) -> &Path {
        match self {
            Self::Stdin => Path::new("-"),
            Self::File(path) => path,
            Self::Member(input) => &input.name,
        }
    }

    /// Whether it is standard input.
    pub fn is_stdin(&self) -> bool {
        matches!(self, Self::Stdin)
    }
}

/// How a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HowFound {
    /// It was named on the command line.
    ByName,
    /// It is in a directory that was named, and has the extension of a data file.
    AsData,
    /// It is in such a directory, and has another extension.
    Beside,
    /// It is in such a directory, and the dataset card there names other files.
    LeftOut,
}

/// The result of [`walk`].
#[derive(Debug, Default)]
pub struct Walk {
    /// The sources, in the order of the command line; files of a directory by name.
    pub found: Vec<Named>,
    /// Paths that do not exist or cannot be read.
    pub failures: Vec<Failure>,
    /// Files in archives that are not data files, printable.
    pub skipped: Vec<String>,
    /// The roles that dataset cards give to files.
    pub roles: BTreeMap<PathBuf, SourceRole>,
    /// Which configurations of dataset cards are left out, and what of the cards cannot be used.
    pub notes: Vec<String>,
    /// The files that no configuration of a card names, by card.
    unnamed: BTreeMap<PathBuf, Vec<PathBuf>>,
}

impl Walk {
    /// The data files that are left out because no configuration of a card names them, in words. Those
    /// that are read or that `has_use` says have another use are not among them.
    pub fn left_out(&self, mut has_use: impl FnMut(&Path) -> bool) -> Vec<String> {
        let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let read: BTreeSet<PathBuf> = self.found.iter().map(|of| full(of.path())).collect();
        let notes = self.unnamed.iter().filter_map(|(card, files)| {
            let files = files
                .iter()
                .filter(|file| !read.contains(&full(file)) && !has_use(file) && is_data(file));
            let files: Vec<String> = files.map(|file| hub::shown(file)).collect();
            let names = listed(&files)?;
            let (count, card) = (counted(files.len() as u64, "file"), hub::shown(card));
            Some(format!(
                "skipped {count} that no configuration of {card} names: {names}"
            ))
        });
        notes.collect()
    }
}

/// Decides whether a file is read.
pub type Wanted<'w> = &'w mut dyn FnMut(&Path, HowFound) -> Result<bool, Failure>;

/// Expands `paths`. A directory without a wanted file is a failure unless `accept_nothing`. A path that
/// stands for an object of the host is not looked up.
pub fn walk(
    paths: &[PathBuf],
    host: &Host,
    accept_nothing: bool,
    wanted: Wanted<'_>,
) -> Result<Walk, Failure> {
    let mut walk = Walk::default();
    for path in paths {
        if host.object(path).is_some() {
            walk.found.push(Named::File(path.clone()));
            continue;
        }
        if path.as_os_str() == "-" {
            walk.found.push(Named::Stdin);
            continue;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => directory(path, accept_nothing, &mut walk, wanted)?,
            Ok(_) if is_archive(path) => archive(path, None, &mut walk, wanted)?,
            Ok(_) if wanted(path, HowFound::ByName)? => walk.found.push(Named::File(path.clone())),
            Ok(_) => {}
            Err(error) => match (split_member(path), matching(path)) {
                (Some((of, member)), _) => archive(&of, Some(&member), &mut walk, wanted)?,
                (None, files) if files.is_empty() => walk.failures.push(missing(path, &error)),
                (None, files) => {
                    for file in files {
                        if wanted(&file, HowFound::ByName)? {
                            walk.found.push(Named::File(file));
                        }
                    }
                }
            },
        }
    }
    let mut seen = BTreeSet::new();
    let mut has_stdin = false;
    walk.found.retain(|named| match named {
        // Standard input, too, can be read once only.
        Named::Stdin => !std::mem::replace(&mut has_stdin, true),
        // A file that is named twice is read once.
        Named::File(path) => seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())),
        Named::Member(input) => seen.insert(input.name.clone()),
    });
    Ok(walk)
}

/// The files that match a pattern, sorted: a shell that leaves it in quotes, or has none, does not
/// expand it.
fn matching(path: &Path) -> Vec<PathBuf> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[', '{']) {
        return Vec::new();
    }
    let here = std::env::current_dir().unwrap_or_default();
    let (directory, text) = match text.strip_prefix('/') {
        Some(absolute) => (Path::new("/"), absolute),
        None => (here.as_path(), text.as_ref()),
    };
    let patterns = Patterns::new(&[text.to_owned()], directory, false);
    let files = patterns.map_or_else(|_| Vec::new(), |patterns| patterns.files());
    let shown = files
        .into_iter()
        .map(|file| match file.strip_prefix(&here) {
            Ok(relative) if !path.is_absolute() => relative.to_owned(),
            _ => file,
        });
    shown.collect()
}

/// Adds the data files of an archive, or only `member`.
fn archive(
    path: &Path,
    member: Option<&Path>,
    walk: &mut Walk,
    wanted: Wanted<'_>,
) -> Result<(), Failure> {
    if !wanted(path, HowFound::ByName)? {
        return Ok(());
    }
    let mut members = match members(path) {
        Ok(members) => members,
        Err(error) => {
            match TableFault::of(&error) {
                Some(fault) => walk.found.push(Named::Member(unreadable(path, fault))),
                None => {
                    let failure = Failure::io("read", &printable_path(path), &error);
                    walk.failures.push(failure.about(path));
                }
            }
            return Ok(());
        }
    };
    if let Some(member) = member {
        let full = path.join(member);
        members.data.retain(|input| input.name == full);
        members.others.clear();
    }
    match member {
        Some(member) if members.data.is_empty() => {
            let (member, archive) = (printable_path(member), printable_path(path));
            let failure = Failure::new(format!("no data file {member} in {archive}"));
            walk.failures.push(failure.about(path));
        }
        None if members.data.is_empty() => {
            members.data.push(unreadable(path, TableFault::Empty));
        }
        _ => {}
    }
    let others = members.others.iter();
    let others = others.map(|name| printable_path(&path.join(name)));
    walk.skipped.extend(others);
    walk.found
        .extend(members.data.into_iter().map(Named::Member));
    Ok(())
}

fn missing(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::io("read", &printable_path(path), error).about(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if name.starts_with('-') {
        return failure.help("arguments after `--` are file names: write options before it");
    }
    match nearest(&name, &names) {
        Some(near) if error.kind() == std::io::ErrorKind::NotFound => failure.help(format!(
            "did you mean {}?",
            printable_path(&path.with_file_name(near))
        )),
        _ => failure,
    }
}

fn directory(
    path: &Path,
    accept_nothing: bool,
    walk: &mut Walk,
    wanted: Wanted<'_>,
) -> Result<(), Failure> {
    let before = walk.found.len();
    let above = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if let Some(special) = above.ancestors().find_map(special_ignore_file) {
        walk.failures.push(not_regular(&special));
        return Ok(());
    }
    let skipped = Arc::new(Mutex::new(Vec::new()));
    let special = Arc::clone(&skipped);
    let entries = WalkBuilder::new(path)
        .require_git(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(move |entry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            let file = is_directory.then(|| special_ignore_file(entry.path()));
            let file = file.flatten();
            let is_wanted = file.is_none();
            lock(&special).extend(file);
            is_wanted
        })
        .build();
    let mut files = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) if is_dataset_info(entry.path()) => {}
            Ok(entry) => files.extend(walked(&entry)),
            Err(error) => {
                let message = format!("cannot walk {}: {error}", printable_path(path));
                walk.failures.push(Failure::new(message).about(path));
            }
        }
    }
    chosen_files(path, files, walk, wanted)?;
    let special = std::mem::take(&mut *lock(&skipped));
    walk.failures
        .extend(special.iter().map(|of| not_regular(of)));
    if walk.found.len() == before && !accept_nothing {
        let message = format!("no data files in {}", printable_path(path));
        let failure = Failure::new(message).about(path);
        walk.failures.push(failure.help(format!(
            "name the files; in a directory, files with examples that end in {EXTENSIONS} are found"
        )));
    }
    Ok(())
}

/// A file of a walk, or a link; `None` for anything else.
fn walked(entry: &ignore::DirEntry) -> Option<Walked> {
    let kind = entry.file_type()?;
    (kind.is_file() || kind.is_symlink()).then(|| Walked {
        path: entry.path().to_owned(),
        is_link: kind.is_symlink(),
    })
}

/// Adds the data files of a directory: those that a dataset card names, or else those that look like
/// data. No link is followed, unless a card names it.
fn chosen_files(
    root: &Path,
    files: Vec<Walked>,
    walk: &mut Walk,
    wanted: Wanted<'_>,
) -> Result<(), Failure> {
    let choice = hub::choose(root, &files);
    for file in files {
        let found = match choice.chosen.get(&file.path) {
            Some(Some(_)) => HowFound::AsData,
            None if file.is_link => continue,
            None if choice.left_out.contains(&file.path) => HowFound::LeftOut,
            _ if is_data(&file.path) => HowFound::AsData,
            _ => HowFound::Beside,
        };
        if wanted(&file.path, found)? {
            let path = file.path.strip_prefix(".").unwrap_or(&file.path);
            let role = choice.chosen.get(&file.path).copied().flatten();
            walk.roles.extend(role.map(|role| (path.to_owned(), role)));
            walk.found.push(Named::File(path.to_owned()));
        }
    }
    walk.notes.extend(choice.notes);
    walk.unnamed.extend(choice.unnamed);
    Ok(())
}

/// The first file with ignore patterns in a directory that is a device or a pipe. Reading it could
/// block or never end.
fn special_ignore_file(directory: &Path) -> Option<PathBuf> {
    let files = IGNORE_FILES.iter().map(|name| directory.join(name));
    let is_special = |path: &PathBuf| {
        let meta = fs::metadata(path);
        meta.is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
    };
    files.into_iter().find(is_special)
}

fn not_regular(path: &Path) -> Failure {
    let shown = printable_path(path);
    Failure::new(format!(
        "{shown} is not a regular file; its directory was skipped"
    ))
    .about(path)
}

fn lock(list: &Mutex<Vec<PathBuf>>) -> MutexGuard<'_, Vec<PathBuf>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a file of a directory is a data file. A document in JSON is one if it has the fields of a
/// layout.
fn is_data(path: &Path) -> bool {
    match Container::from_path(path) {
        None => false,
        Some(Container::Json) => has_examples(path),
        Some(_) => true,
    }
}

/// Whether the first records of a file have the fields of a layout.
fn has_examples(path: &Path) -> bool {
    let opened = Reader::open(SourceId(0), Input::path(path), &ReadOptions::default());
    opened.is_ok_and(|reader| reader.layout().is_some())
}

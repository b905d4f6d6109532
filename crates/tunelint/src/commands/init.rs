//! `tunelint init`: writes settings for the data in the current directory, and files for hooks and CI.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::session::{SourceRole, is_evaluation};
use tunelint_core::source::Input;

use crate::cli::Init;
use crate::exit::{Exit, Failure};
use crate::host::Host;
use crate::staged::StagedFile;
use crate::stdout::print;
use crate::walk::{HowFound, walk};

const SETTINGS: &str = "tunelint.toml";
const HOOK: &str = ".pre-commit-config.yaml";
const WORKFLOW: &str = ".github/workflows/tunelint.yml";

/// The limit of files whose layout is detected.
const MAX_FILES: usize = 200;

/// Writes the files that `options` ask for, and lists them.
pub fn run(options: &Init) -> Result<Exit, Failure> {
    let exists = Path::new(SETTINGS).exists();
    let more = options.pre_commit || options.github;
    if exists && !more {
        return Err(Failure::new(format!("{SETTINGS} already exists")).help(
            "remove it to write a new one; `tunelint config show` prints the settings in force",
        ));
    }
    let mut report = String::new();
    if exists {
        report.push_str(&format!("kept {SETTINGS}\n"));
    } else {
        write(SETTINGS, &settings()?, &mut report)?;
    }
    if options.pre_commit {
        write_or_show(HOOK, include_str!("init/pre-commit.yaml"), &mut report)?;
    }
    if options.github {
        write_or_show(WORKFLOW, include_str!("init/github.yml"), &mut report)?;
    }
    print(&report)
}

/// Writes a new file. Fails if it exists, and where a link leads elsewhere.
fn write(path: &str, text: &str, report: &mut String) -> Result<(), Failure> {
    if let Some(link) = link_in(Path::new(path)) {
        let link = printable_path(link);
        return Err(
            Failure::new(format!("cannot write {path}: {link} is a link"))
                .help("replace the link with a directory or file of this repository"),
        );
    }
    let written = || -> std::io::Result<()> {
        if let Some(parent) = Path::new(path)
            .parent()
            .filter(|parent| *parent != Path::new(""))
        {
            fs::create_dir_all(parent)?;
        }
        let mut file = StagedFile::create(Path::new(path))?;
        file.write_all(text.as_bytes())?;
        file.commit(false)
    };
    written().map_err(|error| Failure::io("write", path, &error))?;
    report.push_str(&format!("wrote {path}\n"));
    Ok(())
}

/// The first part of `path` that is a link: what is written there would be written elsewhere, perhaps
/// outside the repository.
fn link_in(path: &Path) -> Option<&Path> {
    let parts: Vec<&Path> = path.ancestors().collect();
    let is_link = |part: &Path| fs::symlink_metadata(part).is_ok_and(|of| of.is_symlink());
    parts.into_iter().rev().find(|part| is_link(part))
}

/// Writes a new file. If it exists, it is not changed; the text to add is printed instead.
fn write_or_show(path: &str, text: &str, report: &mut String) -> Result<(), Failure> {
    let text = text.replace("VERSION", env!("CARGO_PKG_VERSION"));
    if !Path::new(path).exists() {
        return write(path, &text, report);
    }
    report.push_str(&format!("{path} already exists; add this to it:\n\n{text}"));
    Ok(())
}

/// The files of one directory and layout.
#[derive(Debug, Default)]
struct FileGroup {
    training: Vec<String>,
    validation: Vec<String>,
    /// The provider that alone uses their layout.
    target: Option<&'static str>,
}

/// The text of the settings file for the data below the current directory.
fn settings() -> Result<String, Failure> {
    let groups = groups()?;
    let target = groups.values().find_map(|group| group.target);
    let mut text = include_str!("init/tunelint.toml").to_owned();
    let line = match target {
        Some(name) => format!("target = [\"{name}\"]"),
        None => "#target = [\"openai\"]".to_owned(),
    };
    text = text.replace("#TARGET", &line);
    let mut datasets = String::new();
    for ((_, layout), group) in groups {
        let (files, validation) = if group.training.is_empty() {
            (group.validation, Vec::new())
        } else {
            (group.training, group.validation)
        };
        datasets.push_str("[[dataset]]\n");
        datasets.push_str(&format!("files = {}\n", list(files)));
        if !validation.is_empty() {
            datasets.push_str(&format!("validation = {}\n", list(validation)));
        }
        if !layout.is_empty() {
            datasets.push_str(&format!("layout = \"{layout}\"\n"));
        }
        datasets.push('\n');
    }
    if datasets.is_empty() {
        datasets = "#[[dataset]]\n#files = [\"data/train*.jsonl\"]\n#validation = [\"data/valid.jsonl\"]\n\n".to_owned();
    }
    Ok(text.replace("#DATASETS\n", &datasets))
}

fn list(names: Vec<String>) -> String {
    toml::Value::from(names).to_string()
}

/// The data below the current directory, by directory and layout.
fn groups() -> Result<BTreeMap<(PathBuf, String), FileGroup>, Failure> {
    let mut wanted = |_: &Path, found: HowFound| Ok(found == HowFound::AsData);
    let walk = walk(&[PathBuf::from(".")], &Host::default(), true, &mut wanted)?;
    let mut groups: BTreeMap<(PathBuf, String), FileGroup> = BTreeMap::new();
    let files = walk.found.iter().map(|named| named.path().to_owned());
    for path in files.take(MAX_FILES) {
        let reader = Reader::open(
            SourceId(0),
            Input::path(path.clone()),
            &ReadOptions::default(),
        );
        let reader = reader.ok();
        let target = reader.as_ref().and_then(|reader| reader.mapping.provider());
        let layout = reader.and_then(|reader| Some(reader.layout()?.name().to_owned()));
        let directory = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let group = groups
            .entry((directory, layout.unwrap_or_default()))
            .or_default();
        group.target = group.target.or(target);
        let name = printable_path(&path);
        let role = walk.roles.get(&path);
        if role.map_or_else(
            || is_evaluation(&path),
            |role| *role == SourceRole::Validation,
        ) {
            group.validation.push(name);
        } else {
            group.training.push(name);
        }
    }
    Ok(groups)
}

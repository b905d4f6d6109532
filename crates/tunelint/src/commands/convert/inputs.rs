//! The files that are converted to one output.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tunelint_core::fit::train_on_prompts;
use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::source::{Input, Origin, Stamp};

use super::chosen;
use super::destination::is_streamed;
use crate::cli::Convert;
use crate::dataset_info::declarations;
use crate::exit::Failure;
use crate::names::skipped;
use crate::reading;
use crate::staged::same_file;
use crate::walk::{HowFound, Named, walk};

/// The files, and how they are read.
pub(super) struct Inputs {
    inputs: Vec<Input>,
    /// The state of each file before any of it is read.
    stamps: Vec<Option<Stamp>>,
    options: ReadOptions,
    /// The files of directories that are not data files.
    skipped: Vec<String>,
    /// What dataset cards left out, and what of them cannot be used.
    notes: Vec<String>,
}

/// Whether a dry run comes first, which finds out if anything prevents the conversion. Nothing can if
/// bad records are written to a file and losses are only reported. A result that goes to a file needs
/// none either: the file is replaced only at the end.
pub(super) fn has_dry_run(options: &Convert) -> bool {
    (options.strict || options.rejects.is_none()) && is_streamed(options)
}

/// Whether the inputs are read before they are converted: in the dry run, or for more columns.
fn is_read_twice(options: &Convert) -> bool {
    has_dry_run(options) || options.keep_extra
}

/// The input, a pipe saved in a temporary file, since it can be read only once.
fn readable_twice(input: Input) -> Result<Input, Failure> {
    let Origin::Path(path) = &input.origin else {
        return Ok(input);
    };
    if !is_pipe(path) {
        return Ok(input);
    }
    let mut pipe = File::open(path).map_err(|error| failure(path, &error))?;
    let saved = Input::spool(path, &mut pipe).map_err(|error| failure(path, &error))?;
    Ok(Input {
        origin: saved.origin,
        ..input
    })
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::io("read", &printable_path(path), error)
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

impl Inputs {
    /// The files that `options` name; of a directory, its data files by name.
    pub(super) fn find(options: &Convert) -> Result<Self, Failure> {
        let target = chosen::target(options)?;
        let mut skipped = Vec::new();
        let is_output = |path: &Path| {
            let outputs = [Some(&options.out), options.rejects.as_ref()];
            outputs
                .into_iter()
                .flatten()
                .any(|out| same_file(path, out))
        };
        let is_data = &mut |path: &Path, found| {
            match found {
                HowFound::ByName => return Ok(true),
                // The output of an earlier run.
                HowFound::AsData if is_output(path) => {}
                HowFound::LeftOut => {}
                HowFound::AsData => return Ok(true),
                HowFound::Beside => skipped.push(printable_path(path)),
            }
            Ok(false)
        };
        let mut walk = walk(&options.sources, &options.reading.host, false, is_data)?;
        if let Some(failure) = walk.failures.drain(..).next() {
            return Err(failure);
        }
        skipped.append(&mut walk.skipped);
        let mut notes = walk.left_out(|path| is_output(path));
        notes.append(&mut walk.notes);
        let files = walk.found.iter().map(Named::path);
        let declared = declarations(files.filter(|path| path.as_os_str() != "-"));
        let inputs = walk.found.iter();
        let inputs = inputs.map(|named: &Named| reading::input(named, &options.reading));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        // Before a pipe is read, which may take long.
        let stamps = inputs.iter().map(Input::stamp).collect();
        let inputs = match is_read_twice(options) {
            true => inputs
                .into_iter()
                .map(readable_twice)
                .collect::<Result<Vec<_>, _>>()?,
            false => inputs,
        };
        Ok(Self {
            stamps,
            inputs,
            skipped,
            notes,
            options: ReadOptions {
                prompts_only: target.is_some_and(|target| train_on_prompts([&*target].into_iter())),
                declared,
                ..reading::options(&options.reading)?
            },
        })
    }

    /// Opens all files, in order.
    pub(super) fn open(&self) -> Result<Vec<Reader>, Failure> {
        let numbered = self.inputs.iter().enumerate();
        numbered
            .map(|(number, input)| {
                let source = SourceId(number as u32);
                let mut reader = reading::open(source, input.clone(), &self.options)?;
                if number >= reading::MAX_OPEN {
                    reader.close();
                }
                Ok(reader)
            })
            .collect()
    }

    /// Fails if a file has changed since it was found. Called after each reading: what is written
    /// would be a mix of two versions.
    pub(super) fn unchanged(&self) -> Result<(), Failure> {
        let mut states = self.inputs.iter().zip(&self.stamps);
        match states.find(|(input, stamp)| input.stamp() != **stamp) {
            None => Ok(()),
            Some((input, _)) => {
                let shown = printable_path(&input.name);
                Err(Failure::new(format!("{shown} changed while being read"))
                    .help("run the command again: nothing was written"))
            }
        }
    }

    /// What was left out of directories, a line each.
    pub(super) fn notes(&self) -> String {
        let notes = skipped(&self.skipped).into_iter();
        let notes = notes.chain(self.notes.iter().cloned());
        notes.map(|words| words + "\n").collect()
    }

    /// Whether `path` is one of the files.
    pub(super) fn have(&self, path: &Path) -> bool {
        let mut names = self.inputs.iter().map(|input| &input.name);
        names.any(|name: &PathBuf| same_file(name, path))
    }
}

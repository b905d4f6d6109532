//! The files that are converted to one output.

use std::path::{Path, PathBuf};

use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::source::Input;

use crate::cli::Convert;
use crate::exit::Failure;
use crate::reading;
use crate::staged::same_file;
use crate::walk::{HowFound, Named, walk};

/// The files, and how they are read.
pub(super) struct Inputs {
    inputs: Vec<Input>,
    options: ReadOptions,
}

impl Inputs {
    /// The files that `options` name; of a directory, its data files by name.
    pub(super) fn find(options: &Convert) -> Result<Self, Failure> {
        let is_data = &mut |_: &Path, found| Ok(found != HowFound::Beside);
        let mut walk = walk(&options.sources, false, is_data)?;
        if let Some(failure) = walk.failures.drain(..).next() {
            return Err(failure);
        }
        let inputs = walk.found.iter();
        let inputs = inputs.map(|named: &Named| reading::input(named, &options.reading));
        Ok(Self {
            inputs: inputs.collect::<Result<_, _>>()?,
            options: reading::options(&options.reading)?,
        })
    }

    /// Opens all files, in order.
    pub(super) fn open(&self) -> Result<Vec<Reader>, Failure> {
        let numbered = self.inputs.iter().enumerate();
        numbered
            .map(|(number, input)| {
                reading::open(SourceId(number as u32), input.clone(), &self.options)
            })
            .collect()
    }

    /// Whether `path` is one of the files.
    pub(super) fn have(&self, path: &Path) -> bool {
        let mut names = self.inputs.iter().map(|input| &input.name);
        names.any(|name: &PathBuf| same_file(name, path))
    }
}

/// The names of the files, for messages.
pub(super) fn names(readers: &[Reader]) -> String {
    let names = readers
        .iter()
        .map(|reader| printable_path(&reader.input.name));
    names.collect::<Vec<_>>().join(" and ")
}

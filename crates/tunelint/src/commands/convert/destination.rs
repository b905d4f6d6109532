//! Where the result of a conversion is written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use tunelint_core::sink::Form;
use tunelint_core::source::{Compression, Compressor};
use tunelint_tables::{WriteError, write_parquet};

use crate::cli::Convert;
use crate::staged::StagedFile;
use crate::stdout::Stdout;

/// Where the result is written.
pub(super) enum OutputDestination {
    Stdout(BufWriter<Stdout>),
    Staged(Box<Compressor<StagedFile>>),
    /// A staged file to which everything is written.
    Complete(StagedFile),
    /// For `--check`, which compares it with the existing file. Never compressed.
    Memory(Vec<u8>),
    /// Lines in a temporary file, which become a Parquet file in the other destination.
    Lines(BufWriter<File>, Box<OutputDestination>),
}

/// Whether what is written cannot be taken back: standard output, a pipe or a device.
pub(super) fn is_streamed(options: &Convert) -> bool {
    let special = |path: &Path| fs::metadata(path).is_ok_and(|of| !of.is_file() && !of.is_dir());
    !options.check && (options.out.as_os_str() == "-" || special(&options.out))
}

impl Write for OutputDestination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Staged(out) => out.write(bytes),
            Self::Complete(out) => out.write(bytes),
            Self::Memory(out) => out.write(bytes),
            Self::Lines(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Staged(out) => out.flush(),
            Self::Complete(out) => out.flush(),
            Self::Memory(out) => out.flush(),
            Self::Lines(out, _) => out.flush(),
        }
    }
}

impl OutputDestination {
    /// Opens what `options` name, for what is written in `form`.
    pub(super) fn open(options: &Convert, form: &Form) -> io::Result<Self> {
        let out = Self::open_bytes(options)?;
        if *form != Form::Parquet {
            return Ok(out);
        }
        let lines = BufWriter::new(tempfile::tempfile()?);
        Ok(Self::Lines(lines, Box::new(out)))
    }

    fn open_bytes(options: &Convert) -> io::Result<Self> {
        let path = &options.out;
        if options.check {
            return Ok(Self::Memory(Vec::new()));
        }
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout(BufWriter::new(Stdout::default())));
        }
        let file = StagedFile::create(path)?;
        let file = Compressor::new(Compression::of(path), file)?;
        Ok(Self::Staged(Box::new(file)))
    }

    /// The same after the last byte.
    ///
    /// # Errors
    /// I/O errors, and records that do not have one schema.
    pub(super) fn complete(self) -> Result<Self, WriteError> {
        Ok(match self {
            Self::Staged(file) => Self::Complete(file.finish()?),
            Self::Lines(lines, out) => {
                let mut lines = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
                lines.rewind()?;
                write_parquet(lines, *out)?.complete()?
            }
            other => other,
        })
    }

    /// The path of the file as long as it is not committed, if it can be read.
    pub(super) fn written(&mut self) -> io::Result<Option<&Path>> {
        match self {
            Self::Complete(file) => file.written(),
            _ => Ok(None),
        }
    }

    /// Moves the file to its final path. Returns the bytes that were only kept in memory.
    pub(super) fn commit(self, replace: bool) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Staged(file) => file.finish()?.commit(replace).map(|()| None),
            Self::Lines(_, out) => out.commit(replace),
            Self::Complete(file) => file.commit(replace).map(|()| None),
            Self::Memory(bytes) => Ok(Some(bytes)),
            Self::Stdout(mut out) => out.flush().map(|()| None),
        }
    }
}

//! Where the result of a conversion is written.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tunelint_core::source::{Compression, Compressor};

use crate::cli::Convert;
use crate::staged::StagedFile;
use crate::stdout::Stdout;

/// Where the result is written.
pub(super) enum OutputDestination {
    Stdout(BufWriter<Stdout>),
    Staged(Compressor<StagedFile>),
    /// A staged file to which everything is written.
    Complete(StagedFile),
    /// For `--check`, which compares it with the existing file. Never compressed.
    Memory(Vec<u8>),
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
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Staged(out) => out.flush(),
            Self::Complete(out) => out.flush(),
            Self::Memory(out) => out.flush(),
        }
    }
}

impl OutputDestination {
    /// Opens what `options` name.
    pub(super) fn open(options: &Convert) -> io::Result<Self> {
        let path = &options.out;
        if options.check {
            return Ok(Self::Memory(Vec::new()));
        }
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout(BufWriter::new(Stdout::default())));
        }
        let file = StagedFile::create(path)?;
        Compressor::new(Compression::of(path), file).map(Self::Staged)
    }
    /// The same after the last byte.
    pub(super) fn complete(self) -> io::Result<Self> {
        match self {
            Self::Staged(file) => file.finish().map(Self::Complete),
            other => Ok(other),
        }
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
            Self::Complete(file) => file.commit(replace).map(|()| None),
            Self::Memory(bytes) => Ok(Some(bytes)),
            Self::Stdout(mut out) => out.flush().map(|()| None),
        }
    }
}

//! Atomic file replacement: a file is written under a temporary name and renamed when complete.

mod owner;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tunelint_core::printable::printable_path;

use crate::exit::{cause, unwritten};
use crate::signals;
use owner::Access;

/// A file that is being written. If it is dropped without [`StagedFile::commit`], the old file stays.
/// Its errors name it.
pub struct StagedFile {
    name: String,
    destination: Destination,
}

enum Destination {
    /// A temporary file in the directory of `target`, which may exist.
    Temporary {
        target: PathBuf,
        temporary: BufWriter<NamedTempFile>,
        access: Access,
    },
    /// A device or a pipe, which is written directly: renaming would replace it by a file.
    Device(BufWriter<File>),
}

const BUFFER: usize = 256 * 1024;

impl StagedFile {
    /// Creates a temporary file in the directory of `target`. A new file gets the usual mode.
    ///
    /// # Errors
    /// I/O errors, a file that is read-only, and a link that leads to nothing.
    pub fn create(target: &Path) -> io::Result<Self> {
        Self::with_access(target, Access::Usual)
    }

    /// The same for a file with texts of the data: only its owner can read it.
    ///
    /// # Errors
    /// Those of [`Self::create`].
    pub fn create_private(target: &Path) -> io::Result<Self> {
        Self::with_access(target, Access::Private)
    }

    fn with_access(target: &Path, access: Access) -> io::Result<Self> {
        let name = printable_path(target);
        let destination = Destination::open(target, access);
        let destination = destination.map_err(|error| unwritten(&name, error))?;
        Ok(Self { name, destination })
    }

    /// The path of the temporary file, which has every byte written so far; `None` for a device.
    pub fn written(&mut self) -> io::Result<Option<&Path>> {
        match &mut self.destination {
            Destination::Device(_) => Ok(None),
            Destination::Temporary { temporary, .. } => {
                let flushed = temporary.flush();
                flushed.map_err(|error| unwritten(&self.name, error))?;
                Ok(Some(temporary.get_ref().path()))
            }
        }
    }

    /// Syncs the file to disk and renames it to the target. Without `replace`, it fails if the
    /// target exists by now.
    pub fn commit(self, replace: bool) -> io::Result<()> {
        let committed = self.destination.commit(&self.name, replace);
        committed.map_err(|error| unwritten(&self.name, error))
    }
}

impl Destination {
    fn open(target: &Path, access: Access) -> io::Result<Self> {
        let old = match fs::metadata(target) {
            Ok(old) => Some(old),
            Err(_) if fs::symlink_metadata(target).is_ok() => {
                let message = "it is a link to a file that does not exist";
                return Err(io::Error::new(io::ErrorKind::NotFound, message));
            }
            Err(_) => None,
        };
        if old.as_ref().is_some_and(|of| !of.is_file() && !of.is_dir()) {
            let device = File::options().write(true).open(target)?;
            return Ok(Self::Device(BufWriter::with_capacity(BUFFER, device)));
        }
        // Renaming would replace it all the same.
        if old.as_ref().is_some_and(|of| of.permissions().readonly()) {
            let message = "the file is read-only";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        // The target of a link is replaced, not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_path_buf());
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.tunelint-{}-", std::process::id());
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".tmp");
        if old.is_none() {
            owner::create_with(&mut builder, access);
        }
        let temporary = builder.tempfile_in(parent(&target))?;
        signals::remove_when_interrupted(temporary.path())?;
        Ok(Self::Temporary {
            target,
            temporary: BufWriter::with_capacity(BUFFER, temporary),
            access,
        })
    }

    fn commit(self, name: &str, replace: bool) -> io::Result<()> {
        let (target, temporary, access) = match self {
            Self::Device(mut device) => return device.flush(),
            Self::Temporary {
                target,
                temporary,
                access,
            } => (target, temporary, access),
        };
        let temporary = temporary
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        if access == Access::Usual
            && let Ok(old) = fs::metadata(&target)
        {
            owner::keep(temporary.as_file(), &old, name)?;
        }
        temporary.as_file().sync_all()?;
        let renamed = match replace {
            true => temporary.persist(&target),
            false => temporary.persist_noclobber(&target),
        };
        renamed.map_err(|error| error.error)?;
        sync_directory(parent(&target)).map_err(|error| {
            let message = "it was written, but a power cut may still undo that";
            io::Error::new(error.kind(), format!("{message}: {}", cause(&error)))
        })
    }

    fn out(&mut self) -> &mut dyn Write {
        match self {
            Self::Temporary { temporary, .. } => temporary,
            Self::Device(device) => device,
        }
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.destination.out().write(bytes);
        written.map_err(|error| unwritten(&self.name, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.destination.out().flush();
        flushed.map_err(|error| unwritten(&self.name, error))
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether two paths lead to the same file.
#[cfg(unix)]
pub fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| {
        fs::metadata(path)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|meta| (meta.dev(), meta.ino()))
    };
    id(a).is_some_and(|a| Some(a) == id(b))
}

/// Whether two paths lead to the same file.
#[cfg(not(unix))]
pub fn same_file(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a)
        .ok()
        .is_some_and(|a| fs::canonicalize(b).ok() == Some(a))
}

/// Where an output is, or will be when it is written, with links resolved: a missing file is that
/// name in its directory.
///
/// # Errors
/// The directory is missing or cannot be read.
pub fn place(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path).or_else(|_| {
        let name = path.file_name().unwrap_or_default();
        fs::canonicalize(parent(path)).map(|directory| directory.join(name))
    })
}

/// Whether two paths name the same file, or will when it is written.
pub fn same_output(a: &Path, b: &Path) -> bool {
    same_file(a, b) || a == b || matches!((place(a), place(b)), (Ok(a), Ok(b)) if a == b)
}

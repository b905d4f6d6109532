//! Atomic file replacement: a file is written under a temporary name and renamed when complete.

mod signals;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that is being written. If it is dropped without [`StagedFile::commit`], the old file stays.
pub struct StagedFile(Destination);

enum Destination {
    /// A temporary file in the directory of `target`.
    Temporary {
        target: PathBuf,
        temporary: BufWriter<NamedTempFile>,
    },
    /// A device or a pipe, which is written directly: renaming would replace it by a file.
    Device(BufWriter<File>),
}

const BUFFER: usize = 256 * 1024;

impl StagedFile {
    /// Creates a temporary file in the directory of `target`.
    pub fn create(target: &Path) -> io::Result<Self> {
        if fs::metadata(target).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
            let device = File::options().write(true).open(target)?;
            let device = BufWriter::with_capacity(BUFFER, device);
            return Ok(Self(Destination::Device(device)));
        }
        // The target of a link is replaced, not the link.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_path_buf());
        let directory = parent(&target);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.tunelint-{}-", std::process::id());
        let temporary = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(".tmp")
            .tempfile_in(directory)?;
        signals::remove_when_interrupted(temporary.path())?;
        Ok(Self(Destination::Temporary {
            target,
            temporary: BufWriter::with_capacity(BUFFER, temporary),
        }))
    }

    /// The path of the temporary file, which has every byte written so far; `None` for a device.
    pub fn written(&mut self) -> io::Result<Option<&Path>> {
        match &mut self.0 {
            Destination::Device(_) => Ok(None),
            Destination::Temporary { temporary, .. } => {
                temporary.flush()?;
                Ok(Some(temporary.get_ref().path()))
            }
        }
    }

    /// Syncs the file to disk and renames it to the target. Without `replace`, it fails if the
    /// target exists by now.
    pub fn commit(self, replace: bool) -> io::Result<()> {
        let (target, temporary) = match self.0 {
            Destination::Device(mut device) => return device.flush(),
            Destination::Temporary { target, temporary } => (target, temporary),
        };
        let temporary = temporary
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        match fs::metadata(&target) {
            Ok(old) => temporary.as_file().set_permissions(old.permissions())?,
            Err(_) => set_default_mode(temporary.as_file())?,
        }
        temporary.as_file().sync_all()?;
        if replace {
            temporary.persist(&target).map_err(|error| error.error)?;
        } else {
            temporary
                .persist_noclobber(&target)
                .map_err(|error| error.error)?;
        }
        sync_directory(parent(&target))
    }

    fn out(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Destination::Temporary { temporary, .. } => temporary,
            Destination::Device(device) => device,
        }
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Gives a new file the usual mode; a temporary file is readable only by its owner.
#[cfg(unix)]
fn set_default_mode(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_default_mode(_: &File) -> io::Result<()> {
    Ok(())
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

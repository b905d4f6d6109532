//! Writes the fixed copy of a file, next to the original.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tunelint_core::fix::{Change, splice};
use tunelint_core::printable::printable_path;
use tunelint_core::source::Stamp;

use crate::exit::Failure;
use crate::staged::StagedFile;

/// The planned changes of a file.
pub(super) struct Planned {
    pub(super) path: PathBuf,
    /// The state of the file before the check: if it differs later, the changes no longer apply.
    pub(super) stamp: Option<Stamp>,
    pub(super) changes: Vec<Change>,
}

/// Writes the fixed copy of a file and appends its dropped records to `rejected`, each after a
/// comment that says why. Nothing is replaced until the caller commits the returned file.
///
/// # Errors
/// I/O errors, and a file with hard links, which replacing it would break.
pub(super) fn prepare(planned: &Planned, rejected: &mut Vec<u8>) -> Result<StagedFile, Failure> {
    let Planned { path, changes, .. } = planned;
    let shown = printable_path(path);
    if links(path) > 1 {
        return Err(Failure::new(format!("{shown} has hard links"))
            .help("fix a copy, or remove the other links: replacing the file would break them"));
    }
    let mut write = || -> io::Result<StagedFile> {
        let mut staged = StagedFile::create(path)?;
        let mut source = File::open(path)?;
        splice(&mut source, changes, &mut staged, &mut |change, raw| {
            if let Some(dropped) = change.dropped {
                let at = dropped.start;
                writeln!(
                    rejected,
                    "# {shown}:{}:{}: {}",
                    at.line, at.column, change.rule
                )?;
            }
            rejected.extend_from_slice(raw);
            rejected.push(b'\n');
            Ok(())
        })?;
        Ok(staged)
    };
    write().map_err(|error| Failure::io("fix", &shown, &error))
}

/// Whether a file ends without a line break.
pub(super) fn ends_open(path: &Path) -> bool {
    let last = || -> io::Result<u8> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    last().is_ok_and(|byte| byte != b'\n' && byte != b'\r')
}

/// The number of hard links to a file.
#[cfg(unix)]
fn links(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map_or(1, |meta| meta.nlink())
}

#[cfg(not(unix))]
fn links(_: &Path) -> u64 {
    1
}

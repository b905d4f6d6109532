//! Reads small files whole: settings, preambles, baselines. A device or a pipe in their place could
//! block or never end, so only regular files are read, and pipes that the shell has opened for us.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The size limit of files that people write.
pub const MAX_BYTES: u64 = 64 << 20;

/// The bytes of the file at `path`.
///
/// # Errors
/// I/O errors, a file that is not regular, and one of more than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // To open a device may change its state.
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    read_stream(open_regular(path)?, limit)
}

/// The first bytes of the file at `path`, at most `limit`.
///
/// # Errors
/// I/O errors, and a file that is not regular.
pub fn read_start(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    let mut bytes = Vec::new();
    open_regular(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file. Whatever has taken its place since it was looked at is refused, and a pipe is
/// not waited for.
fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_regular()),
    }
}

/// The rest of the bytes of `source`.
///
/// # Errors
/// I/O errors, and more than `limit` bytes.
pub fn read_stream(source: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = limit >> 20;
        let message = format!("it is larger than {limit} MiB");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Refuses what is neither a regular file nor a directory, for files that are opened later. A path that
/// does not exist is not an error.
///
/// # Errors
/// A device, a pipe or a socket.
pub fn refuse_special(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(meta) if !meta.is_file() && !meta.is_dir() => Err(not_regular()),
        _ => Ok(()),
    }
}

fn not_regular() -> io::Error {
    io::Error::other("it is not a regular file")
}

/// The text of a file that is named on the command line. It may be a pipe that the shell has opened, such
/// as `<(command)`: that is read once and kept, since a command may ask for it twice.
///
/// # Errors
/// Those of [`read_text`].
pub fn read_given(path: &Path, limit: u64) -> io::Result<String> {
    static KEPT: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());
    if !is_open_pipe(path) {
        return read_text(path, limit);
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = kept.get(path) {
        return Ok(text.clone());
    }
    let text = text_of(read_stream(File::open(path)?, limit)?)?;
    kept.insert(path.to_owned(), text.clone());
    Ok(text)
}

/// Whether a path names an open descriptor that is a pipe. Unlike a pipe in the file system, it can be
/// opened without waiting for a writer.
#[cfg(unix)]
fn is_open_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let directory = path.parent();
    let is_descriptor = ["/dev/fd", "/proc/self/fd"]
        .iter()
        .any(|of| directory == Some(of.as_ref()));
    is_descriptor && std::fs::metadata(path).is_ok_and(|meta| meta.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_open_pipe(_: &Path) -> bool {
    false
}

/// The text of the file at `path`.
///
/// # Errors
/// Those of [`read`], and a file that is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    text_of(read(path, limit)?)
}

fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(bytes);
    text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_that_took_the_place_of_a_file_is_refused_without_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(open_regular(&pipe).map(|_| ())));
        // Without the flag, the thread would wait for a writer that never comes.
        let opened = receiver.recv_timeout(std::time::Duration::from_secs(60));
        let error = opened.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "it is not a regular file");
    }
}

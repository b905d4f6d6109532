//! Reads small files whole: settings, preambles, baselines. A device or a pipe in their place could
//! block or never end, so only regular files are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The size limit of files that people write.
pub const MAX_BYTES: u64 = 64 << 20;

/// The bytes of the file at `path`.
///
/// # Errors
/// I/O errors, a file that is not regular, and one of more than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let other = || io::Error::other("it is not a regular file");
    // A pipe would block when it is opened.
    if !std::fs::metadata(path)?.is_file() {
        return Err(other());
    }
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(other());
    }
    read_stream(file, limit)
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

/// The text of the file at `path`.
///
/// # Errors
/// Those of [`read`], and a file that is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    let text = String::from_utf8(read(path, limit)?);
    text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

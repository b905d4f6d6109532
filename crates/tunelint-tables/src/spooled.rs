//! Rows that exist only once, such as a stream from another program: kept in a temporary file, so that
//! they can be read again.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::NamedTempFile;
use tunelint_data::source::{Container, Input, Packed};

/// The rows in `lines`, JSON Lines with one row per line, as a table called `name`. They are copied to
/// a temporary file, which is removed with the last copy of the input.
///
/// # Errors
/// I/O errors from reading, or from writing the temporary file.
pub fn spooled_rows(name: impl Into<PathBuf>, lines: &mut dyn Read) -> io::Result<Input> {
    let mut file = NamedTempFile::new()?;
    io::copy(lines, &mut file)?;
    file.flush()?;
    Ok(Input::packed(name, Arc::new(SpooledRows { file }), None))
}

#[derive(Debug)]
struct SpooledRows {
    file: NamedTempFile,
}

impl Packed for SpooledRows {
    fn container(&self) -> Option<Container> {
        Some(Container::Arrow)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file: File = self.file.reopen()?;
        file.rewind()?;
        Ok(Box::new(BufReader::new(file)))
    }
}

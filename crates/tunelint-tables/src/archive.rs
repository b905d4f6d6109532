//! Members of ZIP archives as sources.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use tunelint_data::source::{Container, Input, Packed, TableFault};
use zip::{CompressionMethod, ZipArchive};

use crate::guarded::guarded;

/// An archive with more members is no dataset.
const MAX_MEMBERS: usize = 100_000;

/// What is in an archive.
#[derive(Debug, Default)]
pub struct Members {
    /// The data files, by name; each is named as if the archive were a directory.
    pub data: Vec<Input>,
    /// The names of the other files.
    pub others: Vec<String>,
}

/// What is in the archive at `path`, without directories and what macOS adds.
///
/// # Errors
/// I/O errors, and a [`TableFault`] for a file that is no archive.
pub fn members(path: &Path) -> io::Result<Members> {
    let file = File::open(path)?;
    let mut archive = guarded(|| ZipArchive::new(file).map_err(|_| TableFault::Damaged.into()))?;
    if archive.len() > MAX_MEMBERS {
        return Err(TableFault::TooLarge.into());
    }
    let mut members = Members::default();
    for index in 0..archive.len() {
        let member = guarded(|| Member::of(path, &mut archive, index))?;
        match member {
            Some((name, member)) if is_data(&name) => {
                let shown = path.join(&name);
                let input = Input::packed(shown, Arc::new(member), Some(path.to_owned()));
                members.data.push(input);
            }
            Some((name, _)) if !is_clutter(&name) => members.others.push(name),
            _ => {}
        }
    }
    members.data.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// The archive at `path` as a source that cannot be read, and why, so that its check says so.
pub fn unreadable(path: &Path, fault: TableFault) -> Input {
    Input::packed(path, Arc::new(Unreadable(fault)), Some(path.to_owned()))
}

#[derive(Debug)]
struct Unreadable(TableFault);

impl Packed for Unreadable {
    fn container(&self) -> Option<Container> {
        None
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Err(self.0.into())
    }
}

/// The archive and the member in a path such as `data.zip/train.jsonl`; `None` for a path of which no
/// part is a file with that extension.
pub fn split_member(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let archive = path.ancestors().skip(1).find(|part| is_archive(part))?;
    let member = path.strip_prefix(archive).ok()?;
    Some((archive.to_owned(), member.to_owned()))
}

/// Whether the path is that of a ZIP archive.
pub fn is_archive(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
        && path.is_file()
}

/// Whether the name is that of a data file. A binary table in an archive would have to be unpacked.
fn is_data(name: &str) -> bool {
    Container::from_path(Path::new(name)).is_some_and(|container| !container.is_binary())
        && !is_clutter(name)
}

fn is_clutter(name: &str) -> bool {
    name.ends_with('/')
        || name
            .split('/')
            .any(|part| part == "__MACOSX" || part == ".DS_Store")
}

/// A member: where its bytes are in the archive.
#[derive(Debug)]
struct Member {
    archive: PathBuf,
    offset: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: CompressionMethod,
}

impl Member {
    fn of(
        path: &Path,
        archive: &mut ZipArchive<File>,
        index: usize,
    ) -> io::Result<Option<(String, Self)>> {
        let Ok(entry) = archive.by_index_raw(index) else {
            return Err(TableFault::Damaged.into());
        };
        if entry.encrypted() {
            return Err(TableFault::Encrypted.into());
        }
        // A name that leaves the archive is shown as it would be unpacked.
        let Some(name) = entry.enclosed_name() else {
            return Ok(None);
        };
        let offset = entry.data_start().ok_or(TableFault::Damaged)?;
        let member = Self {
            archive: path.to_owned(),
            offset,
            packed: entry.compressed_size(),
            size: entry.size(),
            crc: entry.crc32(),
            method: entry.compression(),
        };
        let name = name.to_string_lossy().into_owned();
        Ok(Some((
            if entry.is_dir() {
                format!("{name}/")
            } else {
                name
            },
            member,
        )))
    }
}

impl Packed for Member {
    fn container(&self) -> Option<Container> {
        None
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.archive)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let packed = file.take(self.packed);
        let unpacked: Box<dyn Read + Send> = match self.method {
            CompressionMethod::Stored => Box::new(packed),
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
            _ => return Err(TableFault::NotSupported.into()),
        };
        Ok(Box::new(Checked {
            unpacked,
            crc: Crc::new(),
            left: self.size,
            wanted: self.crc,
        }))
    }
}

/// Compares what was unpacked with the size and the checksum that the archive states.
struct Checked {
    unpacked: Box<dyn Read + Send>,
    crc: Crc,
    left: u64,
    wanted: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged = |_| io::Error::from(TableFault::Damaged);
        let read = self.unpacked.read(buffer).map_err(damaged)?;
        self.crc.update(buffer.get(..read).unwrap_or_default());
        let is_end = read == 0 && !buffer.is_empty();
        if read as u64 > self.left || is_end && (self.left > 0 || self.crc.sum() != self.wanted) {
            return Err(TableFault::Damaged.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

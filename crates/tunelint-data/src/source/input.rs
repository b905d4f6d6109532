//! Sources of bytes: a file, standard input or memory; decompressed and transcoded while reading.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::compression::Compression;
use super::container::Container;
use super::endless::Endless;
use super::packed::{Metered, Packed};

/// An origin of bytes that can be read any number of times.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A file; `.gz` and `.zst` are decompressed.
    Path(PathBuf),
    /// A file that is already open, such as standard input written to a temporary file.
    Spooled(Arc<File>),
    /// Bytes in memory.
    Bytes(Arc<[u8]>),
    /// A source that is unpacked by another crate, and its file if it is stored in one.
    Packed(Arc<dyn Packed>, Option<PathBuf>),
}

/// What changes when a file is written to or replaced. Two stamps that differ are of two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    bytes: u64,
    modified: Option<std::time::SystemTime>,
    /// Device and file, and the seconds and nanoseconds of the last change of its data or attributes:
    /// a modification time can be set back.
    #[cfg(unix)]
    unix: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(meta: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            bytes: meta.len(),
            modified: meta.modified().ok(),
            #[cfg(unix)]
            unix: (meta.dev(), meta.ino(), meta.ctime(), meta.ctime_nsec()),
        }
    }
}

/// A source of the dataset: its origin, its name, and how its bytes become text.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where the bytes come from.
    pub origin: Origin,
    /// The name shown in reports; its extensions determine container and compression.
    pub name: PathBuf,
    /// The encoding set by the user; UTF-8 if `None`.
    pub encoding: Option<&'static Encoding>,
    /// Counts the bytes read from disk, before decompression, for a progress display.
    pub meter: Option<Arc<AtomicU64>>,
    /// Makes every further read an error once it is set, to end a run from outside.
    pub stop: Option<Arc<AtomicBool>>,
}

impl Input {
    fn new(name: impl Into<PathBuf>, origin: Origin) -> Self {
        Self {
            origin,
            name: name.into(),
            encoding: None,
            meter: None,
            stop: None,
        }
    }

    /// The file at `path`.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self::new(path.clone(), Origin::Path(path))
    }

    /// Bytes in memory under the name `name`.
    pub fn bytes(name: impl Into<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(name, Origin::Bytes(bytes.into()))
    }

    /// A packed source under the name `name`. `path` is the file that it is stored in, if any.
    pub fn packed(
        name: impl Into<PathBuf>,
        packed: Arc<dyn Packed>,
        path: Option<PathBuf>,
    ) -> Self {
        Self::new(name, Origin::Packed(packed, path))
    }

    /// Reads everything from `reader` into a temporary file, so that it can be read again.
    ///
    /// # Errors
    /// I/O errors from reading, or from writing the temporary file.
    pub fn spool(name: impl Into<PathBuf>, reader: &mut dyn Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut Endless::new(reader), &mut file)?;
        Ok(Self::new(name, Origin::Spooled(Arc::new(file))))
    }

    /// Opens it at the first byte.
    ///
    /// # Errors
    /// I/O errors.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let raw: Box<dyn Read + Send> = match &self.origin {
            Origin::Packed(packed, _) if packed.container().is_some() => {
                let rows = match &self.meter {
                    Some(meter) => packed.open_metered(Arc::clone(meter)),
                    None => packed.open(),
                };
                return rows.map(|rows| self.stoppable(rows));
            }
            Origin::Packed(packed, _) => packed.open()?,
            Origin::Path(path) => {
                let file = File::open(path)?;
                match file.metadata()?.is_file() {
                    true => Box::new(file),
                    false => Box::new(Endless::new(file)),
                }
            }
            Origin::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Origin::Spooled(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                Box::new(file)
            }
        };
        let raw = match &self.meter {
            Some(meter) => Box::new(Metered {
                source: raw,
                meter: Arc::clone(meter),
            }),
            None => raw,
        };
        let raw = self.stoppable(raw);
        let plain: Box<dyn Read + Send> = match Compression::of(&self.name) {
            Some(compression) => compression.reader(raw)?,
            None => raw,
        };
        Ok(match self.encoding {
            Some(encoding) if encoding != encoding_rs::UTF_8 => {
                Box::new(Transcoder::new(plain, encoding))
            }
            _ => plain,
        })
    }

    fn stoppable(&self, source: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        match &self.stop {
            Some(stop) => Box::new(Stoppable {
                source,
                stop: Arc::clone(stop),
            }),
            None => source,
        }
    }

    /// The current state of the file; `None` for bytes that cannot change, and for a pipe, which
    /// changes when it is read.
    pub fn stamp(&self) -> Option<Stamp> {
        let (Origin::Path(path) | Origin::Packed(_, Some(path))) = &self.origin else {
            return None;
        };
        let meta = std::fs::metadata(path).ok()?;
        meta.is_file().then(|| Stamp::of(&meta))
    }

    /// The container, if it is a binary table.
    pub fn binary(&self) -> Option<Container> {
        match &self.origin {
            Origin::Packed(packed, _) => packed.container(),
            _ => None,
        }
    }

    /// The size of the file of a binary table.
    pub fn table_bytes(&self) -> Option<u64> {
        match &self.origin {
            Origin::Packed(packed, Some(path)) if packed.container().is_some() => {
                Some(std::fs::metadata(path).ok()?.len())
            }
            _ => None,
        }
    }

    /// Whether its bytes are read as stored: neither decoded, compressed nor in another encoding.
    pub fn is_plain(&self) -> bool {
        !matches!(self.origin, Origin::Packed(..))
            && Compression::of(&self.name).is_none()
            && self
                .encoding
                .is_none_or(|named| named == encoding_rs::UTF_8)
    }

    /// At most `length` bytes from `offset` on, as the splitter sees them; only for sources that
    /// are read as stored.
    pub fn read_at(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        if !self.is_plain() {
            return None;
        }
        let read = |file: &mut dyn ReadSeek| {
            file.seek(io::SeekFrom::Start(offset)).ok()?;
            let mut bytes = Vec::new();
            file.take(length as u64).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        };
        match &self.origin {
            Origin::Packed(..) => None,
            Origin::Path(path) => read(&mut File::open(path).ok()?),
            Origin::Spooled(file) => read(&mut file.try_clone().ok()?),
            Origin::Bytes(bytes) => read(&mut Cursor::new(Arc::clone(bytes))),
        }
    }
}

/// The encoding with the label `name` in the WHATWG Encoding Standard.
///
/// ```
/// assert!(tunelint_data::source::encoding_by_name("latin1").is_some());
/// ```
pub fn encoding_by_name(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes())
}

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Ends with an error when it is asked to.
struct Stoppable {
    source: Box<dyn Read + Send>,
    stop: Arc<AtomicBool>,
}

impl Read for Stoppable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stop.load(Ordering::Relaxed) {
            // A reader would try again if this were `Interrupted`.
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => self.source.read(buffer),
        }
    }
}

/// Transcodes another encoding to UTF-8, strictly: an invalid byte is an error.
struct Transcoder {
    source: Box<dyn Read + Send>,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    taken: usize,
    offset: u64,
    ended: bool,
}

const TRANSCODE_BYTES: usize = 64 * 1024;

impl Transcoder {
    fn new(source: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self {
            source,
            decoder,
            input: Vec::new(),
            output: Vec::new(),
            taken: 0,
            offset: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.input.clear();
        let read = (&mut self.source)
            .take(TRANSCODE_BYTES as u64)
            .read_to_end(&mut self.input)?;
        self.ended = read < TRANSCODE_BYTES;
        self.taken = 0;
        let capacity = self
            .decoder
            .max_utf8_buffer_length_without_replacement(read)
            .unwrap_or(read * 4);
        let mut text = String::with_capacity(capacity.max(16));
        let (result, consumed) =
            self.decoder
                .decode_to_string_without_replacement(&self.input, &mut text, self.ended);
        if let DecoderResult::Malformed(length, _) = result {
            let at = self.offset + consumed as u64 - u64::from(length).min(consumed as u64);
            let name = self.decoder.encoding().name();
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("invalid {name} at byte {at}: the file has another encoding"),
            ));
        }
        debug_assert_eq!(consumed, read);
        self.offset += read as u64;
        self.output = text.into_bytes();
        Ok(())
    }
}

impl Read for Transcoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.output.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let rest = self.output.get(self.taken..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), rest.get(..length)) {
            to.copy_from_slice(from);
        }
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(input: &Input) -> io::Result<String> {
        let mut text = String::new();
        input.open()?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn compressed_files_are_decompressed() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"{}\n").unwrap();
        assert_eq!(
            read(&Input::bytes("a.jsonl.gz", packed.finish().unwrap())).unwrap(),
            "{}\n"
        );
        let frame = ruzstd::encoding::compress_to_vec(
            &b"{}\n"[..],
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        let twice = [frame.clone(), frame].concat();
        assert_eq!(
            read(&Input::bytes("a.jsonl.zst", twice)).unwrap(),
            "{}\n{}\n"
        );
    }

    #[test]
    fn a_stopped_input_is_an_error() {
        let mut input = Input::bytes("a.jsonl", &b"{}"[..]);
        let stop = Arc::new(AtomicBool::new(false));
        input.stop = Some(Arc::clone(&stop));
        assert_eq!(read(&input).unwrap(), "{}");
        stop.store(true, Ordering::Relaxed);
        assert!(read(&input).is_err());
    }

    #[test]
    fn other_encodings_are_read_if_set() {
        let mut input = Input::bytes("a.csv", &b"caf\xe9"[..]);
        input.encoding = Some(encoding_rs::WINDOWS_1252);
        assert_eq!(read(&input).unwrap(), "café");
        let mut input = Input::bytes("a.csv", &b"a\xff\xff"[..]);
        input.encoding = Some(encoding_rs::SHIFT_JIS);
        assert!(read(&input).is_err());
    }
}

//! Compressed files: which they are, and reading and writing them.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Read, Seek, Write};
use std::path::Path;

use flate2::write::GzEncoder;

/// The compression of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Compression {
    /// The compression that the extension of `name` stands for.
    pub fn of(name: &Path) -> Option<Self> {
        match name.extension()?.to_str()?.to_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Decompresses `raw` while reading.
    pub(super) fn reader(self, raw: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(raw)),
            Self::Zstd => Box::new(Zstd::new(raw)?),
        })
    }
}

/// Compresses what is written to it, if the file is to be compressed.
pub enum Compressor<W: Write> {
    /// Written as it is.
    Plain(W),
    /// Compressed while it is written.
    Gzip(GzEncoder<W>),
    /// Compressed at the end.
    Zstd(ZstdWriter<W>),
}

impl<W: Write> Compressor<W> {
    /// Writes to `out`.
    ///
    /// # Errors
    /// If a temporary file cannot be created, which Zstandard needs.
    pub fn new(compression: Option<Compression>, out: W) -> io::Result<Self> {
        Ok(match compression {
            None => Self::Plain(out),
            // The header has neither a name nor a time, so equal data gives equal files.
            Some(Compression::Gzip) => {
                Self::Gzip(GzEncoder::new(out, flate2::Compression::default()))
            }
            Some(Compression::Zstd) => Self::Zstd(ZstdWriter {
                waiting: BufWriter::new(tempfile::tempfile()?),
                out,
            }),
        })
    }

    /// Completes the file and returns the writer. Without it, the file is not complete.
    ///
    /// # Errors
    /// I/O errors.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(out) => out.finish(),
            Self::Zstd(out) => out.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(out) => out.write(bytes),
            Self::Zstd(out) => out.waiting.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            // A flush in the middle would cost compression; `finish` writes everything.
            Self::Gzip(_) | Self::Zstd(_) => Ok(()),
        }
    }
}

/// Text that is compressed when it is complete: as one frame, since many readers stop after the
/// first.
pub struct ZstdWriter<W: Write> {
    waiting: BufWriter<File>,
    out: W,
}

impl<W: Write> ZstdWriter<W> {
    fn finish(self) -> io::Result<W> {
        let mut file = self.waiting.into_inner()?;
        file.rewind()?;
        let mut source = Guarded::new(BufReader::new(file));
        let mut drain = Guarded::new(self.out);
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress(&mut source, &mut drain, level);
        source.finish()?;
        drain.finish()
    }
}

/// Keeps the first error of `inner` and then pretends success, for a library that panics on errors.
struct Guarded<I> {
    inner: I,
    failed: Option<io::Error>,
}

impl<I> Guarded<I> {
    fn new(inner: I) -> Self {
        Self {
            inner,
            failed: None,
        }
    }

    fn guard(&mut self, instead: usize, act: impl FnOnce(&mut I) -> io::Result<usize>) -> usize {
        if self.failed.is_some() {
            return instead;
        }
        act(&mut self.inner).unwrap_or_else(|error| {
            self.failed = Some(error);
            instead
        })
    }

    fn finish(self) -> io::Result<I> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.inner),
        }
    }
}

impl<I: Read> Read for Guarded<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.guard(0, |inner| inner.read(buffer)))
    }
}

impl<I: Write> Write for Guarded<I> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.guard(bytes.len(), |inner| {
            inner.write_all(bytes).map(|()| bytes.len())
        }))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.guard(0, |inner| inner.flush().map(|()| 0));
        Ok(())
    }
}

/// Concatenated Zstandard frames.
struct Zstd {
    decoder: Option<
        ruzstd::decoding::StreamingDecoder<Box<dyn Read + Send>, ruzstd::decoding::FrameDecoder>,
    >,
}

impl Zstd {
    fn new(raw: Box<dyn Read + Send>) -> io::Result<Self> {
        let decoder = ruzstd::decoding::StreamingDecoder::new(raw).map_err(invalid)?;
        Ok(Self {
            decoder: Some(decoder),
        })
    }

    /// Opens the next frame, unless the input has ended.
    fn next_frame(&mut self) -> io::Result<bool> {
        let Some(decoder) = self.decoder.take() else {
            return Ok(false);
        };
        let mut rest = decoder.into_inner();
        let mut first = [0; 1];
        if rest.read(&mut first)? == 0 {
            return Ok(false);
        }
        let rest: Box<dyn Read + Send> = Box::new(Cursor::new(first).chain(rest));
        *self = Self::new(rest)?;
        Ok(true)
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else {
                return Ok(0);
            };
            let read = decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() || !self.next_frame()? {
                return Ok(read);
            }
        }
    }
}

/// The decoder's own messages refer to its internals.
fn invalid<E>(_: E) -> io::Error {
    let message = "invalid or damaged Zstandard data";
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Input;

    fn compressed(name: &str, text: &str) -> Vec<u8> {
        let compression = Compression::of(Path::new(name));
        let mut out = Compressor::new(compression, Vec::new()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let long = "{\"text_input\":\"2 + 2\",\"output\":\"4\"}\n".repeat(40_000);
        for text in ["", "{}\n", &long] {
            for name in ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"] {
                let bytes = compressed(name, text);
                let mut read = String::new();
                let mut reader = Input::bytes(name, bytes.as_slice()).open().unwrap();
                reader.read_to_string(&mut read).unwrap();
                assert!(read == text, "{name}");
            }
            assert!(compressed("a.jsonl.zst", &long).len() < long.len() / 50);
        }
    }

    /// Accepts a few bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let mut out = Compressor::new(Some(compression), Full(9)).unwrap();
            let written = out.write_all(&[7; 100_000]);
            let end = written.and_then(|()| out.finish().map(|_| ()));
            assert_eq!(end.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }
}

//! Copies records verbatim into the files of their parts.

use std::io::{self, Write};

use super::{Split, Subset};
use crate::run::gather::gather;
use tunelint_data::source::Container;
use tunelint_layouts::reader::{DecodeOutcome, Reader};
use tunelint_layouts::writer::sink::row;

/// Writes the records of one part, in the container of the source.
pub struct Copier<W: Write> {
    out: W,
    container: Container,
    /// The number of records written.
    pub records: u64,
    bytes: u64,
}

impl<W: Write> Copier<W> {
    /// Writes to `out` in the container of `like`, with its header if it is a table.
    ///
    /// # Errors
    /// If writing fails.
    pub fn new(out: W, like: &Reader) -> io::Result<Self> {
        let mut copier = Self {
            out,
            container: like.container().unwrap_or(Container::Jsonl),
            records: 0,
            bytes: 0,
        };
        match copier.container {
            Container::Jsonl | Container::Parquet | Container::Arrow | Container::Xlsx => {}
            Container::Json => copier.write(b"[\n")?,
            Container::Csv | Container::Tsv => copier.write(&header(like)?)?,
        }
        Ok(copier)
    }

    fn record(&mut self, raw: &[u8]) -> io::Result<()> {
        if self.container == Container::Json && self.records > 0 {
            self.write(b",\n")?;
        }
        self.write(raw)?;
        if self.container != Container::Json {
            self.write(b"\n")?;
        }
        self.records += 1;
        Ok(())
    }

    /// Completes the file. Returns the writer and the number of bytes written.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        if self.container == Container::Json {
            self.write(b"\n]\n")?;
        }
        self.out.flush()?;
        Ok((self.out, self.bytes))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// The header row of a table.
fn header(like: &Reader) -> io::Result<Vec<u8>> {
    let delimiter = like.shape.as_ref().map_or(b',', |shape| shape.delimiter);
    row(delimiter, like.header.names.iter().map(String::as_bytes))
}

impl Split {
    /// Copies every record of `readers` into the file of its part, in their order. `copiers` must be
    /// in the order of `parts`. Records of other parts are not written.
    ///
    /// # Errors
    /// If reading or writing fails.
    pub fn copy<W: Write + Send>(
        &self,
        readers: &[Reader],
        parts: &[Subset],
        copiers: &mut [Copier<W>],
        threads: usize,
    ) -> io::Result<()> {
        for (source, reader) in readers.iter().enumerate() {
            let mut outcome = Ok(());
            gather(
                &mut reader.reopen()?,
                threads,
                Vec::new,
                |read, _, batch: &mut Vec<(Subset, Vec<u8>)>| {
                    if let DecodeOutcome::Example(example) = read
                        && let Some(part) = self.part(source, example.record.ordinal)
                    {
                        batch.push((part, example.record.raw.to_vec()));
                    }
                },
                |batch| {
                    for (part, raw) in batch {
                        let mut of = parts.iter().zip(copiers.iter_mut());
                        if let (Ok(()), Some((_, copier))) =
                            (&outcome, of.find(|(own, _)| **own == part))
                        {
                            outcome = copier.record(&raw);
                        }
                    }
                },
            )?;
            outcome?;
        }
        Ok(())
    }
}

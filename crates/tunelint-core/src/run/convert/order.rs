//! The order in which a conversion writes its examples: that of the sources, or shuffled.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use tunelint_layouts::writer::sink::Sink;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Receives the encoded examples of a conversion in the order of the sources.
pub(super) struct Writing<W: Write> {
    sink: Sink<W>,
    shuffled: Option<Shuffled>,
}

/// Encoded examples that wait in a temporary file, since the first one written may be the last one
/// read.
struct Shuffled {
    seed: u64,
    waiting: BufWriter<File>,
    /// Where each example ends in the file.
    ends: Vec<u64>,
}

impl<W: Write> Writing<W> {
    /// Writes to `sink`: in another order if there is a seed.
    pub(super) fn new(sink: Sink<W>, shuffle: Option<u64>) -> io::Result<Self> {
        let shuffled = |seed| {
            io::Result::Ok(Shuffled {
                seed,
                waiting: BufWriter::new(tempfile::tempfile()?),
                ends: Vec::new(),
            })
        };
        let shuffled = shuffle.map(shuffled).transpose()?;
        Ok(Self { sink, shuffled })
    }

    /// The columns of a table.
    pub(super) fn columns(&self) -> &[String] {
        self.sink.columns()
    }

    /// Takes the next example.
    pub(super) fn write(&mut self, example: &[u8]) -> io::Result<()> {
        match &mut self.shuffled {
            Some(shuffled) => shuffled.keep(example),
            None => self.sink.write(example),
        }
    }

    /// Writes what waits, and returns the sink.
    pub(super) fn finish(mut self) -> io::Result<Sink<W>> {
        if let Some(shuffled) = self.shuffled {
            shuffled.write(&mut self.sink)?;
        }
        Ok(self.sink)
    }
}

impl Shuffled {
    fn keep(&mut self, example: &[u8]) -> io::Result<()> {
        let end = self.ends.last().copied().unwrap_or(0) + example.len() as u64;
        self.ends.push(end);
        self.waiting.write_all(example)
    }

    /// Writes the examples in the order of a hash of their number and the seed, so that the order
    /// depends on nothing else.
    fn write<W: Write>(self, sink: &mut Sink<W>) -> io::Result<()> {
        let mut file = BufReader::new(self.waiting.into_inner()?);
        let key = |number: usize| xxh3_64_with_seed(&(number as u64).to_le_bytes(), self.seed);
        let starts = std::iter::once(&0).chain(&self.ends);
        let spans = starts.zip(&self.ends).enumerate();
        let mut order: Vec<(u64, u64, u64)> = spans
            .map(|(number, (start, end))| (key(number), *start, end - start))
            .collect();
        order.sort_unstable();
        let mut example = Vec::new();
        for (_, start, length) in order {
            file.seek(SeekFrom::Start(start))?;
            example.clear();
            (&mut file).take(length).read_to_end(&mut example)?;
            sink.write(&example)?;
        }
        Ok(())
    }
}

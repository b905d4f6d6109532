//! Counts what is read of a file, for a progress bar.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What counts the bytes that are read, if anything does.
pub(crate) type Meter = Option<Arc<AtomicU64>>;

/// A file whose bytes are counted when they are read.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) file: File,
    pub(crate) meter: Meter,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if let Some(meter) = &self.meter {
            meter.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Counts a file by the rows that were decoded, when it is not read from start to end.
#[derive(Debug)]
pub(crate) struct CountedRows {
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    pub(crate) decoded: u64,
    pub(crate) meter: Meter,
}

impl CountedRows {
    /// Counts `rows` more.
    pub(crate) fn add(&mut self, rows: usize) {
        let Some(meter) = &self.meter else { return };
        let share = |decoded: u64| {
            let bytes = u128::from(self.bytes) * u128::from(decoded) / u128::from(self.rows.max(1));
            u64::try_from(bytes).unwrap_or(self.bytes)
        };
        let decoded = self.decoded.saturating_add(rows as u64).min(self.rows);
        meter.fetch_add(share(decoded) - share(self.decoded), Ordering::Relaxed);
        self.decoded = decoded;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_all_bytes() {
        let meter = Arc::new(AtomicU64::new(0));
        let mut counted = CountedRows {
            bytes: 100,
            rows: 7,
            decoded: 0,
            meter: Some(Arc::clone(&meter)),
        };
        // The footer claims fewer rows than there are.
        (0..4).for_each(|_| counted.add(2));
        assert_eq!(meter.load(Ordering::Relaxed), 100);
    }
}

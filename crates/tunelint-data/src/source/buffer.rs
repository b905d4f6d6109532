//! A buffer for reading.

use std::io::{self, ErrorKind, Read};
use std::ops::Deref;

/// Bytes read so far, and free memory for more, which is zeroed once and not before every reading as
/// in [`Read::read_to_end`].
#[derive(Debug, Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// Reads until it holds `wanted` bytes, or up to the end of `reader`.
    ///
    /// # Errors
    /// I/O errors, other than interruptions.
    pub fn fill(&mut self, reader: &mut dyn Read, wanted: usize) -> io::Result<()> {
        if self.bytes.len() < wanted {
            // New memory is zero already: nothing is written before it is needed.
            let before = std::mem::replace(&mut self.bytes, vec![0; wanted]);
            if let (Some(room), Some(read)) =
                (self.bytes.get_mut(..self.filled), before.get(..self.filled))
            {
                room.copy_from_slice(read);
            }
        }
        while self.filled < wanted {
            let room = self.bytes.get_mut(self.filled..wanted).unwrap_or_default();
            match reader.read(room) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Replaces what it holds by `bytes`.
    pub fn set(&mut self, bytes: &[u8]) {
        if self.bytes.len() < bytes.len() {
            self.bytes.resize(bytes.len(), 0);
        }
        if let Some(room) = self.bytes.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
        }
        self.filled = bytes.len();
    }

    /// Drops everything after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.filled = self.filled.min(length);
    }

    /// The size of its memory, in bytes.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        let filled = bytes.len();
        Self { bytes, filled }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Interrupts every other reading, and gives one byte otherwise.
    struct Halting<'d>(&'d [u8], bool);

    impl Read for Halting<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            match self.1 {
                true => Err(ErrorKind::Interrupted.into()),
                false => self.0.read(into.get_mut(..1).unwrap_or_default()),
            }
        }
    }

    #[test]
    fn it_holds_what_was_read() {
        let mut buffer = Buffer::default();
        let mut reader = Halting(b"abcdef", false);
        buffer.fill(&mut reader, 4).unwrap();
        assert_eq!(&*buffer, b"abcd");
        buffer.fill(&mut reader, 9).unwrap();
        assert_eq!(&*buffer, b"abcdef");
        buffer.truncate(2);
        assert_eq!(&*buffer, b"ab");
        buffer.set(b"longer than before");
        assert_eq!(&*buffer, b"longer than before");
        buffer.set(b"x");
        buffer.fill(&mut &b"yz"[..], 2).unwrap();
        assert_eq!(&*buffer, b"xy");
    }
}

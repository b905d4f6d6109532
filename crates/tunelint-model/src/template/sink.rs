//! Where a rendering is written: bounded, and counted in characters.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Object, ObjectRepr};

/// What has been written so far.
#[derive(Debug, Default)]
struct Written {
    bytes: Vec<u8>,
    chars: usize,
    overflowed: bool,
    trained: Vec<Range<usize>>,
}

/// The output of one rendering; clones share it. It is a value of the template, too, so that
/// `{% generation %}` blocks find it.
#[derive(Debug, Clone)]
pub struct Sink {
    written: Arc<Mutex<Written>>,
    limit: usize,
}

impl Sink {
    /// An empty sink that takes `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            written: Arc::default(),
            limit,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the next `chars` characters are trained on. As in transformers, they are counted
    /// from what is written, even where the block is inside a macro whose output is still held back.
    pub fn mark(&self, chars: usize) {
        let mut written = self.lock();
        let start = written.chars;
        written.trained.push(start..start + chars);
    }

    /// Whether the limit was reached.
    pub fn overflowed(&self) -> bool {
        self.lock().overflowed
    }

    /// The text and the ranges, in characters.
    pub fn take(&self) -> (String, Vec<Range<usize>>) {
        let mut written = self.lock();
        let bytes = std::mem::take(&mut written.bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (text, std::mem::take(&mut written.trained))
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.lock();
        if written.bytes.len() + bytes.len() > self.limit {
            written.overflowed = true;
            return Err(io::Error::other("the rendering is too long"));
        }
        written.bytes.extend_from_slice(bytes);
        written.chars += bytes
            .iter()
            .filter(|byte| !matches!(byte, 0x80..=0xbf))
            .count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Object for Sink {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

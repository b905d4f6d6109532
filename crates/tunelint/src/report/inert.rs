//! JSON for logs: whatever a string holds, no terminal, browser or CI system acts on it.

use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::printable::inert_json;

/// Writes `value` as compact JSON in which hidden characters are escapes. The strings stay what they
/// are, so that fixes can be applied from a report.
pub(super) fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(Inert(out), value).map_err(io::Error::from)
}

/// Escapes the fragments that the serializer writes, which are whole characters.
struct Inert<'w>(&'w mut dyn Write);

impl Write for Inert<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(inert_json(text).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

//! Ends a source that never comes to a record: a device such as `/dev/zero` has no size to check.

use std::io::{self, Read};

/// The number of bytes without the end of a record after which reading fails: four of the largest
/// records that are read by default.
const MAX_BYTES: u64 = 4 * super::MAX_RECORD_BYTES as u64;

/// Reads `source`, and fails where no record can end for too long: neither a line nor an object.
pub(super) struct Endless<R> {
    source: R,
    since: u64,
}

impl<R: Read> Endless<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, since: 0 }
    }
}

impl<R: Read> Read for Endless<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        self.since = match memchr::memrchr3(b'\n', b'\r', b'}', bytes) {
            Some(at) => (read - at) as u64,
            None => self.since + read as u64,
        };
        if self.since > MAX_BYTES {
            let limit = MAX_BYTES >> 20;
            let message = format!("no end of a line or an object in {limit} MiB");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_without_records_ends() {
        let mut lines = Endless::new(io::repeat(b'\n').take(2 * MAX_BYTES));
        assert_eq!(
            io::copy(&mut lines, &mut io::sink()).unwrap(),
            2 * MAX_BYTES
        );
        let mut zeros = Endless::new(io::repeat(0));
        let error = io::copy(&mut zeros, &mut io::sink()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no end of a line or an object in 256 MiB"
        );
    }
}

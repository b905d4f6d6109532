//! Sources that a crate above unpacks: binary tables, such as Parquet files and workbooks, and members
//! of archives. The rows of a table are read as JSON Lines, so that a row is a record like any other.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::container::Container;

/// A source that is unpacked while it is read. It can be read any number of times.
pub trait Packed: fmt::Debug + Send + Sync {
    /// The container of a binary table; `None` for bytes whose container is still to be detected.
    fn container(&self) -> Option<Container>;

    /// The unpacked bytes, from the first one. Those of a table are its rows as JSON Lines, and the
    /// number of a line is the number of the row: a row without a record is an empty line.
    ///
    /// # Errors
    /// I/O errors. Bytes that cannot be unpacked give a [`TableFault`], at once or while reading.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// The same, counting in `meter` what is read of the file that it is stored in. By default, that is
    /// the unpacked bytes.
    ///
    /// # Errors
    /// Those of [`Packed::open`].
    fn open_metered(&self, meter: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let source = self.open()?;
        Ok(Box::new(Metered { source, meter }))
    }
}

/// Counts the bytes that are read.
pub(super) struct Metered {
    pub(super) source: Box<dyn Read + Send>,
    pub(super) meter: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.meter.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A number that JSON does not have, in a row of a table. The row has it as null, so that it converts to
/// null, after as many spaces as tell which it is: outside of texts, rows have no other spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonFinite {
    /// Not a number.
    NaN,
    /// Infinity.
    Infinity,
    /// Negative infinity.
    NegativeInfinity,
}

impl NonFinite {
    const ALL: [Self; 3] = [Self::NaN, Self::Infinity, Self::NegativeInfinity];

    /// What `number` is, if it is not finite.
    pub fn of(number: f64) -> Option<Self> {
        match number {
            _ if number.is_finite() => None,
            _ if number.is_nan() => Some(Self::NaN),
            _ if number > 0.0 => Some(Self::Infinity),
            _ => Some(Self::NegativeInfinity),
        }
    }

    /// The null of a row that it is written as.
    pub fn as_json(self) -> &'static str {
        match self {
            Self::NaN => " null",
            Self::Infinity => "  null",
            Self::NegativeInfinity => "   null",
        }
    }

    /// The number in place of the null that starts where `before` ends, in a row of a table.
    pub fn before(before: &[u8]) -> Option<Self> {
        let spaces = before.iter().rev().take_while(|byte| **byte == b' ');
        Self::ALL.get(spaces.count().checked_sub(1)?).copied()
    }
}

impl fmt::Display for NonFinite {
    /// Its name in Python's `json` and in JavaScript.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NaN => "NaN",
            Self::Infinity => "Infinity",
            Self::NegativeInfinity => "-Infinity",
        })
    }
}

/// Why a binary table cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFault {
    /// It is in another format than its name says.
    OtherFormat,
    /// It is damaged or cut off.
    Damaged,
    /// It is encrypted.
    Encrypted,
    /// It unpacks to more than a file of its size should.
    TooLarge,
    /// It uses a compression, an encoding or a type that is not read.
    NotSupported,
    /// A workbook without a sheet that has cells, or an archive without data files.
    Empty,
}

impl TableFault {
    /// The fault in an error from [`Packed::open`] or from reading what it returned.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherFormat => "it is in another format than its name says",
            Self::Damaged => "it is damaged or cut off",
            Self::Encrypted => "it is encrypted",
            Self::TooLarge => "it unpacks to more than a file of its size should",
            Self::NotSupported => "it uses a compression or a type that is not read",
            Self::Empty => "it has no data",
        })
    }
}

impl Error for TableFault {}

impl From<TableFault> for io::Error {
    fn from(fault: TableFault) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

//! Sources that a crate above unpacks: binary tables, such as Parquet files and workbooks, and members
//! of archives. The rows of a table are read as JSON Lines, so that a row is a record like any other.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};

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

//! How a source is to be read, and why it cannot be.

use std::io;
use std::sync::Arc;

use tunelint_data::record::roles::Speakers;
use tunelint_data::source::{BATCH_BYTES, MAX_RECORD_BYTES, Wishes};
use tunelint_data::text::printable::quoted;

use crate::layout::{Binding, Layout};

/// What the user said about how a source is to be read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The container and what separates cells.
    pub wishes: Wishes,
    /// The layout.
    pub layout: Option<Arc<dyn Layout>>,
    /// The column or template of the input.
    pub input: Option<Binding>,
    /// The column or template of the output.
    pub output: Option<Binding>,
    /// The column of the system text.
    pub system: Option<String>,
    /// What names of roles stand for, besides those that the layouts know.
    pub speakers: Speakers,
    /// The largest record that is read, in bytes.
    pub max_record: usize,
    /// About how many bytes a batch has; no finding depends on it.
    pub batch_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            wishes: Wishes::default(),
            layout: None,
            input: None,
            output: None,
            system: None,
            speakers: Speakers::default(),
            max_record: MAX_RECORD_BYTES,
            batch_bytes: BATCH_BYTES,
        }
    }
}

/// Why a source cannot be read as the user asked.
#[derive(Debug)]
pub enum OpenError {
    /// The system says no.
    Io(io::Error),
    /// A column that the user named is not there: the name, and those that are.
    NoColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        columns: Vec<String>,
    },
}

impl OpenError {
    /// The system's error, or what is wrong with the columns in its words.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NoColumn { name, .. } => {
                let name = quoted(&name, 40);
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("no column is called {name}"),
                )
            }
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

//! The options for reading a source, and the errors of opening it.

use std::io;
use std::sync::Arc;

use tunelint_data::record::roles::RoleAliases;
use tunelint_data::source::{BATCH_BYTES, FormatOverrides, MAX_RECORD_BYTES};
use tunelint_data::text::printable::quoted;

use crate::declared::Declarations;
use crate::layout::{Binding, Layout};

/// Options for reading a source. By default, everything is detected.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Overrides of the detected container and delimiter.
    pub overrides: FormatOverrides,
    /// The layout; detected if `None`.
    pub layout: Option<Arc<dyn Layout>>,
    /// The column of the input, or a template made of several; detected if `None`.
    pub input: Option<Binding>,
    /// The column of the output, or a template made of several; detected if `None`.
    pub output: Option<Binding>,
    /// The column of the system prompt, if there is one.
    pub system: Option<String>,
    /// Whether records that may be prompts without responses are read as such, because all targets
    /// train on prompts: only a target tells them from conversations with a missing response.
    pub prompts_only: bool,
    /// Role names in addition to those of the layouts.
    pub role_aliases: RoleAliases,
    /// The maximum size of a record in bytes. Larger ones are reported and skipped. Bounds the
    /// memory.
    pub max_record: usize,
    /// The approximate size of a batch in bytes. Findings do not depend on it.
    pub batch_bytes: usize,
    /// What `dataset_info.json` files say about sources. The other options take precedence.
    pub declared: Arc<Declarations>,
}

impl ReadOptions {
    /// Whether the user set the layout or a column.
    pub(super) fn sets_mapping(&self) -> bool {
        let columns = [
            self.input.is_some(),
            self.output.is_some(),
            self.system.is_some(),
        ];
        self.layout.is_some() || columns.contains(&true)
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            overrides: FormatOverrides::default(),
            layout: None,
            input: None,
            output: None,
            system: None,
            prompts_only: false,
            role_aliases: RoleAliases::default(),
            max_record: MAX_RECORD_BYTES,
            batch_bytes: BATCH_BYTES,
            declared: Arc::default(),
        }
    }
}

/// Why a source cannot be opened with the given options.
#[derive(Debug)]
pub enum OpenError {
    /// An I/O error.
    Io(io::Error),
    /// A column that the user named does not exist.
    NoColumn {
        /// The requested name.
        name: String,
        /// The existing columns.
        columns: Vec<String>,
    },
}

impl OpenError {
    /// Converts to an I/O error, for callers that cannot list the existing columns.
    pub fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::NoColumn { name, .. } => {
                let name = quoted(&name, 40);
                io::Error::new(io::ErrorKind::InvalidData, format!("unknown column {name}"))
            }
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

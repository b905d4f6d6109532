//! LLaMA-Factory's `dataset_info.json`: the entry about a data file, how it says that the file is
//! read, and what is wrong with it.
//!
//! Nothing here reads files. The caller parses each `dataset_info.json` with [`DatasetInfo::parse`]
//! and adds the data files next to it to [`Declarations`], which the options of a reader take.

mod declarations;
mod entry;
mod info;
mod problem;
mod reading;

pub use declarations::{Declarations, Declared};
pub use entry::{Entry, Formatting, ReadColumn};
pub use info::{DatasetInfo, FILE_NAME, MAX_BYTES};
pub use problem::{Problem, ProblemKind, Site};
pub use reading::Reading;

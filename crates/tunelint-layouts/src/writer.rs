//! Output: edits of a source, and converted records.

pub mod edit;
pub mod sink;

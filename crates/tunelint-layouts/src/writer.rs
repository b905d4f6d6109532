//! What is written: changes of a source, and converted records.

pub mod edit;
pub mod sink;

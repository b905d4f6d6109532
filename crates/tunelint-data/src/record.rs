//! One record of a source: its values with their spans, or why it cannot be read.

pub mod fault;
pub mod json;
pub mod kind;
pub mod parsed;
pub mod roles;
pub mod row;

pub use fault::{Fault, FaultKind};
pub use parsed::{Body, Field, Located, Place, Record};

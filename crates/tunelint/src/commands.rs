//! One file per command: they join the library, the report and the terminal.

pub mod check;
pub mod convert;
mod names;
pub mod profile;
mod reading;
pub mod rule;

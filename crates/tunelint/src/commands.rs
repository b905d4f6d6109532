//! One module per command. Each connects the library, the report and the terminal.

pub mod baseline;
pub mod check;
pub mod completions;
pub mod config;
pub mod convert;
pub mod infer;
pub mod init;
pub mod loss;
pub mod man;
pub mod profile;
pub mod render;
pub mod rule;
pub mod split;
pub mod stats;

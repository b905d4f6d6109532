//! The layouts of fine-tuning data: records become examples, and examples records.
//!
//! What a layout cannot read is a typed [`Mismatch`](layout::mismatch::Mismatch), worded by the
//! rules. This crate also defines findings and the profiles of providers.

pub mod finding;

pub mod provider;

pub mod example;

pub mod layout;

pub mod reader;

pub mod writer;

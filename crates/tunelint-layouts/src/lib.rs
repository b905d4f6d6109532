//! The layouts of fine-tuning data: records become examples, and examples records.
//!
//! What a layout cannot read is a typed [`Mismatch`](layout::mismatch::Mismatch), which the rules
//! put into words. Beside the layouts are what a finding is, and what providers accept.

pub mod finding;

pub mod provider;

pub mod example;

pub mod layout;

pub mod reader;

pub mod writer;

//! The layouts of fine-tuning data: decodes records as examples and encodes examples as records.
//!
//! A [`Reader`](reader::Reader) opens a source, detects its container and layout, and decodes its
//! records. Whatever a layout cannot decode is a typed [`Mismatch`](layout::mismatch::Mismatch);
//! the rules turn it into a message. This crate also defines findings and provider profiles.

pub mod finding;

pub mod provider;

pub mod example;

pub mod layout;

pub mod fit;

pub mod declared;

pub mod reader;

pub mod writer;

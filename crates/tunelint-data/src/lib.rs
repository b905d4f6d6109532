//! Reads the files that language models are fine-tuned on: splits bytes into records and parses
//! them, with exact positions.
//!
//! This crate depends on neither layouts nor rules. A record that cannot be parsed yields a typed
//! [`Fault`](record::fault::Fault); the rules turn it into a message.

pub mod text;

pub mod record;

pub mod source;

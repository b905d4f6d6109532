//! Reads the files that language models are fine-tuned on: bytes become records with exact
//! positions.
//!
//! This crate knows neither layouts nor rules. Why a record cannot be read is a typed
//! [`Fault`](record::fault::Fault), worded by the rules.

pub mod text;

pub mod record;

pub mod source;

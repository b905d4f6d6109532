//! Reads the files that language models are fine-tuned on: bytes become records with exact places.
//!
//! This crate has no opinions: it knows neither layouts nor rules. What keeps a record from being
//! read is a typed [`Fault`](record::fault::Fault), which the rules put into words.

pub mod text;

pub mod record;

pub mod source;

//! The tests of the whole, as one program: pages, profiles, laws, transcripts, corpora, README.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    reason = "a test stops where something is missing, and says what it skips"
)]

mod baseline;
mod benchmark;
mod cli;
mod conversions;
mod convert;
mod corpora;
mod differential;
mod evaluation;
mod faults;
mod fields;
mod figures;
mod fixes;
mod folding;
mod formats;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;
mod fuzzing;
mod hooks;
mod html;
mod human;
mod labelled;
mod laws;
mod layers;
mod limits;
mod model;
mod models;
mod pages;
mod profiles;
mod prompts;
mod readme;
mod reliability;
mod render;
mod repairs;
mod running;
mod settings;
mod silence;
mod split;
mod tables;
mod words;

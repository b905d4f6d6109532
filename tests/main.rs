//! The tests of the whole, as one program: pages, profiles, laws, transcripts, corpora, README.

mod cli;
mod convert;
mod corpora;
mod laws;
mod pages;
mod places;
mod profiles;
mod readme;
mod running;

//! What the form of the data is, and how a text departs from it.

pub mod preamble;

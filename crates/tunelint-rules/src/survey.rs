//! The survey of a dataset: statistics gathered in one pass for all rules, and the format inferred
//! from them.
//!
//! From the bottom up: statistics that merge (digests, lengths, counts, a sketch of distinct
//! inputs), the inferred format, and the survey that holds both. What prompts share is saved as a
//! document.

pub mod benchmark;
mod boilerplate;
pub mod cases;
mod cut;
mod gathered;
pub mod inferred;
mod labels;
mod lengths;
pub mod letters;
mod linear;
mod ngrams;
mod normal;
pub mod occurrence;
pub mod presence;
pub mod production_prompts;
pub mod prompt_format;
pub mod section_marker;
mod seen;
pub mod share;
pub mod signature;
pub mod similarity;
mod sketch;
mod surprising;
mod traits;
mod unfinished;

pub use cut::Cut;
pub use gathered::{Needs, Survey};
pub use labels::{Counted, OutputCounts};
pub use lengths::{Bin, Lengths};
pub use normal::Normalizer;
pub use seen::{CompactLocation, ExampleDigest, Group, Kept, Leak, Leaks, Seen, ValidationSet};
pub use sketch::{CAPACITY, HEAD, SampleCutoff, Sketch, SketchEntry};
pub use surprising::SurprisingLabel;
pub use traits::Traits;
pub use unfinished::{UnfinishedLengths, Unit, Wall};

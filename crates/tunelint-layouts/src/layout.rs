//! Reads records as examples and writes examples as records: one file per layout, with both
//! directions.

mod alpaca;
mod anthropic_messages;
mod bedrock_converse;
mod classifier;
mod cohere;
mod contents;
mod contract;
mod fields;
mod kto;
mod messages;
pub mod mismatch;
mod named_pair;
mod nemo;
mod object;
mod pairs;
mod plain;
mod preference;
mod preference_bedrock;
mod prompt_completion;
mod registry;
mod role_field;
mod segments;
mod shared;
mod sharegpt;
mod side;
mod stepwise;
mod text;
mod tooling;
mod turns;
mod typed_messages;

pub use crate::example::capacity::{Capacity, TrainingObjective};
pub use contract::{Layout, Loss, Losses};
pub use mismatch::{Mismatch, MismatchKind, Mismatches};
pub use object::ObjectWriter;
pub use pairs::{Binding, Pairs, Template};
pub use registry::{all, by_name};
pub use role_field::RoleField;
pub use shared::WEIGHT;

//! What can be done with a dataset: check, convert, split, describe, fix, read a loss curve.

pub mod convert;
pub mod describe;
pub mod fix;
mod fold;
pub mod gather;
pub mod guidance;
pub mod lint;
pub mod loss;
mod observer;
pub mod prompts;
pub mod rounds;
pub mod sequences;
pub mod session;
pub mod shard;
mod shared_start;
pub mod split;
pub mod stats;
